"""Who may work on a task, and as whom: for themself or for an absent colleague (代).

Called under the case lock, with rows read inside the transaction, as the policies are.
"""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services import lawful, policies
from services.actors import Actor, StandIn
from services.db.models import Case, Decision, Delegation, Person, Task
from services.policies import YES, Verdict
from workflows.bundles.handling import Act

PREPARED = Delegation.ended_at.is_(None)  # somebody prepares the task under it


def do_task(session: Session, actor: Actor, task: Task) -> Verdict:
    """Judge whether the actor may work on a task: addressed, unclaimed by others, separate.

    A substitute may also take what the absent person has claimed; duties are separate for both.
    """
    return capacity(session, actor, task)[1]


def capacity(
    session: Session, actor: Actor, task: Task, *, is_prepared: bool = True
) -> tuple[StandIn | None, Verdict]:
    """Return as whom the actor may work on a task, None for themself, and whether they may.

    Of several the first that may; where none may, why the first may not. ``is_prepared`` False:
    the caller knows that no other prepares it now.
    """
    case = session.get_one(Case, task.case_id)
    found = policies.capacities(actor, task, case.procedure_id)
    if not found:
        return None, Verdict(False, "这项任务不是交给您办理的")
    earlier = earlier_doers(session, task)
    judged = [(each, _do_as(session, actor, each, case, task, earlier)) for each in found]
    stand_in, verdict = next((pair for pair in judged if pair[1].is_allowed), judged[0])
    held = open_delegation(session, task.id) if verdict.is_allowed and is_prepared else None
    if held is not None:
        name = session.get_one(Person, held.to_id).name
        return stand_in, Verdict(False, f"已委派{name}准备，等待交回或者收回后方可办理")
    return stand_in, verdict


def open_delegation(session: Session, task_id: UUID) -> Delegation | None:
    """Return the delegation under which somebody prepares the task now."""
    return session.scalars(
        select(Delegation).where(Delegation.task_id == task_id, PREPARED)
    ).first()


def prepare(session: Session, actor: Actor, task: Task) -> Verdict:
    """Judge whether the actor may write a draft: to decide, or to hand it back to who decides."""
    held = open_delegation(session, task.id)
    if held is not None and held.to_id == actor.person_id and task.party_id in actor.parties:
        return YES
    return do_task(session, actor, task)


def _do_as(
    session: Session,
    actor: Actor,
    stand_in: StandIn | None,
    case: Case,
    task: Task,
    earlier: dict[UUID, str],
) -> Verdict:
    holders = {None, actor.person_id, stand_in.principal_id if stand_in else None}
    if task.claimed_by not in holders:
        return Verdict(False, "这项任务已由他人签收")
    if actor.person_id in earlier:
        return separate_duties(earlier[actor.person_id])
    if stand_in is None:
        return YES
    if stand_in.principal_id in earlier:
        done, name = earlier[stand_in.principal_id], stand_in.principal_name
        return Verdict(False, f"按职责分离要求，您代理的{name}已办理过“{done}”，须由他人办理")
    allowed = lawful.rule(session, case, task, Act.SUBSTITUTE)
    return YES if allowed.is_allowed else Verdict(False, allowed.reason)


def separate_duties(done: str) -> Verdict:
    """Return the refusal to somebody who did what a task must be separate from."""
    return Verdict(False, f"按职责分离要求，您已办理过“{done}”，须由他人办理")


def earlier_doers(session: Session, task: Task) -> dict[UUID, str]:
    """Return who completed, in this case, what this task must be separate from.

    Both the substitute and the person they stood in for; what was taken back does not count.
    """
    if not task.separate_from:
        return {}
    rows = session.execute(
        select(Decision.person_id, Decision.on_behalf_of, Task.name)
        .join(Task, Task.id == Decision.task_id)
        .where(
            Decision.case_id == task.case_id,
            Decision.withdrawn_at.is_(None),
            Decision.node_id.in_(task.separate_from)
            | Decision.activity_code.in_(task.separate_from),
        )
    )
    return {who: name for *both, name in rows for who in both if who is not None}
