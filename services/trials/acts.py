"""What somebody does on the page of a trial, as a step that a scenario file could hold.

Ids that another telling would not have become markers: an uploaded file its name, an application
notice its number, whatever the case document holds the place where it stands.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from services.calendars import calendar_of_case
from services.db.engine import reading
from services.db.models import Call
from services.errors import ConflictError, InvalidError
from services.trials.sandboxes import Sandbox, Step
from services.trials.tasks import open_tasks
from workflows.calendar import TIME_ZONE, CalendarError

START, TASK, MESSAGE, OBJECTION, ADVANCE = "start", "task", "message", "objection", "advance"
UNTIL_DUE = "until due"
_MORNING = time(9, 0)
_PASSING = re.compile(  # ids, hashes, numbers of objections: made anew each time
    r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{16,}|.*-[0-9A-F]{8}"
)
_NAME = re.compile(r"[^\W\d]\w*")
_MOST_PLACES = 20_000
_MOST_BYTES = 300_000
_SAMPLES = frozenset({"pdf", "docx", "png"})


@dataclass(frozen=True)
class Doing:
    """One act. ``files`` are name and size by the ids that stand for them in ``answers``.

    ``place`` is a task's, or a message's name. ``advance``: an instant, ``days:5`` working days,
    or ``until due``.
    """

    kind: str
    login: str = ""
    place: str = ""
    answers: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    advance: str = ""


def step_of(sandbox: Sandbox, doing: Doing) -> Step:
    """Return the act as a step. Raises InvalidError, ConflictError (the task is gone)."""
    if doing.kind == ADVANCE:
        return {ADVANCE: _target(sandbox, doing.advance)}
    if doing.kind == OBJECTION:
        return {OBJECTION: _recorded(sandbox, doing, {})}
    if doing.kind in (START, MESSAGE):
        _require_actor(sandbox, doing)
        about: Step = {START: {}} if doing.kind == START else {MESSAGE: doing.place}
        return {**about, "as": doing.login, "answers": _recorded(sandbox, doing, {})}
    if doing.kind == TASK:
        return _task(sandbox, doing)
    raise InvalidError("步骤有误", {"kind": ["没有这种步骤"]})


def _require_actor(sandbox: Sandbox, doing: Doing) -> None:
    """Refuse whoever acts for nobody, and a second case: a trial tells of one."""
    codes, _roles = sandbox.stage.cast.people.get(doing.login, ((), ()))
    if not codes:
        raise InvalidError("试运行里没有这个人", {"login": ["请选一个单位或机关的人"]})
    if doing.kind == START and sandbox.case is not None:
        text = "办件已经发起；要从头来，请撤回第 1 步，或者另开一次试运行"
        raise ConflictError(text, "STARTED")


def _task(sandbox: Sandbox, doing: Doing) -> Step:
    found = open_tasks(sandbox)
    task = next((each for each in found if each["place"] == doing.place), None)
    if task is None:
        raise ConflictError("这项任务已经结束，请刷新", "TASK_TAKEN")
    same = [each for each in found if each["node_id"] == task["node_id"]]
    item = {"item": _told_apart(task, same)} if len(same) > 1 else {}
    answers = _recorded(sandbox, doing, task)
    return {TASK: task["node_id"], "as": doing.login, **item, "answers": answers}


def _told_apart(task: dict[str, Any], same: list[dict[str, Any]]) -> str:
    """Return what tells a task from others of its node, in words people read where that does."""
    for key in ("login", "party", "item_key"):
        value = task[key]
        if value and sum(each[key] == value for each in same) == 1:
            return str(value)
    return str(task["item_key"])


def _target(sandbox: Sandbox, wanted: str) -> str:
    if wanted == UNTIL_DUE:
        _require_due(sandbox)
        return wanted
    now = sandbox.player.now
    if wanted.startswith("days:") and wanted[5:].isascii() and wanted[5:].isdigit():
        return _working_days(sandbox, int(wanted[5:])).isoformat()
    try:
        to = datetime.fromisoformat(wanted)
    except ValueError as error:
        raise InvalidError(
            "时间有误", {"advance": ["应为 2026-10-13T09:00:00+08:00 的样子"]}
        ) from error
    if to.tzinfo is None:
        raise InvalidError("时间有误", {"advance": ["须带时区，例如 +08:00"]})
    if not now <= to <= now + timedelta(days=3653):
        raise InvalidError("时间有误", {"advance": ["日历只能向前走，且一次不超过十年"]})
    return to.astimezone(TIME_ZONE).isoformat()


def _require_due(sandbox: Sandbox) -> None:
    seen = sandbox.player.driver.inspect(str(sandbox.case)) if sandbox.case else None
    if seen is None or not (seen["timers"] or any(task["due_at"] for task in seen["tasks"])):
        raise InvalidError("没有要到期的事", {"advance": ["现在没有期限或定时在走，请选择日期"]})


def _working_days(sandbox: Sandbox, number: int) -> datetime:
    """Return nine o'clock of the n-th working day from now, as the case's agency works."""
    if not 1 <= number <= 250:  # noqa: PLR2004 - about a year of working days
        raise InvalidError("时间有误", {"advance": ["1 至 250 个工作日"]})
    today = sandbox.player.now.astimezone(TIME_ZONE).date()
    with reading(sandbox.runtime.sessions) as session:
        calendar = calendar_of_case(session, sandbox.case or UUID(int=0))
    try:
        day = calendar.working_days_after(today, number)
    except CalendarError as error:
        raise InvalidError("时间有误", {"advance": [str(error)]}) from error
    return datetime.combine(day, _MORNING, TIME_ZONE)


def _recorded(sandbox: Sandbox, doing: Doing, task: dict[str, Any]) -> dict[str, Any]:
    marks = {
        key: {"$file": _sampled(str(each["name"])), "bytes": min(int(each["bytes"]), _MOST_BYTES)}
        for key, each in doing.files.items()
    }
    with reading(sandbox.runtime.sessions) as session:
        calls = {str(row.id): f"$call:{row.number}" for row in session.scalars(select(Call))}
    document = sandbox.player.driver.inspect(str(sandbox.case))["document"] if sandbox.case else {}
    places = dict(_places({**document, "task": task}))
    answers: dict[str, Any] = _marked(doing.answers, {**places, **calls, **marks})
    return answers


def _sampled(name: str) -> str:
    """Return a name that there is a sample for: what was in the file never came here."""
    stem, _, ending = name.rpartition(".")
    return name if ending.lower() in _SAMPLES else f"{stem or name}.pdf"


def _marked(value: Any, marks: Mapping[str, Any]) -> Any:
    if isinstance(value, Mapping):
        return {key: _marked(inner, marks) for key, inner in value.items()}
    if isinstance(value, list):
        return [_marked(inner, marks) for inner in value]
    if isinstance(value, str) and value in marks:
        return marks[value]
    return value


def _places(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield each passing text of a document with the FEEL that finds it, the first place last."""
    pending: list[tuple[str, Any]] = [(k, v) for k, v in document.items() if _NAME.fullmatch(k)]
    found: dict[str, str] = {}
    for _count in range(_MOST_PLACES):
        if not pending:
            break
        path, value = pending.pop(0)
        if isinstance(value, dict):
            pending += [(f"{path}.{k}", v) for k, v in value.items() if _NAME.fullmatch(k)]
        elif isinstance(value, list):
            pending += [(f"{path}[{n}]", v) for n, v in enumerate(value, start=1)]
        elif isinstance(value, str) and _PASSING.fullmatch(value):
            found.setdefault(value, f"$doc:{path}")
    yield from found.items()
