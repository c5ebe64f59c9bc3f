"""The people of a trial: the sample accounts, and invented ones for roles that nobody of them has."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.db.models import Expert, Membership, Party, PartyKind, Person
from services.policies import EXPERT
from services.scenarios.accounts import Cast
from workflows.bundles import Opened

UNIT, INVENTED = "trial-unit", "trial-"
EXPERTS = 9


@dataclass(frozen=True, slots=True)
class Company:
    """Fills the empty roles of one procedure in a database that is being prepared."""

    session: Session
    opened: Opened
    cast: Cast

    def fill(self) -> Cast:
        """Invent whoever is missing; the cast with them, and with who starts the procedure."""
        people, starters = dict(self.cast.people), dict(self.cast.starters)
        for role in sorted(self._wanted()):
            if not any(role in roles for _codes, roles in people.values()):
                people |= self._experts() if role == EXPERT else self._invented(role)
        started_by = set(self.opened.procedure["procedure"]["started_by"])
        starter = next((who for who in self._first(people) if started_by & set(people[who][1])), "")
        if starter:
            starters.setdefault(self.opened.bundle.procedure_id, starter)
        return Cast(people, starters)

    def _first(self, people: Mapping[str, Any]) -> Iterator[str]:
        """Yield those of the jurisdiction's own agencies and of the invented unit before others."""
        own = {party.code for party in self._agencies()}
        yield from (who for who, (codes, _roles) in people.items() if own & set(codes))
        yield from people

    def _wanted(self) -> set[str]:
        """Return the roles that have something to do."""
        nodes = (n for process in self.opened.program.nodes.values() for n in process.values())
        found = {node.role for node in nodes if node.role and not node.role.startswith("=")}
        return found | set(self.opened.procedure["procedure"]["started_by"])

    def _agencies(self) -> list[Party]:
        rows = self.session.scalars(
            select(Party).where(Party.kind == PartyKind.AGENCY).order_by(Party.code)
        )
        return [row for row in rows if row.data.get("jurisdiction") == self.opened.jurisdiction]

    def _invented(self, role: str) -> Iterator[tuple[str, tuple[tuple[str, ...], tuple[str, ...]]]]:
        """Yield an account in the role: at its agency, at all where that is computed, or in a unit."""
        agency = str((self.opened.roles.get(role) or {}).get("agency") or "")
        if not agency:
            yield self._person(self._unit(), role)
        elif agency.startswith("="):
            yield from (self._person(each, role) for each in self._agencies())
        else:
            yield self._person(self._agency(agency), role)

    def _person(
        self, party: Party, role: str
    ) -> tuple[str, tuple[tuple[str, ...], tuple[str, ...]]]:
        login = f"{INVENTED}{party.code}-{role}"
        person = self._account(login, f"{party.name} {role}")
        self.session.add(Membership(person_id=person.id, party_id=party.id, role=role))
        self.session.flush()
        return login, ((party.code,), (role,))

    def _account(self, login: str, name: str) -> Person:
        person = Person(login=login[:64], name=name, email=None, password_hash="!")  # noqa: S106
        self.session.add(person)
        self.session.flush()
        return person

    def _agency(self, code: str) -> Party:
        found = self.session.scalars(select(Party).where(Party.code == code)).first()
        data = {"jurisdiction": self.opened.jurisdiction}
        return found or self._party(code, f"试运行机关 {code}", PartyKind.AGENCY, data)

    def _unit(self) -> Party:
        found = self.session.scalars(select(Party).where(Party.code == UNIT)).first()
        return found or self._party(UNIT, "试运行单位", PartyKind.UNIT, {"demo": True})

    def _party(self, code: str, name: str, kind: PartyKind, data: dict[str, Any]) -> Party:
        party = Party(code=code, name=name, kind=kind, data=data)
        self.session.add(party)
        self.session.flush()
        return party

    def _experts(self) -> Iterator[tuple[str, tuple[tuple[str, ...], tuple[str, ...]]]]:
        """Yield experts of the pool of the jurisdiction's first agency."""
        for pool in self._agencies()[:1]:
            for number in range(1, EXPERTS + 1):
                login = f"{INVENTED}expert{number}"
                person = self._account(login, f"专家{number}（试运行）")
                unit = f"示例院校{number}"
                self.session.add(
                    Expert(person_id=person.id, pool_id=pool.id, unit_name=unit, fields=[])
                )
                yield login, ((), (EXPERT,))
        self.session.flush()
