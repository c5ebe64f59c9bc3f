"""Yes, or no with a reason; deny is the default. The roles that the policies know by name."""

from dataclasses import dataclass

from services.errors import NotAllowedError

PROCESS_OWNER, LEADER = "process_owner", "authority_leader"
# whom a form may disclose its answers to; EXPERT is also the role of those asked by name
APPLICANT, STARTER, EXPERT = "applicant", "starter", "expert"
OFFICIAL = "official"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Yes, or no with a Chinese sentence for the person who asked."""

    is_allowed: bool
    reason: str = ""

    def require(self) -> None:
        """Raise NotAllowedError with the reason unless allowed."""
        if not self.is_allowed:
            raise NotAllowedError(self.reason)


YES = Verdict(True)
