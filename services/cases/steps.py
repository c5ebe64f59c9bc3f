"""What every command on a case shares: one engine step, digests, attachments."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from forms import CompiledForm
from services import audit, files
from services.cases.environment import CaseWorld
from services.db.models import Case
from services.errors import ConflictError
from workflows.engine import Document, Step
from workflows.errors import IncidentError


def advance(world: CaseWorld, act: Any) -> Step:
    """Run one engine step on a case that is under way. Raises ConflictError, IncidentError."""
    case = world.case
    if case.engine_state is None:
        raise ConflictError("办件已经办结", "CASE_FINISHED")
    world.note_facts()
    with of_case(case):
        step: Step = act(
            world.ready.opened.program, world.environment(), case.engine_state, case.document
        )
    return step


@contextmanager
def of_case(case: Case) -> Iterator[None]:
    """Tell an incident which case it happened in."""
    try:
        yield
    except IncidentError as error:
        error.case_id = case.id
        raise


def digest(value: Any) -> str:
    """Return the hash of a JSON value, hexadecimal."""
    return audit.canonical_hash(value).hex()


def attach_files(world: CaseWorld, form: CompiledForm, clean: Document) -> None:
    """Make the uploads that a step hands in part of the case. Raises InvalidError."""
    wanted = form.new_file_ids(clean)
    if wanted and world.actor:
        files.attach(world.session, world.actor, world.case, wanted)
