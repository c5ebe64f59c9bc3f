"""The commands that move a case: each is one step inside its caller's transaction."""

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from services import audit, files, legal_bases, policies, procedures
from services.actors import Actor
from services.cases.environment import CaseWorld
from services.cases.projection import grant_access, project
from services.db.models import (
    Case,
    CaseRole,
    CaseStatus,
    Decision,
    Draft,
    Job,
    Party,
    Person,
    Task,
    TaskStatus,
)
from services.errors import ConflictError, InvalidError, NotFoundError, TaskTakenError
from services.lookup import get_task, lock_case, lock_case_of
from services.numbers import next_number
from services.procedures import Ready
from services.runtime import Runtime
from services.service_tasks import notices
from workflows import engine
from workflows.calendar import TIME_ZONE
from workflows.diagrams import Node
from workflows.engine import Document, Step
from workflows.errors import BusinessError, IncidentError


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What a rehearsal (演练) assumes.

    Its starting instant and, if given, the legal basis.

    ``as_production`` starts it under the same checks as a production case.
    """

    starts_at: datetime | None = None
    legal_basis: str | None = None
    as_production: bool = False


def start_case(
    session: Session,
    runtime: Runtime,
    actor: Actor,
    *,
    procedure_id: str,
    party_id: UUID,
    answers: Document,
    rehearsal: Rehearsal | None = None,
) -> Case:
    """Start a case for a party and run it to its first waits.

    Raises NotFoundError, NotAllowedError, LegalBasisError, InvalidError, IncidentError.
    """
    procedure = procedures.get(session, procedure_id)
    ready = procedures.ready(session, procedure.bundle_hash)
    settings = ready.opened.procedure["procedure"]
    bound = _agencies(session, ready)
    policies.start_procedure(actor, party_id, settings["started_by"], bound).require()
    offset = _offset(runtime, rehearsal)
    basis = legal_bases.current(session, procedure.jurisdiction)
    case = Case(
        id=uuid4(),
        procedure_id=procedure_id,
        jurisdiction=procedure.jurisdiction,
        bundle_hash=procedure.bundle_hash,
        basis_id=basis.id,
        starter_party_id=party_id,
        started_by=actor.person_id,
        started_at=runtime.clock.now(),
        is_rehearsal=rehearsal is not None,
        rehearsal=_given(rehearsal),
        clock_offset_seconds=offset,
        document={},
        state="DRAFT",
        progress_code=secrets.token_urlsafe(12),
        title=settings["title"]["zh"],
    )
    case.started_at = runtime.now(case)
    today = case.started_at.astimezone(TIME_ZONE).date()
    case.number = _number(session, settings, today, is_rehearsal=rehearsal is not None)
    session.add(case)
    session.flush()
    _bind(session, case, ready, bound, party_id)
    world = CaseWorld(session, runtime, case, ready, actor)
    if rehearsal is None or rehearsal.as_production:
        legal_bases.require_in_force(world.standing)
    clean = _start_answers(world, answers)
    step = engine.start(ready.opened.program, world.environment(), {}, clean)
    payload = {"procedure": procedure_id, "bundle": case.bundle_hash, "answers": _digest(clean)}
    project(world, step, what="case.started", payload=payload)
    return case


def _agencies(session: Session, ready: Ready) -> dict[str, UUID]:
    codes = {r: how["agency"] for r, how in ready.opened.roles.items() if how.get("agency")}
    rows = session.execute(select(Party.code, Party.id).where(Party.code.in_(codes.values())))
    ids = dict(rows.all())
    missing = sorted(set(codes.values()) - set(ids))
    if missing:
        raise NotFoundError(f"尚未设立机关：{'、'.join(missing)}")
    return {role: ids[code] for role, code in codes.items()}


def _offset(runtime: Runtime, rehearsal: Rehearsal | None) -> int:
    if rehearsal is None:
        return 0
    if not runtime.settings.allow_rehearsals:
        raise ConflictError("本系统未开放演练", "REHEARSALS_OFF")
    if rehearsal.starts_at is None:
        return 0
    return round((rehearsal.starts_at - runtime.clock.now()).total_seconds())


def _given(rehearsal: Rehearsal | None) -> dict[str, Any] | None:
    return None if rehearsal is None else {"legal_basis": rehearsal.legal_basis}


def _number(session: Session, settings: Any, on: date, *, is_rehearsal: bool) -> str:
    key = "rehearsal_number" if is_rehearsal else "number"
    return next_number(session, settings[key], on)


def _bind(
    session: Session, case: Case, ready: Ready, agencies: dict[str, UUID], starter: UUID
) -> None:
    """Bind each role: agencies as the jurisdiction says, the starter's own roles to its party."""
    for role, how in ready.opened.roles.items():
        if role in agencies:
            party_id = agencies[role]
        elif how.get("bind") == "starter":
            party_id = starter
        else:
            continue
        session.add(CaseRole(case_id=case.id, role=role, party_id=party_id))
    grant_access(session, case, starter, case.started_at)
    session.flush()


