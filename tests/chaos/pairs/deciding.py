"""Two people act on one task or one case at once."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select

from services import cases, substitutions, tasks
from services.db.engine import reading
from services.db.models import Decision, Task, TaskStatus
from services.errors import DomainError, NotAllowedError, TaskTakenError
from services.handling import transfers, withdrawals
from services.substitutions import Absence
from tests.chaos.pairs.table import PROCEED, Race, Table, won


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


def _absence(table: Table) -> UUID:
    """The clerk stands in for the reviewer; the id of the absence."""
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
    return UUID(str(made["id"]))


def revoke_and_complete(table: Table) -> Race:
    """A substitute completes while the absence is ended: before it, or not at all."""
    _case, task = table.fresh()
    absence = _absence(table)

    def check(first: Any, second: Any) -> None:
        assert won(first)
        if not won(second):
            assert isinstance(second, NotAllowedError)
        done = table.number(Decision, Decision.task_id == task.id)
        assert done == int(not isinstance(second, Exception))

    return (
        lambda: table.by("lj-reviewer", substitutions.end, absence),
        lambda: table.complete("lj-clerk", task),
        check,
    )
