"""The twelve pairs of acts that race for the same thing, and what must hold however they meet.

Each makes its own fresh case and gives back the two acts and a check of what they came to.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import func, select

from services import accounts, audit, cases, jobs, loading, substitutions, tasks
from services.checkpoints import taking, verifying
from services.db.engine import reading, unit_of_work
from services.db.models import (
    Bundle,
    Case,
    Decision,
    HandoffIn,
    HandoffState,
    Job,
    JobKind,
    Party,
    Task,
    TaskStatus,
)
from services.errors import DomainError, NotAllowedError, TaskTakenError
from services.handling import transfers, withdrawals
from services.handoffs import receiving, sending
from services.substitutions import Absence

PROCEED = {"decision": "proceed", "reasons": "研发总部在区内"}

Act = Callable[[], Any]
Check = Callable[[Any, Any], None]
Race = tuple[Act, Act, Check]


@dataclass(frozen=True)
class Table:
    """Where the race is run: a desk with people, on one database."""

    desk: Any
    people: dict[str, UUID] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Look people up beforehand, so that an act is one transaction."""
        for login in ("lj-reviewer", "lj-reviewer2", "lj-clerk", "lead-op"):
            self.people[login] = self.desk.actor(login).person_id

    @property
    def runtime(self) -> Any:
        return self.desk.runtime

    def by(self, login: str, service: Callable[..., Any], *given: Any, **more: Any) -> Any:
        """Do something as somebody, in a transaction of its own; the actor is looked up in it."""
        with unit_of_work(self.runtime.sessions) as session:
            actor = accounts.actor_of(session, self.people[login], self.runtime.clock.now())
            return service(session, self.runtime, actor, *given, **more)

    def complete(self, login: str, task: Task) -> Any:
        return self.by(login, cases.complete_task, task_id=task.id, answers=PROCEED)

    def fresh(self) -> tuple[Case, Task]:
        case = self.desk.start("other")
        return case, self.desk.task(case)

    def number(self, model: Any, *where: Any) -> int:
        with reading(self.runtime.sessions) as session:
            return session.scalar(select(func.count()).select_from(model).where(*where)) or 0

    def is_sound(self) -> None:
        """All chains verify, no task is decided twice, each done task is decided once."""
        with reading(self.runtime.sessions) as session:
            assert [finding for finding in audit.verify(session) if finding] == []
            stands = Decision.withdrawn_at.is_(None)
            made, on = session.execute(
                select(func.count(), func.count(Decision.task_id.distinct())).where(stands)
            ).one()
            done = session.scalar(select(func.count()).where(Task.status == TaskStatus.DONE))
        assert made == on == done


def won(outcome: Any) -> bool:
    """Tell whether an act was done; whatever else it may be, it is a refusal in words."""
    if isinstance(outcome, Exception):
        assert isinstance(outcome, DomainError), repr(outcome)
        assert outcome.message
        return False
    return True


def complete_and_complete(table: Table) -> Race:
    _case, task = table.fresh()

    def check(first: Any, second: Any) -> None:
        assert won(first) + won(second) == 1
        loser = second if won(first) else first
        assert isinstance(loser, TaskTakenError)
        assert loser.details["winner"]

    return (
        lambda: table.complete("lj-reviewer", task),
        lambda: table.complete("lj-reviewer2", task),
        check,
    )


def complete_and_timer(table: Table) -> Race:
    """The invitation runs out while the invited completes what it asks."""
    case, task = table.fresh()
    table.complete("lj-reviewer", task)
    with reading(table.runtime.sessions) as session:
        waiting = session.scalars(
            select(Task).where(Task.case_id == case.id, Task.status == TaskStatus.OPEN)
        ).first()
    assert waiting is not None
    with unit_of_work(table.runtime.sessions) as session:
        timer = session.scalars(
            select(Job).where(Job.case_id == case.id, Job.kind == JobKind.TIMER)
        ).first()
        if timer is None:  # none runs here: a timer job that finds nothing waiting
            timer = Job(
                kind=JobKind.TIMER,
                case_id=case.id,
                dedupe_key=f"timer:{uuid4()}",
                due_at=table.runtime.clock.now(),
            )
            session.add(timer)
        timer.due_at = table.runtime.clock.now()
        session.flush()
        timer_id = timer.id

    def check(first: Any, second: Any) -> None:
        won(first)
        assert won(second)
        assert table.number(Job, Job.id == timer_id, Job.done_at.is_not(None)) == 1

    return (
        lambda: table.by("lead-op", tasks.claim, waiting.id),
        lambda: jobs.run_due(table.runtime, "worker", only_case=case.id),
        check,
    )