def _start_answers(world: CaseWorld, answers: Document) -> Document:
    form_id = world.ready.start_form()
    if form_id is None:
        if answers:
            raise InvalidError("此事项发起时不需填写表单")
        return {}
    clean = world.ready.form(form_id).check(answers, world.facts, world.context)
    _attach_files(world, form_id, clean)
    return clean


def _attach_files(world: CaseWorld, form_id: str, clean: Document) -> None:
    wanted = world.ready.form(form_id).file_ids(clean)
    if wanted and world.actor:
        files.attach(world.session, world.actor, world.case, wanted)


def _digest(value: Any) -> str:
    return audit.canonical_hash(value).hex()


def complete_task(
    session: Session, runtime: Runtime, actor: Actor, *, task_id: UUID, answers: Document
) -> Case:
    """Complete an open task and run the case on to its next waits.

    The answers are checked here against the task's form, whoever calls; deferred service tasks
    on the way are left to a worker.
    Raises NotFoundError, NotAllowedError, TaskTakenError (somebody was faster, or the case moved
    on), FormInvalidError, IncidentError.
    """
    case = lock_case_of(session, task_id)
    task = get_task(session, task_id)
    policies.see_task(session, actor, case, task)
    if task.status is not TaskStatus.OPEN:
        raise _taken(session, task)
    policies.do_task(session, actor, task).require()
    ready = procedures.ready(session, case.bundle_hash)
    world = CaseWorld(session, runtime, case, ready, actor)

    decisions: list[Decision] = []

    def answer(scope: Mapping[str, Any]) -> Document:
        clean = ready.form(task.form_id).check(answers, scope, world.context)
        _attach_files(world, task.form_id, clean)
        decisions.append(_decision(world, task, clean))
        session.add(decisions[0])
        session.flush()
        return clean | _stamp(world, task)

    step = _advance(
        world,
        lambda program, env, state, document: engine.complete(
            program, env, state, document, task.id, answer
        ),
    )
    payload = {
        "task": str(task.id),
        "node": task.node_id,
        "code": task.activity_code,
        "role": task.role,
        "answers": decisions[0].answers_sha256,
    }
    project(world, step, what=audit.TASK_COMPLETED, payload=payload, done=task.id)
    _drop_drafts(session, task)
    return case


def _decision(world: CaseWorld, task: Task, clean: Document) -> Decision:
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
        answers_sha256=_digest(clean),
        made_at=world.now,
    )


def _stamp(world: CaseWorld, task: Task) -> Document:
    """Return who answered and when, for rules that ask (reserved keys ``by`` and ``at``)."""
    assert world.actor is not None
    by = {
        "id": str(world.actor.person_id),
        "name": world.actor.name,
        "party_id": str(task.party_id) if task.party_id else None,
    }
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


def _advance(world: CaseWorld, act: Any) -> Step:
    case = world.case
    if case.engine_state is None:
        raise ConflictError("办件已经办结", "CASE_FINISHED")
    with _of_case(case):
        step: Step = act(
            world.ready.opened.program, world.environment(), case.engine_state, case.document
        )
    return step


@contextmanager
def _of_case(case: Case) -> Iterator[None]:
    """Tell an incident which case it happened in."""
    try:
        yield
    except IncidentError as error:
        error.case_id = case.id
        raise


def _taken(session: Session, task: Task) -> TaskTakenError:
    """Tell who was faster, so that the loser knows whom to ask."""
    row = session.execute(
        select(Person.name, Decision.made_at)
        .join(Decision, Decision.person_id == Person.id)
        .where(Decision.task_id == task.id)
    ).first()
    if row is None:
        return TaskTakenError("这项任务已随流程推进而取消", "TASK_CANCELLED")
    name, made_at = row
    return TaskTakenError(
        f"这项任务已由{name}办理", winner=name, made_at=made_at.isoformat(), task=str(task.id)
    )


def _drop_drafts(session: Session, task: Task) -> None:
    session.execute(delete(Draft).where(Draft.task_id == task.id))


def fire_timers(session: Session, runtime: Runtime, *, case_id: UUID) -> Case:
    """Fire what is due in a case by its own clock. Nothing due, or case finished: no change."""
    case = lock_case(session, case_id)
    if case.engine_state is None:
        return case
    world = CaseWorld(session, runtime, case, procedures.ready(session, case.bundle_hash))
    step = _advance(world, engine.fire_timers)
    if step.passages:
        project(world, step, what="timer.fired", payload={})
    return case


def recompute_deadlines(
    session: Session, runtime: Runtime, *, case_id: UUID, actor: Actor | None = None
) -> Case:
    """Compute a case's running limits anew by today's calendar, in one audited step.

    For when a year's arrangement is loaded or a day corrected. Limits and notices only ever move
    later; the second time changes nothing.
    """
    case = lock_case(session, case_id)
    if case.engine_state is None:
        return case
    ready = procedures.ready(session, case.bundle_hash)
    world = CaseWorld(session, runtime, case, ready, actor)
    step = _advance(world, engine.recompute)
    notices.extend(session, case, world.calendar)
    moved = [
        [d.node.id, d.deadline.due_at.isoformat()] for d in step.deadlines if d.deadline.due_at
    ]
    if moved or step.passages:
        payload = {"calendar": world.calendar.version, "moved": moved}
        project(world, step, what="deadlines.recomputed", payload=payload)
    return case


