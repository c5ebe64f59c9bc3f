"""A case is handed over while somebody else acts on it or reads it."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from services import case_pages
from services.db.engine import reading, unit_of_work
from services.db.models import Case, File, HandoffIn, HandoffOut, HandoffState, Party, Task
from services.errors import ConflictError, NotAllowedError, NotFoundError, TaskTakenError
from services.handling import delegations
from services.handoffs import receiving, sending
from services.handoffs.sealed import take_apart
from services.scenarios import samples
from tests.chaos.pairs.table import Race, Table, answers, won

AREA = "group_bonded"  # of a managing body to which the agency refers the case


def deliver_and_deliver(table: Table) -> Race:
    """One envelope arrives twice at once: taken in once, both told the same."""
    case, _task = table.fresh()
    with unit_of_work(table.runtime.sessions) as session:
        sender, receiver = (
            session.scalars(select(Party).where(Party.code == code)).one()
            for code in ("lj-sti", "lj-committee")
        )
        row = sending.pack(
            session,
            table.runtime,
            case=session.get_one(Case, case.id),
            sender=sender,
            receiver=receiver,
            parcel=sending.Parcel("材料", None, {"number": 1}, passes=False, disclosure=[]),
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


def _referable(table: Table) -> tuple[Case, Task]:
    """A case that its agency is to refer to another body."""
    case = table.desk.start(AREA)
    return case, table.desk.task(case)


def _handed_over(table: Table) -> tuple[Case, Task]:
    """A case that lies before its receiver, who has neither received nor returned it."""
    case, task = _referable(table)
    table.complete("lj-clerk", task, answers("referral"))
    table.runtime.clock.advance(timedelta(minutes=1))
    return case, table.desk.task(case)


def _handoff(table: Table, case: Case) -> HandoffOut | None:
    with reading(table.runtime.sessions) as session:
        found = session.scalars(select(HandoffOut).where(HandoffOut.case_id == case.id)).first()
        if found is not None:
            _ = (found.envelope, found.receipt)  # read while the session is open
        return found


def hand_over_and_hand_over(table: Table) -> Race:
    """Two clerks refer one case at once: one envelope leaves, and the other is told who was first."""
    case, task = _referable(table)

    def check(first: Any, second: Any) -> None:
        assert won(first) + won(second) == 1
        assert isinstance(second if won(first) else first, TaskTakenError)
        assert table.number(HandoffOut, HandoffOut.case_id == case.id) == 1

    return (
        lambda: table.complete("lj-clerk", task, answers("referral")),
        lambda: table.complete("lj-clerk2", task, answers("referral")),
        check,
    )


def receive_and_return(table: Table) -> Race:
    """The receiver takes the case in one window and sends it back in another: one receipt."""
    case, task = _handed_over(table)

    def check(first: Any, second: Any) -> None:
        assert won(first) + won(second) == 1
        # who has sent a case back sees it no more
        assert (
            isinstance(second, TaskTakenError) if won(first) else isinstance(first, NotFoundError)
        )
        sent = _handoff(table, case)
        assert sent is not None
        assert sent.state is (HandoffState.RECEIVED if won(first) else HandoffState.RETURNED)
        with reading(table.runtime.sessions) as session:
            [taken] = session.scalars(select(HandoffIn).where(HandoffIn.id == sent.id))
            assert (taken.state, taken.receipt) == (sent.state, sent.receipt)
            assert sent.receipt

    return (
        lambda: table.complete("lj-bonded", task, answers("receipt")),
        lambda: table.complete("lj-bonded", task, answers("receipt_returned")),
        check,
    )


def attach_and_hand_over(table: Table) -> Race:
    """A colleague hands in an attachment while the case is handed over: in the envelope, or not yet.

    What a case has when it leaves is on the list that is signed; nothing comes after it unseen.
    """
    case, task = _referable(table)
    helper = table.people["lj-clerk2"]
    table.by("lj-clerk", delegations.delegate, task.id, to=helper, note="请准备")
    file_id = table.upload("lj-clerk2", samples.pdf("附件", 2_000))
    prepared = answers("referral") | {"attachment": [str(file_id)]}

    def check(first: Any, second: Any) -> None:
        assert won(first)
        sent = _handoff(table, case)
        assert (sent is not None) == won(second)
        if sent is not None:
            listed = [
                entry["id"] for entry in take_apart(sent.envelope).body["manifest"] if "id" in entry
            ]
            assert listed == [str(file_id)]
        else:
            assert isinstance(second, NotAllowedError | ConflictError)
        assert table.number(File, File.id == file_id, File.case_id == case.id) == 1

    return (
        lambda: table.by("lj-clerk2", delegations.hand_back, task.id, answers=prepared, note="好"),
        lambda: table.complete("lj-clerk", task, answers("referral")),
        check,
    )


def hand_over_and_read(table: Table) -> Race:
    """Whoever passes a case on reads it at that moment: nothing of what the receiver did with it."""
    case, task = _handed_over(table)

    def read() -> Any:
        found = table.by("lj-clerk", lambda s, _r, actor: case_pages.decisions(s, actor, case.id))
        return [row["activity_code"] for row in found]

    def check(first: Any, second: Any) -> None:
        assert won(first)
        assert won(second)
        assert second == read()
        assert len(second) == 1
        assert task.activity_code not in second

    return lambda: table.complete("lj-bonded", task, answers("receipt")), read, check
