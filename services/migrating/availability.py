"""Whether a case will have on a new version what its steps ahead read; told with a way to mend it."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy.orm import Session

from services import procedures
from services.db.models import Case
from services.procedures import Ready
from services.service_tasks.catalogue import CATALOGUE
from workflows.diagrams import Node
from workflows.engine import Plan
from workflows.verification import subject_of
from workflows.verification.availability import Reading, Want, lacking

CODE = "DATA"
_MOST = 5  # reasons a case is told
_READINGS: dict[str, Reading] = {}


def reasons(session: Session, case: Case, to: str, planned: Plan) -> Iterator[dict[str, Any]]:
    """Yield a reason for each value that nobody will have written, at most five.

    Where the step that writes it could be done now, by the same role, it is offered: the case then
    goes back to it.
    """
    old, new = reading(session, case.bundle_hash), reading(session, to)
    wanted = lacking(old, new, planned.moves, lambda: case.document)
    for name in sorted({want.name for want in wanted})[:_MOST]:
        want = next(each for each in wanted if each.name == name)
        before, choices = _way_back(want, planned)
        yield {
            "step": before and step(before),
            "code": CODE,
            "message": _message(want, has_choice=bool(choices)),
            "choices": [step(node) for node in choices],
        }


def _message(want: Want, *, has_choice: bool) -> str:
    writers = "、".join(f"“{node.name or node.id}”" for node in want.writers)
    mend = "请指定回到写入它的步骤，或者在旧版本办完" if has_choice else "在旧版本办完"
    return f"新版本{want.where}要用到“{want.name}”，办件已经走过写入它的步骤{writers}：{mend}"


def _way_back(want: Want, planned: Plan) -> tuple[Node | None, list[Node]]:
    """Return a step under way and those that write the value and could take over from it."""
    for before, after in planned.moves:
        found = [each for each in want.writers if _can_take_over(each, after)]
        if found:
            return before, found
    return None, []


def _can_take_over(writer: Node, now: Node) -> bool:
    return writer.kind == now.kind == "userTask" and all(
        getattr(writer, name) == getattr(now, name)
        for name in ("process_id", "path", "role", "party", "person", "loop")
    )


def step(node: Node) -> dict[str, str]:
    """Return a step as plans tell it."""
    return {"id": node.id, "name": node.name or node.id}


def reading(session: Session, bundle_hash: str) -> Reading:
    """Return who reads and writes what in a version, found once in this process."""
    found = _READINGS.get(bundle_hash)
    if found is None:
        ready = procedures.ready(session, bundle_hash)
        found = _READINGS[bundle_hash] = _made(ready)
    return found


def _made(ready: Ready) -> Reading:
    subject = subject_of(ready.opened.bundle, ready.forms, CATALOGUE)
    return Reading(subject, tuple(ready.opened.templates.values()))
