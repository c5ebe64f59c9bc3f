"""The form that a trial asks somebody, and sample answers that it takes."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

import forms
from services import accounts, cases, publicity, tasks
from services.cases.environment import CaseWorld
from services.db.engine import reading
from services.db.models import Person
from services.errors import ConflictError, InvalidError, NotFoundError
from services.lookup import get_task, read_case
from services.scenarios import RefusedError, ScenarioError, ScenarioFileError, read_scenario_in
from services.trials import acts
from services.trials.sandboxes import Sandbox
from services.trials.tasks import open_tasks
from workflows import feel
from workflows.calendar import TIME_ZONE

MOST_CANDIDATES = 30
_UNFIT = (  # what a scenario says here does not fit the draft as it is
    forms.FormInvalidError,
    feel.FeelError,
    RefusedError,
    ScenarioError,
    SQLAlchemyError,
    ArithmeticError,
    LookupError,
    TypeError,
    ValueError,
)
Answers = dict[str, Any]


@dataclass(frozen=True)
class Question:
    """What is asked: ``names`` are those by which scenarios call it."""

    form: forms.CompiledForm | None
    scope: Mapping[str, Any]
    context: feel.Context
    names: tuple[str, ...]
    page: Answers
    task: Answers | None = None


def asked(sandbox: Sandbox, kind: str, place: str, login: str) -> Answers:
    """Return form, context and prefill, with ``sample`` answers and their ``files``.

    Raises NotFoundError, InvalidError, ConflictError (the task is gone).
    """
    with reading(sandbox.runtime.sessions) as session:
        question = _question(sandbox, session, kind, place, login)
        return question.page | _sampled(sandbox, session, kind, question)


def _question(sandbox: Sandbox, session: Session, kind: str, place: str, login: str) -> Question:
    if kind == acts.TASK:
        return _of_task(sandbox, session, place, login)
    ready = sandbox.stage.ready
    names = {acts.START: "start", acts.OBJECTION: publicity.MESSAGE, acts.MESSAGE: place}
    if kind not in names:
        raise InvalidError("步骤有误", {"kind": ["没有这种步骤"]})
    form_id = ready.start_form() if kind == acts.START else cases.message_form(ready, names[kind])
    form = ready.form(form_id) if form_id else None
    scope: Mapping[str, Any] = {"profile": ready.opened.profile}
    context = feel.Context(now=lambda: sandbox.player.now, timezone="Asia/Shanghai")
    if sandbox.case is not None:
        world = CaseWorld(session, sandbox.runtime, read_case(session, sandbox.case), ready)
        scope, context = world.facts, world.context
    page = {
        "form": dict(form.definition) if form else None,
        "context": {"profile": ready.opened.profile},
        "prefill": {},
    }
    return Question(form, scope, context, (names[kind],), page)


def _of_task(sandbox: Sandbox, session: Session, place: str, login: str) -> Question:
    task = next((each for each in open_tasks(sandbox) if each["place"] == place), None)
    if task is None:
        raise ConflictError("这项任务已经结束，请刷新", "TASK_TAKEN")
    person = session.scalars(select(Person.id).where(Person.login == login)).first()
    if person is None:
        raise NotFoundError("试运行里没有这个人")
    actor = accounts.actor_of(session, person, sandbox.runtime.clock.now())
    page = tasks.page(session, sandbox.runtime, actor, UUID(task["id"]))
    row = get_task(session, UUID(task["id"]))
    ready = sandbox.stage.ready
    world = CaseWorld(session, sandbox.runtime, read_case(session, row.case_id), ready, actor)
    names = tuple(name for name in (task["node_id"], task["activity_code"]) if name)
    shown = {key: page[key] for key in ("form", "context", "prefill")}
    scope = cases.form_scope(world, row)
    return Question(ready.form_of(row), scope, world.context, names, shown, task)


def _sampled(sandbox: Sandbox, session: Session, kind: str, question: Question) -> Answers:
    """Return the answers most scenarios give here that the form takes, else made-up ones."""
    if question.form is None:
        return {"sample": {}, "files": {}}
    found = _candidates(sandbox, kind, question.names)
    for candidate in found[:MOST_CANDIDATES]:
        files: dict[str, Answers] = {}
        try:
            answers = _placed(sandbox, candidate, files, question.task)
            question.form.check(answers, question.scope, question.context)
        except _UNFIT:
            continue
        return {"sample": answers, "files": files}
    today = sandbox.player.now.astimezone(TIME_ZONE).date()
    try:
        made = forms.sample(question.form, question.scope, question.context, today)
    except feel.FeelError:  # the form itself is at fault; submitting says how
        made = forms.Sample()
    return {
        "sample": made.answers,
        "files": {key: {"name": name, "bytes": 20_000} for key, name in made.files.items()},
    }


def _placed(sandbox: Sandbox, value: Any, files: dict[str, Answers], task: Answers | None) -> Any:
    """Put in what a marker stands for; a file is one that the page could have chosen."""
    if isinstance(value, dict) and "$file" in value:
        identity = str(uuid5(NAMESPACE_OID, f"file {value['$file']} {len(files)}"))
        files[identity] = {"name": value["$file"], "bytes": int(value.get("bytes", 20_000))}
        return identity
    if isinstance(value, dict):
        return {key: _placed(sandbox, inner, files, task) for key, inner in value.items()}
    if isinstance(value, list):
        return [_placed(sandbox, inner, files, task) for inner in value]
    return sandbox.player.placed(value, task) if isinstance(value, str) else value


def _candidates(sandbox: Sandbox, kind: str, names: tuple[str, ...]) -> list[Answers]:
    """Return what the draft's own scenarios answer here, the most frequent first."""
    every = _told(_Texts(sandbox.stage.key, sandbox.stage.bundle.under("scenarios")))
    found = [(name, answers) for each, name, answers in every if each == kind and name in names]
    texts = Counter(repr(answers) for _name, answers in found)
    by_text = {repr(answers): answers for _name, answers in found}
    return [by_text[text] for text, _count in texts.most_common()]


class _Texts:
    """The scenario files of a draft as it is; told apart by the key of its stage."""

    def __init__(self, key: str, files: Mapping[str, bytes]) -> None:
        self.key = key
        self.files = {path.removeprefix("scenarios/"): data for path, data in files.items()}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Texts) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)


@lru_cache(maxsize=4)
def _told(texts: _Texts) -> tuple[tuple[str, str, Answers], ...]:
    return tuple(_steps(texts.files))


def _steps(files: Mapping[str, bytes]) -> Iterator[tuple[str, str, Answers]]:
    """Yield kind, name and answers of each step that was not to be refused."""
    for name in sorted(each for each in files if "/" not in each):
        try:
            scenario = read_scenario_in(files, name)
        except (ScenarioFileError, ValueError, LookupError, TypeError, AttributeError):
            continue  # told where scenarios are run
        for step in scenario.steps:
            kind = next((k for k in (acts.TASK, acts.MESSAGE, acts.START) if k in step), None)
            if "refused" in step:
                continue
            if kind is not None and isinstance(step.get("answers"), dict):
                yield kind, "start" if kind == acts.START else str(step[kind]), step["answers"]
            elif isinstance(step.get(acts.OBJECTION), dict):
                yield acts.OBJECTION, publicity.MESSAGE, step[acts.OBJECTION]