def settle_service(
    session: Session,
    runtime: Runtime,
    *,
    case_id: UUID,
    task_id: UUID,
    outcome: Document | BusinessError,
) -> Case:
    """Take in the outcome of a deferred service task.

    Raises TaskNotWaitingError when it is in already, IncidentError when the diagram has no way
    out for a BusinessError.
    """
    case = lock_case(session, case_id)
    if case.status is CaseStatus.FINISHED:
        return case
    world = CaseWorld(session, runtime, case, procedures.ready(session, case.bundle_hash))
    step = _advance(
        world,
        lambda program, env, state, document: engine.settle(
            program, env, state, document, task_id, outcome
        ),
    )
    refused = outcome.code if isinstance(outcome, BusinessError) else None
    payload = {"task": str(task_id), "refused": refused}
    project(world, step, what="service.settled", payload=payload)
    return case


def send_message(
    session: Session,
    runtime: Runtime,
    *,
    case: Case,
    name: str,
    payload: Document,
    key: str,
    actor: Actor | None = None,
) -> Case:
    """Give a locked case a message. Raises ConflictError when nothing in it waits for one."""
    if name not in case.messages:
        raise ConflictError("办件目前不接收此类消息", "NOT_EXPECTED", wanted=name)
    world = CaseWorld(session, runtime, case, procedures.ready(session, case.bundle_hash), actor)
    step = _advance(
        world,
        lambda program, env, state, document: engine.send(
            program, env, state, document, name, payload, key
        ),
    )
    project(world, step, what=f"message.{name}", payload={"key": key, "content": _digest(payload)})
    return case


def send_by_person(
    session: Session,
    runtime: Runtime,
    actor: Actor,
    *,
    case_id: UUID,
    name: str,
    answers: Document,
    key: str,
) -> Case:
    """Send a case a message that its diagram lets a role send, for example a withdrawal.

    The event that waits for it names the role and the form. Raises NotFoundError,
    NotAllowedError, ConflictError, FormInvalidError.
    """
    case = lock_case(session, case_id)
    policies.see_case(session, actor, case)
    if case.engine_state is None:
        raise ConflictError("办件已经办结", "CASE_FINISHED")
    ready = procedures.ready(session, case.bundle_hash)
    world = CaseWorld(session, runtime, case, ready, actor)
    event = _event_for(world, name)
    role = event.role or ""
    policies.send_message(actor, world.party_for(role, None), role).require()
    clean = _message_answers(world, event, answers)
    payload = clean | {"by": {"id": str(actor.person_id), "name": actor.name}}
    return send_message(
        session, runtime, case=case, name=name, payload=payload, key=key, actor=actor
    )


def check_message(
    session: Session, runtime: Runtime, case: Case, name: str, answers: Document
) -> Document:
    """Return the clean answers of the form on the event that waits for a message.

    For messages that need no role, such as the public's. Raises FormInvalidError, ConflictError.
    """
    world = CaseWorld(session, runtime, case, procedures.ready(session, case.bundle_hash))
    return _message_answers(world, _event_for(world, name), answers)


def _message_answers(world: CaseWorld, event: Node, answers: Document) -> Document:
    if event.form is None:
        raise ConflictError("此类消息不能由人员发送", "NOT_EXPECTED", wanted=event.id)
    clean = world.ready.form(event.form).check(answers, world.facts, world.context)
    _attach_files(world, event.form, clean)
    return clean


def _event_for(world: CaseWorld, name: str) -> Node:
    for nodes in world.ready.opened.program.nodes.values():
        for node in nodes.values():
            if node.event and node.event.message == name and node.form:
                return node
    raise ConflictError("办件目前不接收此类消息", "NOT_EXPECTED", wanted=name)


def advance_rehearsal(
    session: Session, runtime: Runtime, actor: Actor, *, case_id: UUID, to: datetime
) -> Case:
    """Move a rehearsal's clock forward; its jobs become due accordingly.

    Raises ConflictError for a production case or a step back in time.
    """
    case = lock_case(session, case_id)
    policies.see_case(session, actor, case)
    if not case.is_rehearsal:
        raise ConflictError("只有演练办件可以调整时间", "NOT_A_REHEARSAL")
    seconds = ceil((to - runtime.now(case)).total_seconds())
    if seconds < 0:
        raise ConflictError("演练的时间只能前进", "CLOCK_BACKWARDS")
    case.clock_offset_seconds += seconds
    for job in session.scalars(select(Job).where(Job.case_id == case.id, Job.done_at.is_(None))):
        job.due_at -= timedelta(seconds=seconds)
    session.flush()
    return case
