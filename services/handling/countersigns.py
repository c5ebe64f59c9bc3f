"""加签: an opinion asked of a colleague beside a task. It is kept with it and never decides it."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services import policies
from services.actors import Actor
from services.db.models import (
    Case,
    Countersign,
    CountersignOpinion,
    CountersignTiming,
    Draft,
    Person,
    Task,
    TaskStatus,
)
from services.errors import ConflictError, InvalidError, NotAllowedError, NotFoundError
from services.handling import acts, pending
from services.runtime import Runtime
from workflows.bundles.handling import Act


@dataclass(frozen=True, slots=True)
class Question:
    """Whom to ask, when (before or after the asker has written), and what."""

    to: UUID
    timing: CountersignTiming
    question: str


def ask(
    session: Session, runtime: Runtime, actor: Actor, task_id: UUID, question: Question
) -> Countersign:
    """Ask a colleague of the same party for an opinion. The asker holds the task from then on.

    Asked after, the colleague sees the asker's draft as it is saved now; asked before, nothing of
    it. Raises NotFoundError, TaskTakenError, NotAllowedError, InvalidError, ConflictError (asked
    already, or no draft is saved).
    """
    desk = acts.take_up(session, runtime, actor, task_id, Act.COUNTERSIGN)
    acts.colleague(session, actor, desk.task, question.to)
    if any(row.person_id == question.to for row in pending.countersigns(session, task_id)):
        raise ConflictError("已经请过这位同事，还没有答复", "ASKED_ALREADY")
    row = Countersign(
        case_id=desk.case.id,
        task_id=desk.task.id,
        asker_id=actor.person_id,
        person_id=question.to,
        timing=question.timing,
        question=question.question,
        shown=_draft(session, actor, desk.task, question.timing),
        asked_at=desk.world.now,
    )
    acts.hold(desk)
    session.add(row)
    session.flush()
    acts.note(desk, "countersign.asked", to=str(row.person_id), timing=row.timing.value)
    key = f"countersign:{row.id}"
    acts.tell(desk, row.person_id, "countersign_asked", key, question=row.question)
    return row


def _draft(session: Session, actor: Actor, task: Task, timing: CountersignTiming) -> Any:
    if timing is CountersignTiming.BEFORE:
        return None
    draft = session.get(Draft, (task.id, actor.person_id))
    if draft is None:
        raise ConflictError("后加签要让对方看到您的意见，请先保存草稿", "NO_DRAFT")
    return draft.answers


def give(
    session: Session,
    runtime: Runtime,
    actor: Actor,
    countersign_id: UUID,
    *,
    opinion: CountersignOpinion,
    text: str,
) -> Countersign:
    """Give the opinion asked for; other than agreement needs a reason.

    Raises NotFoundError, NotAllowedError, ConflictError (given, withdrawn, or the task has ended),
    InvalidError.
    """
    desk, row = _open(session, runtime, actor, countersign_id)
    if row.person_id != actor.person_id:
        raise NotAllowedError("这项加签不是请您答复的")
    if opinion is not CountersignOpinion.AGREE and not text.strip():
        raise InvalidError("请写明理由", {"text": ["不同意或者弃权须写明理由"]})
    row.opinion, row.text, row.given_at = opinion, text, desk.world.now
    session.flush()
    acts.note(desk, "countersign.given", countersign=str(row.id), opinion=opinion.value)
    acts.tell(desk, row.asker_id, "countersign_given", f"countersign-given:{row.id}")
    return row


def withdraw(session: Session, runtime: Runtime, actor: Actor, countersign_id: UUID) -> Countersign:
    """Ask no more (减签). Only the asker, while it is not answered.

    Raises NotFoundError, NotAllowedError, ConflictError.
    """
    desk, row = _open(session, runtime, actor, countersign_id)
    if row.asker_id != actor.person_id:
        raise NotAllowedError("只有加签的发起人可以减签")
    row.withdrawn_at = desk.world.now
    session.flush()
    acts.note(desk, "countersign.withdrawn", countersign=str(row.id), to=str(row.person_id))
    return row


def _open(
    session: Session, runtime: Runtime, actor: Actor, countersign_id: UUID
) -> tuple[acts.Desk, Countersign]:
    row = session.get(Countersign, countersign_id)
    if row is None or actor.person_id not in _concerned(session, actor, row):
        raise NotFoundError("没有这项加签")
    desk = acts.lay_out(session, runtime, actor, row.task_id)
    session.refresh(row)  # read anew under the case lock
    if row.given_at is not None:
        raise ConflictError("这项加签已经答复", "COUNTERSIGN_GIVEN")
    if row.withdrawn_at is not None:
        raise ConflictError("这项加签已经撤销（减签）", "COUNTERSIGN_WITHDRAWN")
    return desk, row


def _concerned(session: Session, actor: Actor, row: Countersign) -> set[UUID]:
    """Return the actor where they are of the party the task is for, and those asked and asking."""
    task = session.get_one(Task, row.task_id)
    own = {actor.person_id} if task.party_id in actor.parties else set()
    return {row.asker_id, row.person_id} | own


def of_task(session: Session, actor: Actor, task: Task) -> list[dict[str, Any]]:
    """Return the opinions asked on a task, oldest first.

    Whoever still has to give theirs does not see what the others said.
    """
    query = select(Countersign).where(Countersign.task_id == task.id)
    rows = session.scalars(query.order_by(Countersign.asked_at, Countersign.id)).all()
    owes = any(_is_open(row) and row.person_id == actor.person_id for row in rows)
    return [shown(session, actor, row, is_sealed=owes) for row in rows]


def _is_open(row: Countersign) -> bool:
    return row.given_at is None and row.withdrawn_at is None


def shown(
    session: Session, actor: Actor, row: Countersign, *, is_sealed: bool = False
) -> dict[str, Any]:
    """Return one as those of the agency see it; the draft only who asked and who was asked."""
    is_party = actor.person_id in {row.asker_id, row.person_id}
    hides = is_sealed and row.person_id != actor.person_id
    return {
        "id": row.id,
        "case_id": row.case_id,
        "task_id": row.task_id,
        "asker": session.get_one(Person, row.asker_id).name,
        "person": session.get_one(Person, row.person_id).name,
        "is_mine": row.person_id == actor.person_id,
        "may_withdraw": _is_open(row) and row.asker_id == actor.person_id,
        "timing": row.timing,
        "question": row.question,
        "shown": row.shown if is_party else None,
        "asked_at": row.asked_at,
        "opinion": None if hides else row.opinion,
        "text": None if hides else row.text,
        "given_at": row.given_at,
        "withdrawn_at": row.withdrawn_at,
    }


def asked_of(session: Session, actor: Actor) -> list[dict[str, Any]]:
    """Return the opinions that the actor still has to give, oldest first, in cases they see."""
    rows = session.execute(
        select(Countersign, Case)
        .join(Task, Task.id == Countersign.task_id)
        .join(Case, Case.id == Countersign.case_id)
        .where(
            Countersign.person_id == actor.person_id,
            Countersign.given_at.is_(None),
            Countersign.withdrawn_at.is_(None),
            Task.status == TaskStatus.OPEN,
        )
        .order_by(Countersign.asked_at)
    )
    return [
        shown(session, actor, row) for row, case in rows if policies.sees_case(session, actor, case)
    ]
