"""What every act on a task shares: lock, authorise by policy and by the bundle, note, notify."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services import audit, colleagues, duties, lawful, notifications, policies, procedures
from services.actors import Actor, StandIn
from services.cases.environment import CaseWorld
from services.db.models import Case, Delegation, Task, TaskStatus
from services.errors import InvalidError, TaskTakenError
from services.handling import pending
from services.lookup import get_task, lock_case_of
from services.policies import YES, Verdict
from services.runtime import Runtime
from workflows.bundles.handling import Act


@dataclass(frozen=True, slots=True)
class Desk:
    """An open task in the hands of somebody, its case locked for the rest of the transaction."""

    world: CaseWorld
    actor: Actor
    case: Case
    task: Task
    stand_in: StandIn | None

    @property
    def session(self) -> Session:
        """The transaction."""
        return self.world.session


def lay_out(session: Session, runtime: Runtime, actor: Actor, task_id: UUID) -> Desk:
    """Lock the case of a task that is open and that the actor sees.

    Raises NotFoundError, TaskTakenError.
    """
    case = lock_case_of(session, task_id)
    task = get_task(session, task_id)
    policies.see_task(session, actor, case, task)
    if task.status is not TaskStatus.OPEN:
        raise TaskTakenError("这项任务已经结束")
    ready = procedures.ready(session, case.bundle_hash)
    world = CaseWorld(session, runtime, case, ready, actor)
    return Desk(world, actor, case, task, duties.capacity(session, actor, task)[0])


def take_up(session: Session, runtime: Runtime, actor: Actor, task_id: UUID, act: Act) -> Desk:
    """As ``lay_out``, for an act of whoever may do the task, where it is lawful on it.

    Raises NotAllowedError besides.
    """
    desk = lay_out(session, runtime, actor, task_id)
    judge(session, actor, desk.case, desk.task, act).require()
    return desk


def judge(session: Session, actor: Actor, case: Case, task: Task, act: Act) -> Verdict:
    """Judge whether the actor may do an act that is the holder's on an open task."""
    verdict = duties.do_task(session, actor, task)
    if not verdict.is_allowed:
        return verdict
    rule = lawful.rule(session, case, task, act)
    if not rule.is_allowed:
        return Verdict(False, rule.reason)
    if act is Act.TRANSFER and pending.countersigns(session, task.id):
        return Verdict(False, "还有加签没有答复，请等待答复或者先减签")
    return YES


def colleague(session: Session, actor: Actor, task: Task, person_id: UUID) -> dict[str, Any]:
    """Return an active colleague of the party that a task is for, other than the actor.

    Raises InvalidError.
    """
    members = colleagues.members(session, task.party_id) if task.party_id else []
    found = next((row for row in members if row["id"] == person_id), None)
    if found is None or person_id == actor.person_id:
        text = "请选择本机关（单位）的其他在职人员"
        raise InvalidError(text, {"to": [text]})
    return found


def note(desk: Desk, what: str, **payload: Any) -> None:
    """Append an act on the task to the audit chain."""
    about = {"task": str(desk.task.id), "node": desk.task.node_id}
    audit.append(
        desk.session,
        desk.case,
        at=desk.world.now,
        actor=desk.actor.key,
        party_id=desk.task.party_id,
        what=what,
        payload=about | payload | audit.on_behalf(desk.stand_in),
    )


def tell(desk: Desk, person_id: UUID, template: str, key: str, **data: Any) -> None:
    """Notify somebody of an act on the task."""
    facts = {"task_name": desk.task.name, "task_id": str(desk.task.id), "person": desk.actor.name}
    notifications.notify(
        desk.world, [person_id], template, facts | data, key=key, task_id=desk.task.id
    )


def hold(desk: Desk) -> None:
    """Make the task the actor's own, so that nobody else decides it meanwhile."""
    desk.task.claimed_by = desk.actor.person_id


def open_delegations(session: Session, person_id: UUID) -> list[Delegation]:
    """Return what somebody has been asked to prepare, oldest first, of tasks that are open."""
    rows = (
        select(Delegation)
        .join(Task, Task.id == Delegation.task_id)
        .where(
            Delegation.to_id == person_id,
            Delegation.ended_at.is_(None),
            Task.status == TaskStatus.OPEN,
        )
        .order_by(Delegation.at)
    )
    return list(session.scalars(rows))