def complete_and_cancel(table: Table) -> Race:
    """The applicant withdraws the application while an official decides on it."""
    case, task = table.fresh()
    answers = {"reason": "成员单位调整，拟重新申请。", "lead_sealed": True}

    def withdraw() -> Any:
        return table.by(
            "lead-op",
            cases.send_by_person,
            case_id=case.id,
            name="withdrawal",
            answers=answers,
            key=str(uuid4()),
        )

    def check(first: Any, second: Any) -> None:
        decided = won(first)
        cancelled = not isinstance(second, Exception)
        if not cancelled:
            assert isinstance(second, DomainError), repr(second)
        done = table.number(Decision, Decision.task_id == task.id)
        assert done == int(decided)
        assert decided or cancelled

    return lambda: table.complete("lj-reviewer", task), withdraw, check


def transfer_and_complete(table: Table) -> Race:
    _case, task = table.fresh()
    other = table.desk.actor("lj-reviewer2").person_id
    table.by("lj-reviewer", tasks.claim, task.id)

    def check(first: Any, second: Any) -> None:
        assert won(first) + won(second) == 1  # handed on, or decided; never both
        with reading(table.runtime.sessions) as session:
            row = session.get_one(Task, task.id)
            assert (row.status is TaskStatus.DONE) == won(second)
            if won(first):
                assert row.claimed_by == other

    return (
        lambda: table.by("lj-reviewer", transfers.transfer, task.id, to=other, reason="出差"),
        lambda: table.complete("lj-reviewer", task),
        check,
    )


def receive_and_return(table: Table) -> Race:
    """Two officials of the receiver answer one envelope: one takes it, the other sends it back."""
    case, _task = table.fresh()
    with unit_of_work(table.runtime.sessions) as session:
        parties = {
            code: session.scalars(select(Party).where(Party.code == code)).one()
            for code in ("lj-sti", "lj-committee")
        }
        parcel = sending.Parcel("材料", None, {"number": 1}, passes=False, disclosure=[])
        row = sending.pack(
            session,
            table.runtime,
            case=session.get_one(Case, case.id),
            sender=parties["lj-sti"],
            receiver=parties["lj-committee"],
            parcel=parcel,
        )
        raw, key = row.envelope, row.id

    def deliver() -> Any:
        with unit_of_work(table.runtime.sessions) as session:
            return receiving.take_in(session, table.runtime, raw).state

    def check(first: Any, second: Any) -> None:
        assert won(first)
        assert won(second)
        assert table.number(HandoffIn, HandoffIn.id == key) == 1
        assert {first, second} == {HandoffState.PENDING}

    return deliver, deliver, check


def load_and_start(table: Table) -> Race:
    """A procedure is published again while somebody starts a case of it."""
    jurisdiction = table.runtime.library.jurisdictions["liangjiang"]
    before = table.number(Case)

    def load() -> Any:
        with unit_of_work(table.runtime.sessions) as session:
            return list(loading.load_jurisdiction(session, table.runtime, jurisdiction))

    def check(first: Any, second: Any) -> None:
        assert won(first)
        assert won(second)
        assert table.number(Case) == before + 1

    return load, lambda: table.desk.start("other"), check


def load_and_load(table: Table) -> Race:
    jurisdiction = table.runtime.library.jurisdictions["liangjiang"]
    before = table.number(Bundle)

    def load() -> Any:
        with unit_of_work(table.runtime.sessions) as session:
            return list(loading.load_jurisdiction(session, table.runtime, jurisdiction))

    def check(first: Any, second: Any) -> None:
        assert won(first)
        assert won(second)
        assert not any(each.is_new for each in [*first, *second])
        assert table.number(Bundle) == before

    return load, load, check


