"""Figures for leaders: load, overdue, how long each step takes, throughput, 补正 reasons.

Counts only cases that one's own agencies hold, so that no figure tells of another's. Durations
are working days by the agency's calendar.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from services import asked_where, policies, procedures
from services.actors import Actor
from services.db.models import Case, CaseAccess, Decision, Party, Person, Task, TaskStatus
from services.differences import MARKED
from services.runtime import Runtime
from services.workbench.lights import Light, Lights
from workflows.calendar import TIME_ZONE, WorkingCalendar

MAX_TASKS = 20_000  # of the newest
MAX_REASONS = 30
_YEAR = timedelta(days=365)
_TENTHS = 9


@dataclass(frozen=True, slots=True)
class Period:
    """What is counted: one procedure or all, from a day on, rehearsals or not."""

    procedure: str | None = None
    since: date | None = None
    rehearsals: bool = False


@dataclass
class _Figures:
    """Everything read for one dashboard."""

    session: Session
    runtime: Runtime
    parties: frozenset[UUID]
    period: Period
    calendar: WorkingCalendar
    lights: Lights
    _spans: dict[tuple[date, date], int] = field(default_factory=dict)

    @property
    def since(self) -> datetime:
        """The instant from which things are counted, by default a year back."""
        if self.period.since is None:
            return self.runtime.clock.now() - _YEAR
        return datetime.combine(self.period.since, datetime.min.time(), TIME_ZONE)

    def cases(self) -> Select[Any]:
        """Return the query of the ids of the cases counted."""
        held = select(CaseAccess.case_id).where(
            CaseAccess.party_id.in_(self.parties), CaseAccess.until.is_(None)
        )
        query = select(Case.id).where(Case.id.in_(held))
        query = query.where(Case.is_rehearsal.is_(self.period.rehearsals))
        if self.period.procedure:
            query = query.where(Case.procedure_id == self.period.procedure)
        return query

    def working_days(self, first: datetime, last: datetime) -> int:
        """Return the working days from one instant to another, 0 within a day."""
        span = (_day(first), _day(last))
        if span not in self._spans:
            self._spans[span] = max(0, self.calendar.working_days_between(*span))
        return self._spans[span]


def of_agency(session: Session, runtime: Runtime, actor: Actor, period: Period) -> dict[str, Any]:
    """Return the figures of the agencies whose leader or process owner the actor is.

    Raises NotAllowedError.
    """
    figures = _figures(session, runtime, actor, period)
    open_tasks = _open(figures)
    names = session.scalars(select(Party.name).where(Party.id.in_(figures.parties)))
    return {
        "agencies": sorted(names),
        "since": _day(figures.since),
        "load": _load(figures, open_tasks),
        "steps": _steps(figures, open_tasks),
        "months": _months(figures),
        "supplements": _supplements(figures),
    }


def on_diagram(
    session: Session, runtime: Runtime, actor: Actor, procedure_id: str, period: Period
) -> dict[str, Any]:
    """Return a procedure's BPMN files with the figures of each of their steps.

    Raises NotAllowedError, NotFoundError.
    """
    figures = _figures(session, runtime, actor, period)
    bundle = procedures.ready(session, procedures.get(session, procedure_id).bundle_hash)
    return {
        "files": {path: data.decode() for path, data in bundle.opened.bundle.under("bpmn").items()},
        "steps": _steps(figures, _open(figures)),
    }


def _figures(session: Session, runtime: Runtime, actor: Actor, period: Period) -> _Figures:
    parties = policies.see_dashboard(actor)
    lights = Lights(session, runtime.settings.yellow_working_days)
    calendar = lights.calendar(min(parties))
    return _Figures(session, runtime, parties, period, calendar, lights)


def _open(figures: _Figures) -> list[tuple[Task, Case, str | None]]:
    """Return the open tasks of the cases counted, with who has claimed each."""
    rows = figures.session.execute(
        select(Task, Case, Person.name)
        .join(Case, Case.id == Task.case_id)
        .outerjoin(Person, Person.id == Task.claimed_by)
        .where(Task.status == TaskStatus.OPEN, Task.case_id.in_(figures.cases()))
        .order_by(Task.due_at, Task.id)
        .limit(MAX_TASKS)
    )
    return [(task, case, name) for task, case, name in rows]


def _light(figures: _Figures, task: Task, case: Case) -> Light:
    return figures.lights.of(task.party_id, task.due_at, figures.runtime.now(case))


def _load(
    figures: _Figures, open_tasks: list[tuple[Task, Case, str | None]]
) -> list[dict[str, Any]]:
    """Return, for each person of the agencies and for what nobody has claimed, what is open."""
    found: dict[tuple[str, str | None], Counter[str]] = {}
    for task, case, name in open_tasks:
        if task.party_id in figures.parties:
            counter = found.setdefault((task.name, name), Counter())
            counter.update(["open", _light(figures, task, case).value])
    return [
        {
            "step": step,
            "person": person,
            "open": counter["open"],
            "overdue": counter[Light.RED.value],
            "due_soon": counter[Light.YELLOW.value],
        }
        for (step, person), counter in sorted(found.items(), key=lambda each: -each[1]["open"])
    ]


def _steps(
    figures: _Figures, open_tasks: list[tuple[Task, Case, str | None]]
) -> list[dict[str, Any]]:
    """Return for each step how long it took, and how many wait there now."""
    spans: dict[tuple[str, str, str], list[int]] = {}
    for process_id, node_id, name, opened_at, closed_at in _done(figures):
        days = figures.working_days(opened_at, closed_at)
        spans.setdefault((process_id, node_id, name), []).append(days)
    waiting: dict[tuple[str, str, str], Counter[str]] = {}
    for task, case, _name in open_tasks:
        key = (task.process_id, task.node_id, task.name)
        waiting.setdefault(key, Counter()).update(["open", _light(figures, task, case).value])
    rows = [
        _step(key, spans.get(key, []), waiting.get(key, Counter())) for key in {**spans, **waiting}
    ]
    return sorted(rows, key=lambda row: (-row["open"], -(row["median_days"] or 0), row["name"]))


def _done(figures: _Figures) -> Iterable[Any]:
    return figures.session.execute(
        select(Task.process_id, Task.node_id, Task.name, Task.opened_at, Task.closed_at)
        .where(
            Task.status == TaskStatus.DONE,
            Task.case_id.in_(figures.cases()),
            Task.closed_at >= figures.since,
        )
        .order_by(Task.closed_at.desc())
        .limit(MAX_TASKS)
    )


def _step(key: tuple[str, str, str], days: list[int], open_now: Counter[str]) -> dict[str, Any]:
    process_id, node_id, name = key
    ordered = sorted(days)
    return {
        "process_id": process_id,
        "node_id": node_id,
        "name": name,
        "open": open_now["open"],
        "overdue": open_now[Light.RED.value],
        "done": len(ordered),
        "median_days": _rank(ordered, 5),
        "p90_days": _rank(ordered, _TENTHS),
        "longest_days": ordered[-1] if ordered else None,
    }


def _rank(ordered: list[int], tenths: int) -> int | None:
    """Return the value that so many tenths of the values do not exceed (nearest rank)."""
    if not ordered:
        return None
    return ordered[max(0, -(-len(ordered) * tenths // 10) - 1)]


def _months(figures: _Figures) -> list[dict[str, Any]]:
    """Return how many cases began and ended in each month."""
    found: dict[str, Counter[str]] = {}
    rows = figures.session.execute(
        select(Case.started_at, Case.finished_at, Case.outcome).where(Case.id.in_(figures.cases()))
    )
    for started_at, finished_at, _outcome in rows:
        for at, word in ((started_at, "started"), (finished_at, "finished")):
            if at is not None and at >= figures.since:
                found.setdefault(_day(at).isoformat()[:7], Counter())[word] += 1
    return [
        {"month": month, "started": counter["started"], "finished": counter["finished"]}
        for month, counter in sorted(found.items())
    ]


def _supplements(figures: _Figures) -> list[dict[str, Any]]:
    """Return what applicants were asked to supplement, most frequent first.

    Of one procedure with the questions it may be about, so that their help can be improved.
    """
    rows = figures.session.scalars(
        select(Decision.answers)
        .join(Task, Task.id == Decision.task_id)
        .where(
            Decision.case_id.in_(figures.cases()),
            Decision.made_at >= figures.since,
            Decision.withdrawn_at.is_(None),
            Task.form_id.in_(_marking_forms(figures)),
        )
        .limit(MAX_TASKS)
    )
    items = (item for answers in rows for item in _marked(answers))
    counted = Counter((item.get("material") or "", item.get("article") or "") for item in items)
    found = counted.most_common(MAX_REASONS)
    asked = asked_where.questions(
        figures.session, figures.period.procedure, [material for (material, _), _n in found]
    )
    return [
        {"material": material, "article": article, "count": number, "questions": questions}
        for ((material, article), number), questions in zip(found, asked, strict=True)
    ]


def _marked(answers: dict[str, Any]) -> list[dict[str, Any]]:
    rows = answers.get(MARKED)
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _marking_forms(figures: _Figures) -> set[str]:
    """Return the ids of the forms in which a review marks what is to be supplemented."""
    query = select(Case.bundle_hash).where(Case.id.in_(figures.cases())).distinct()
    return {
        form.id
        for bundle_hash in figures.session.scalars(query)
        for form in procedures.ready(figures.session, bundle_hash).forms.values()
        if any(spec.path == MARKED for spec in form.fields)
    }


def _day(instant: datetime) -> date:
    return instant.astimezone(TIME_ZONE).date()
