"""What a case's diagram may see and do: its facts, its clock, its operations."""

from collections import ChainMap
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from services import case_facts, legal_bases
from services.actors import Actor
from services.calendars import RECEIVING_ROLE, calendar_of
from services.db.models import (
    CalendarDay,
    Case,
    CaseRole,
    LegalBasis,
    NotificationText,
    Party,
    Task,
)
from services.procedures import Ready
from services.runtime import Runtime
from services.service_tasks.catalogue import CATALOGUE, Call
from workflows import dmn, engine, feel
from workflows.calendar import TIME_ZONE, WorkingCalendar
from workflows.diagrams import Node
from workflows.engine import Document, ServiceContext
from workflows.errors import IncidentError

_PARTIES = (  # made once: it is asked at every step
    select(
        CaseRole.role,
        Party,
        select(CalendarDay.day).exists(),
        select(NotificationText.id).where(NotificationText.agency_id == CaseRole.party_id).exists(),
    )
    .join(Party, Party.id == CaseRole.party_id)
    .where(CaseRole.case_id == bindparam("case"))
    .order_by(CaseRole.role, Party.code)
)


class _Bound(NamedTuple):
    """A party in a role, and whether there is anything to be read besides the defaults."""

    role: str
    party: Party
    has_corrections: bool
    has_own_texts: bool