def draft_and_complete(table: Table) -> Race:
    """One types on while the other decides; nobody's decision carries the other's words."""
    _case, task = table.fresh()

    def check(first: Any, second: Any) -> None:
        won(first)
        assert won(second)
        with reading(table.runtime.sessions) as session:
            [decision] = session.scalars(select(Decision).where(Decision.task_id == task.id))
            assert decision.answers["reasons"] == PROCEED["reasons"]

    return (
        lambda: table.by("lj-reviewer2", tasks.save_draft, task.id, {"reasons": "别的"}, None),
        lambda: table.complete("lj-reviewer", task),
        check,
    )


def take_back_and_go_on(table: Table) -> Race:
    """A decision is taken back while the next one already acts on it."""
    case, task = table.fresh()
    table.complete("lj-reviewer", task)
    with reading(table.runtime.sessions) as session:
        following = session.scalars(
            select(Task).where(Task.case_id == case.id, Task.status == TaskStatus.OPEN)
        ).first()
    assert following is not None

    def check(first: Any, second: Any) -> None:
        assert won(first) + won(second) >= 1
        with reading(table.runtime.sessions) as session:
            row = session.get(Task, following.id)
            first_task = session.get_one(Task, task.id)
        if won(first) and first_task.status is TaskStatus.OPEN:
            assert row is None or row.claimed_by is None or row.status is not TaskStatus.OPEN

    return (
        lambda: table.by("lj-reviewer", withdrawals.withdraw, task.id, reason="填写有误"),
        lambda: table.by("lead-op", tasks.claim, following.id),
        check,
    )


def worker_and_worker(table: Table) -> Race:
    case, task = table.fresh()
    table.complete("lj-reviewer", task)
    with unit_of_work(table.runtime.sessions) as session:
        for job in session.scalars(select(Job).where(Job.case_id != case.id)):
            job.done_at = job.done_at or table.runtime.clock.now()
    sent = len(table.runtime.mailer.sent)
    waiting = table.number(
        Job, Job.case_id == case.id, Job.kind == JobKind.MAIL, Job.done_at.is_(None)
    )

    def run() -> Any:
        return jobs.run_due(table.runtime, str(uuid4()), only_case=case.id)

    def check(first: Any, second: Any) -> None:
        assert won(first)
        assert won(second)
        keys = [mail.key for mail in table.runtime.mailer.sent[sent:]]
        assert len(keys) == len(set(keys)) == waiting
        assert waiting > 0

    return run, run, check


def revoke_and_complete(table: Table) -> Race:
    """A substitute completes while the absence is ended: before it, or not at all."""
    _case, task = table.fresh()
    today = date(2026, 11, 20)
    absence = Absence(
        principal=table.desk.actor("lj-reviewer").person_id,
        substitute=table.desk.actor("lj-clerk").person_id,
        party=table.desk.party("lj-sti"),
        starts_on=today,
        ends_on=today + timedelta(days=2),
        procedures=["liangjiang.application"],
        reason="出差",
    )
    made = table.by("lj-reviewer", substitutions.set_absence, absence)

    def check(first: Any, second: Any) -> None:
        assert won(first)
        if not won(second):
            assert isinstance(second, NotAllowedError)
        done = table.number(Decision, Decision.task_id == task.id)
        assert done == int(not isinstance(second, Exception))

    return (
        lambda: table.by("lj-reviewer", substitutions.end, UUID(str(made["id"]))),
        lambda: table.complete("lj-clerk", task),
        check,
    )


def checkpoint_and_append(table: Table) -> Race:
    case, task = table.fresh()

    def check(first: Any, second: Any) -> None:
        assert won(first)
        assert won(second)
        taking.take(table.runtime)
        replayed = verifying.replay(table.runtime.anchors.records())
        with reading(table.runtime.sessions) as session:
            assert replayed.problems == []
            assert list(verifying.compare(session, replayed)) == []
            assert max(replayed.heads[case.id]) == session.get_one(Case, case.id).audit_seq

    return (
        lambda: taking.take(table.runtime),
        lambda: table.by("lj-reviewer", tasks.claim, task.id),
        check,
    )


PAIRS: list[Callable[[Table], Race]] = [
    complete_and_complete,
    complete_and_timer,
    complete_and_cancel,
    transfer_and_complete,
    receive_and_return,
    load_and_start,
    load_and_load,
    draft_and_complete,
    take_back_and_go_on,
    worker_and_worker,
    revoke_and_complete,
    checkpoint_and_append,
]
SLOW = {load_and_start, load_and_load}
