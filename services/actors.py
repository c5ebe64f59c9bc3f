"""Who acts: a signed-in person with memberships, or a part of the system itself."""

from dataclasses import dataclass, replace
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Actor:
    """A person and the roles they hold: pairs of party id and role key."""

    person_id: UUID
    name: str
    memberships: frozenset[tuple[UUID, str]]

    @property
    def key(self) -> str:
        """Return how the audit chain names them."""
        return str(self.person_id)

    @property
    def parties(self) -> frozenset[UUID]:
        """Return the ids of the agencies and units they act for."""
        return frozenset(party for party, _role in self.memberships)

    def acting_for(self, party_id: UUID) -> "Actor":
        """Return the same person with the roles for one party only; none if they hold none."""
        kept = frozenset(pair for pair in self.memberships if pair[0] == party_id)
        return replace(self, memberships=kept)

    def holds(self, party_id: UUID | None, role: str) -> bool:
        """Tell whether they hold a role for a party."""
        return party_id is not None and (party_id, role) in self.memberships

    def parties_with(self, role: str) -> frozenset[UUID]:
        """Return the parties for which they hold a role."""
        return frozenset(party for party, held in self.memberships if held == role)