@dataclass(frozen=True)
class CaseWorld:
    """One case inside one transaction, as its diagram and its forms see it.

    ``fired`` are the rules of tables that decided in the step under way: [decision, rule, row].
    ``open_tasks`` are the case's, by id, where the caller has read them under the lock.
    """

    session: Session
    runtime: Runtime
    case: Case
    ready: Ready
    actor: Actor | None = None
    _said: list[case_facts.Said] = field(default_factory=list)
    fired: list[list[Any]] = field(default_factory=list)
    open_tasks: Mapping[UUID, Task] | None = None

    @cached_property
    def now(self) -> datetime:
        """The case's instant, aware UTC."""
        return self.runtime.now(self.case)

    @property
    def today(self) -> date:
        """The case's date in its jurisdiction."""
        return self.now.astimezone(TIME_ZONE).date()

    @cached_property
    def _bound(self) -> list[_Bound]:
        """Every role with each party bound to it; while they are held, nobody reads them again."""
        rows = self.session.execute(_PARTIES, {"case": self.case.id})
        return [_Bound(*row) for row in rows]

    @cached_property
    def parties(self) -> dict[str, Party]:
        """Role -> the party bound to it (the first, where a role has several)."""
        found: dict[str, Party] = {}
        for each in self._bound:
            found.setdefault(each.role, each.party)
        return found

    def read_parties(self) -> None:
        """Read the parties at once, before rules ask for one after the other."""
        _ = self.parties

    def forget_parties(self) -> None:
        """Read the roles anew: an operation has bound them to others."""
        self.__dict__.pop("_bound", None)
        self.__dict__.pop("parties", None)
        self.facts["case"]["parties"] = self._party_facts()

    def _party_facts(self) -> dict[str, Any]:
        return {
            role: {"id": str(p.id), "code": p.code, "name": p.name, "uscc": p.uscc}
            for role, p in self.parties.items()
        }

    @cached_property
    def calendar(self) -> WorkingCalendar:
        """The working calendar of the agency that receives the case."""
        if self._bound and not self._bound[0].has_corrections:
            return WorkingCalendar()
        agency = self.parties.get(RECEIVING_ROLE)
        return calendar_of(self.session, agency.id if agency else None)

    @property
    def wording_agency(self) -> UUID | None:
        """The receiving agency, where it has written notifications of its own."""
        found = (b for b in self._bound if b.role == RECEIVING_ROLE and b.has_own_texts)
        return next((b.party.id for b in found), None)

    @cached_property
    def standing(self) -> legal_bases.Standing:
        """The legal basis on the case's date; what a rehearsal assumes goes first."""
        basis = self.session.get_one(LegalBasis, self.case.basis_id)
        given = (self.case.rehearsal or {}).get("legal_basis")
        if given:
            return legal_bases.assumed(basis, given)
        return legal_bases.standing(basis, self.today)

    @property
    def context(self) -> feel.Context:
        """The context in which forms evaluate their conditions."""
        return feel.Context(now=lambda: self.now, calendar=self.calendar, timezone="Asia/Shanghai")

    @cached_property
    def facts(self) -> dict[str, Any]:
        """The names besides the document: profile, case, legal_basis."""
        case = self.case
        return {
            "profile": self.ready.opened.profile,
            "case": {
                "id": str(case.id),
                "number": case.number,
                "procedure": case.procedure_id,
                "jurisdiction": case.jurisdiction,
                "started_on": case.started_at.astimezone(TIME_ZONE).date().isoformat(),
                "rehearsal": case.is_rehearsal,
                "state": case.state,
                "parties": self._party_facts(),
            },
            "legal_basis": self.standing.scope(),
        }

    def note_facts(self) -> None:
        """Note what the case's facts say before a step, so that only what changes is written."""
        self._said.append(self._facts_now())

    def keep_facts(self) -> None:
        """Make the case's rows of facts say what its document says now."""
        before = self._said[-1] if self._said else None
        case_facts.keep(self.session, self.case, self.ready.opened.facts, before, self._facts_now())

    def _facts_now(self) -> case_facts.Said:
        scope = ChainMap(self.facts, self.case.document)
        return case_facts.said(self.ready.opened.facts, scope, self.context)

    def environment(self) -> engine.Environment:
        """Return what one engine step may use."""
        return engine.Environment(
            now=self.now,
            calendar=self.calendar,
            scope=self.facts,
            operations=_Operations(self),
            decide=self._decide_for_good,
        )

    def decision_of(self, node: Node) -> str:
        """Return the id of the decision that a rule task names, parameters resolved."""
        return self._resolve(node.decision or "")

    def _decide_for_good(self, decision: str, scope: Mapping[str, Any]) -> Document:
        """Decide, and keep which rules fired for the audit entry of the step."""
        result = self._evaluate(decision, scope)
        self.fired.extend([each.element_id, each.rule_id, each.row] for each in result.fired)
        return _stored(result)

    def decide(self, decision: str, scope: Mapping[str, Any]) -> Document:
        """Evaluate a decision of the bundle; what is stored under the rule task's data key.

        Raises IncidentError (there is no such decision), DmnError, FeelError.
        """
        return _stored(self._evaluate(decision, scope))

    def _evaluate(self, decision: str, scope: Mapping[str, Any]) -> dmn.Result:
        decision = self._resolve(decision)
        model = self.ready.opened.decisions.get(decision)
        if model is None:
            raise IncidentError("DECISION", decision, f"流程包里没有决策表“{decision}”")
        return model.evaluate(decision, scope, self.context)

    def _resolve(self, text: str) -> str:
        if not text.startswith("="):
            return text
        return str(feel.evaluate(text[1:], self.facts, self.context))

    def party_for(self, role: str, given: str | None) -> UUID | None:
        """Return the party a task goes to: the one given, else the one bound to the role."""
        if given is not None:
            try:
                return UUID(given)
            except ValueError as error:
                raise IncidentError("PARTY", role, f"单位编号不合规：{given}") from error
        bound = self.parties.get(role)
        return bound.id if bound else None


def _stored(result: dmn.Result) -> Document:
    outputs, rules = feel.to_json(result.outputs), list(result.rules)
    if isinstance(outputs, dict):
        return {**outputs, "rules": rules}
    key = "hits" if isinstance(outputs, list) else "value"
    return {key: outputs, "rules": rules}


@dataclass(frozen=True)
class _Operations:
    """The catalogue, bound to one case."""

    world: CaseWorld

    def is_deferred(self, name: str) -> bool:
        return bool(_entry(name).is_deferred)

    def call(self, name: str, context: ServiceContext, inputs: Mapping[str, Any]) -> Any:
        operation = _entry(name)
        call = Call(context.key, context.node, self.world)
        return operation.run(call, **operation.checked(inputs))


def _entry(name: str) -> Any:
    operation = CATALOGUE.get(name)
    if operation is None:
        raise IncidentError("OPERATION", name, f"没有名为“{name}”的操作")
    return operation
