"""Completing a task: authorised under the lock, checked by its form, decided once."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from services import audit, duties, policies, procedures, suspensions
from services.actors import Actor, StandIn
from services.cases.environment import CaseWorld
from services.cases.projection import project
from services.cases.steps import advance, attach_files, digest
from services.db import writing
from services.db.models import Case, Decision, Draft, Person, Task, TaskStatus
from services.errors import TaskTakenError
from services.handling import at_hand, pending, snapshots
from services.lookup import lock_case_of
from services.runtime import Runtime
from workflows import engine
from workflows.engine import Document


def complete_task(
    session: Session, runtime: Runtime, actor: Actor, *, task_id: UUID, answers: Document
) -> Case:
    """Complete an open task and run the case on to its next waits.

    The answers are checked here against the task's form, whoever calls; deferred service tasks
    on the way are left to a worker.
    Raises NotFoundError, NotAllowedError, TaskTakenError (somebody was faster, or the case moved
    on), ConflictError (an opinion is outstanding), FormInvalidError, IncidentError.
    """
    case = lock_case_of(session, task_id)
    found = at_hand.read(session, case, task_id)
    task = found.task
    policies.see_task(session, actor, case, task)
    if task.status is not TaskStatus.OPEN:
        raise _taken(session, task)
    ready = procedures.ready(session, case.bundle_hash)
    world = CaseWorld(session, runtime, case, ready, actor, open_tasks=found.open)
    world.read_parties()
    stand_in, verdict = duties.capacity(session, actor, task, is_prepared=found.is_prepared)
    verdict.require()
    suspensions.refuse_step(session, case)
    if found.is_asked:
        pending.refuse_while_asked(session, task)

    decisions: list[Decision] = []
    form = ready.form_of(task)

    def answer(scope: Mapping[str, Any]) -> Document:
        clean = form.check(answers, scope, world.context)
        attach_files(world, form, clean)
        decisions.append(_decision(world, task, clean, stand_in))
        writing.insert(session, decisions)
        return clean | _stamp(world, task, stand_in)

    with snapshots.keeping(session, case, task, is_kept=found.is_kept) as kept:
        step = advance(
            world,
            lambda program, env, state, document: engine.complete(
                program, env, state, document, task.id, answer
            ),
        )
        [kept.decision] = decisions
        payload = _payload(task, kept.decision, stand_in)
        project(world, step, what=audit.TASK_COMPLETED, payload=payload, done=task.id)
        if found.has_drafts:
            _drop_drafts(session, task)
    return case


def _payload(task: Task, decision: Decision, stand_in: StandIn | None) -> Document:
    return {
        "task": str(task.id),
        "node": task.node_id,
        "code": task.activity_code,
        "role": task.role,
        "answers": decision.answers_sha256,
        "decision": str(decision.id),
        **audit.on_behalf(stand_in),
    }


def _decision(world: CaseWorld, task: Task, clean: Document, stand_in: StandIn | None) -> Decision:
    assert world.actor is not None
    return Decision(
        case_id=world.case.id,
        task_id=task.id,
        node_id=task.node_id,
        activity_code=task.activity_code,
        person_id=world.actor.person_id,
        party_id=task.party_id,
        role=task.role,
        answers=clean,
        answers_sha256=digest(clean),
        made_at=world.now,
        on_behalf_of=stand_in.principal_id if stand_in else None,
    )


def _stamp(world: CaseWorld, task: Task, stand_in: StandIn | None) -> Document:
    """Return who answered and when, for rules that ask (reserved keys ``by`` and ``at``)."""
    assert world.actor is not None
    by: Document = {
        "id": str(world.actor.person_id),
        "name": world.actor.name,
        "party_id": str(task.party_id) if task.party_id else None,
    }
    if stand_in is not None:
        by["on_behalf_of"] = {"id": str(stand_in.principal_id), "name": stand_in.principal_name}
    return {"by": by, "at": world.now.isoformat()}


def form_scope(world: CaseWorld, task: Task) -> Mapping[str, Any]:
    """Return the names a task's form may use in its conditions."""
    return engine.scope_of(
        world.ready.opened.program,
        world.environment(),
        world.case.engine_state or b"",
        world.case.document,
        task.id,
    )


def _taken(session: Session, task: Task) -> TaskTakenError:
    """Tell who was faster, so that the loser knows whom to ask."""
    row = session.execute(
        select(Person.name, Decision.made_at)
        .join(Decision, Decision.person_id == Person.id)
        .where(Decision.task_id == task.id, Decision.withdrawn_at.is_(None))
    ).first()
    if row is None:
        return TaskTakenError("这项任务已随流程推进而取消", "TASK_CANCELLED")
    name, made_at = row
    return TaskTakenError(
        f"这项任务已由{name}办理", winner=name, made_at=made_at.isoformat(), task=str(task.id)
    )


def _drop_drafts(session: Session, task: Task) -> None:
    session.execute(delete(Draft).where(Draft.task_id == task.id))
