"""Who acts: a signed-in person with memberships, or a part of the system itself."""

from dataclasses import dataclass, replace
from uuid import UUID


@dataclass(frozen=True, slots=True)
class StandIn:
    """A role that the actor fills today for an absent colleague of the same party (代理).

    ``procedures`` None: in all of them.
    """

    principal_id: UUID
    principal_name: str
    party_id: UUID
    role: str
    procedures: frozenset[str] | None = None

    def covers(self, party_id: UUID | None, role: str, procedure_id: str) -> bool:
        """Tell whether a task for a party's role in a procedure is within it."""
        if (self.party_id, self.role) != (party_id, role):
            return False
        return self.procedures is None or procedure_id in self.procedures


@dataclass(frozen=True, slots=True)
class Actor:
    """A person and the roles they hold: pairs of party id and role key.

    ``stand_ins`` are the roles they fill for absent colleagues, besides.
    """

    person_id: UUID
    name: str
    memberships: frozenset[tuple[UUID, str]]
    stand_ins: tuple[StandIn, ...] = ()

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
        stand_ins = tuple(each for each in self.stand_ins if each.party_id == party_id)
        return replace(self, memberships=kept, stand_ins=stand_ins)

    def holds(self, party_id: UUID | None, role: str) -> bool:
        """Tell whether they hold a role for a party."""
        return party_id is not None and (party_id, role) in self.memberships

    def parties_with(self, role: str) -> frozenset[UUID]:
        """Return the parties for which they hold a role."""
        return frozenset(party for party, held in self.memberships if held == role)
