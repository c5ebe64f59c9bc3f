"""Messages to a case: from the system, from a person in a role, from the public."""

from uuid import UUID

from sqlalchemy.orm import Session

from services import policies, procedures, suspensions
from services.actors import Actor
from services.cases.environment import CaseWorld
from services.cases.projection import project
from services.cases.steps import advance, attach_files, digest
from services.db.models import Case
from services.errors import ConflictError
from services.lookup import lock_case
from services.procedures import Ready
from services.runtime import Runtime
from workflows import engine
from workflows.diagrams import Node
from workflows.engine import Document


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
    suspensions.refuse_step(session, case)
    if name not in case.messages:
        raise ConflictError("办件目前不接收此类消息", "NOT_EXPECTED", wanted=name)
    world = CaseWorld(session, runtime, case, procedures.ready(session, case.bundle_hash), actor)
    step = advance(
        world,
        lambda program, env, state, document: engine.send(
            program, env, state, document, name, payload, key
        ),
    )
    project(world, step, what=f"message.{name}", payload={"key": key, "content": digest(payload)})
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


def message_files(session: Session, case: Case, name: str, clean: Document) -> list[str]:
    """Return the ids of the files that clean answers of a message's form name."""
    ready = procedures.ready(session, case.bundle_hash)
    return ready.form(message_form(ready, name)).file_ids(clean)


def message_form(ready: Ready, name: str) -> str:
    """Return the form on the event that waits for a message. Raises ConflictError."""
    for nodes in ready.opened.program.nodes.values():
        for node in nodes.values():
            if node.event and node.event.message == name and node.form:
                return node.form
    raise ConflictError("办件目前不接收此类消息", "NOT_EXPECTED", wanted=name)


def _message_answers(world: CaseWorld, event: Node, answers: Document) -> Document:
    if event.form is None:
        raise ConflictError("此类消息不能由人员发送", "NOT_EXPECTED", wanted=event.id)
    form = world.ready.form(event.form)
    clean = form.check(answers, world.facts, world.context)
    attach_files(world, form, clean)
    return clean


def _event_for(world: CaseWorld, name: str) -> Node:
    for nodes in world.ready.opened.program.nodes.values():
        for node in nodes.values():
            if node.event and node.event.message == name and node.form:
                return node
    raise ConflictError("办件目前不接收此类消息", "NOT_EXPECTED", wanted=name)
