"""What one may do with a task now and why not, what was done with it, and with whose help."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from services import colleagues, duties, lawful, policies, tasks
from services.actors import Actor
from services.db.models import Case, Person, Task, TaskStatus, Transfer
from services.errors import NotAllowedError
from services.handling import acts, countersigns, delegations, pending, transfers, withdrawals
from services.policies import Verdict
from services.runtime import Runtime
from workflows.bundles.handling import LABELS, Act

_OF_HOLDER = (Act.TRANSFER, Act.DELEGATE, Act.COUNTERSIGN)


def of_task(session: Session, runtime: Runtime, actor: Actor, task_id: UUID) -> dict[str, Any]:
    """Return the acts on a task, each allowed or refused with a reason, and what was done so far.

    How colleagues share the work is for the people of the party that the task is for. Raises
    NotFoundError.
    """
    task, case = tasks.visible(session, actor, task_id)
    is_inside = task.party_id in actor.parties
    stand_in, _verdict = duties.capacity(session, actor, task)
    held = duties.open_delegation(session, task.id)
    is_open = task.status is TaskStatus.OPEN
    return {
        "acts": [
            _act(session, runtime, actor, case, task, act) for act in (*_OF_HOLDER, Act.WITHDRAW)
        ],
        "on_behalf_of": stand_in.principal_name if stand_in else None,
        "holder": _name(session, task.claimed_by) if is_inside else None,
        "may_hand_back": is_open and held is not None and held.to_id == actor.person_id,
        "may_take_back": is_open and held is not None and held.from_id == actor.person_id,
        "waits_for": len(pending.countersigns(session, task.id)) if is_inside else 0,
        "transfers": _transfers(session, task) if is_inside else [],
        "delegations": delegations.of_task(session, task) if is_inside else [],
        "countersigns": countersigns.of_task(session, actor, task) if is_inside else [],
    }


def _act(
    session: Session, runtime: Runtime, actor: Actor, case: Case, task: Task, act: Act
) -> dict[str, Any]:
    if act is Act.WITHDRAW:
        verdict = withdrawals.judge(session, runtime, actor, case, task)
    elif task.status is not TaskStatus.OPEN:
        verdict = Verdict(False, "这项任务已经结束")
    else:
        verdict = acts.judge(session, actor, case, task, act)
    is_done_by_actor = act is Act.WITHDRAW and withdrawals.is_own(session, actor, task)
    is_theirs = policies.is_addressed_to(actor, task, case.procedure_id)
    is_open = task.status is TaskStatus.OPEN and act is not Act.WITHDRAW
    return {
        "act": act.value,
        "is_offered": is_done_by_actor or (is_open and is_theirs),
        "label": LABELS[act],
        "is_allowed": verdict.is_allowed,
        "reason": verdict.reason,
        "basis": lawful.rule(session, case, task, act).basis,
    }


def _name(session: Session, person_id: UUID | None) -> str | None:
    return session.get_one(Person, person_id).name if person_id else None


def _transfers(session: Session, task: Task) -> list[dict[str, Any]]:
    giver, taker = aliased(Person), aliased(Person)
    rows = session.execute(
        select(Transfer, giver.name, taker.name)
        .join(giver, giver.id == Transfer.from_id)
        .join(taker, taker.id == Transfer.to_id)
        .where(Transfer.task_id == task.id)
        .order_by(Transfer.at, Transfer.id)
    )
    return [
        {"by": source, "to": to, "reason": row.reason, "at": row.at} for row, source, to in rows
    ]


def receivers(
    session: Session, actor: Actor, task_id: UUID, act: Act, text: str
) -> list[dict[str, Any]]:
    """Return the colleagues who may receive a task, prepare it or be asked about it.

    ``refused`` says why somebody may not. Raises NotFoundError, NotAllowedError (another party's).
    """
    task, _case = tasks.visible(session, actor, task_id)
    if task.party_id is None or task.party_id not in actor.parties:
        raise NotAllowedError("只有办理这项任务的机关（单位）可以选择人员")
    if act is Act.TRANSFER:
        return transfers.receivers(session, actor, task, text)[: colleagues.MOST]
    earlier = duties.earlier_doers(session, task) if act is Act.DELEGATE else {}
    found = colleagues.of_party(session, actor, task.party_id, text)
    return [row | {"refused": transfers.refused(earlier.get(row["id"]))} for row in found]


def asked_of(session: Session, actor: Actor) -> dict[str, Any]:
    """Return what colleagues ask of the actor: to prepare, and for opinions; with the task's name."""
    prepare = [
        delegations.shown(session, row)
        for row in acts.open_delegations(session, actor.person_id)
        if policies.sees_case(session, actor, session.get_one(Case, row.case_id))
    ]
    opinions = countersigns.asked_of(session, actor)
    return {
        "delegations": [_named(session, row) for row in prepare],
        "countersigns": [_named(session, row) for row in opinions],
    }


def _named(session: Session, row: dict[str, Any]) -> dict[str, Any]:
    task = session.get_one(Task, row["task_id"])
    case = session.get_one(Case, row["case_id"])
    facts = {"task_name": task.name, "case_number": case.number, "case_title": case.title}
    return row | facts | {"due_at": task.due_at}
