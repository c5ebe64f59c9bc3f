"""Plays a scenario through a driver, each step as the right person, and checks what it expects.

A scenario may tell several cases: ``start`` names one (``case``, and its ``procedure`` where it
is not the file's), ``in: name`` says which one a step is about (else that of the step before).
All their clocks move together.

Steps: ``start``; ``task`` (activity code or element id, ``as`` role or login, ``answers``,
``item`` or ``each: true`` where several are open); ``advance`` (instant, duration such as P3D, or
``until due``); ``message`` with ``as``; ``objection``; ``check`` (expectations half-way); ``keep``
(name: FEEL over the document, to be compared later as ``kept.name`` or sent as ``$kept:name``).

Any step may carry ``refused: CODE``: it must be refused with that code and change nothing;
``fields`` names answers the refusal must point at, ``says`` words it must contain. A ``task`` may
carry ``again: {as: login, refused: CODE, says: words}``: the same answers to the same task once
more, right after.

Markers in answers: ``$file`` (with ``bytes``) uploads a sample; ``$today``, ``$today+3``;
``$call:<number>``; ``$number:<case>`` (also inside ``item``); ``$doc:<FEEL>``; ``$kept:<name>``; ``$repeat:<text>:<times>``.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import uuid4

from services.scenarios import expectations
from services.scenarios.accounts import Cast
from services.scenarios.errors import RefusedError, ScenarioError
from services.scenarios.reading import Scenario
from services.scenarios.samples import sample
from workflows import feel

_NUMBER = re.compile(r"\$number:(\w+)")
_MOST_BYTES, _MOST_TEXT = 5_000_000, 200_000  # of a sample; of a repeated text
_LASTING = ("status", "state", "outcome", "document", "tasks", "visited", "objections")


@dataclass(frozen=True, slots=True)
class Start:
    """A case to be started: what is given, when, and which others of the scenario it may meet."""

    procedure: str
    at: datetime
    given: dict[str, Any]
    group: str


class Driver(Protocol):
    """The product as scenario players reach it. Each call raises RefusedError on a refusal.

    Tasks are dicts: id, node_id, activity_code, name, role, party, item_key, due_at, login
    (somebody who may do it, found among the sample accounts).
    """

    @property
    def cast(self) -> Cast: ...
    def start(self, start: "Start", login: str | None, answers: dict[str, Any]) -> str: ...
    def tasks(self, case: str) -> list[dict[str, Any]]: ...
    def login_for(self, case: str, task: dict[str, Any], who: str | None) -> str: ...
    def complete(self, login: str, task: dict[str, Any], answers: dict[str, Any]) -> None: ...
    def message(self, case: str, login: str, name: str, answers: dict[str, Any]) -> None: ...
    def object_to(self, case: str, intake: dict[str, Any]) -> None: ...
    def upload(self, login: str, name: str, content: bytes) -> str: ...
    def advance(self, case: str, to: datetime) -> None: ...
    def settle(self, case: str) -> None: ...
    def inspect(self, case: str) -> dict[str, Any]: ...
    def call_id(self, number: str) -> str: ...


@dataclass
class Result:
    """How a scenario went. ``case`` is the last state seen of it, None if none was started."""

    scenario: Scenario
    steps: int = 0
    case: dict[str, Any] | None = None
    problems: list[str] = field(default_factory=list)


def play(scenario: Scenario, driver: Driver) -> Result:
    """Play all steps and check the expectations. Raises ScenarioError at the first that fails."""
    player = Player(scenario, driver)
    for number, step in enumerate(scenario.steps, start=1):
        try:
            player.step(step)
        except (RefusedError, ScenarioError) as error:
            raise ScenarioError(
                f"{scenario.name}，第 {number} 步 {_brief(step)}：{error}"
            ) from error
    result = Result(scenario, len(scenario.steps))
    if player.case is not None:
        result.case = driver.inspect(player.case)
        expectations.check(result.case, player.about(scenario.expect), scenario.name, player.kept)
    return result


def _brief(step: dict[str, Any]) -> str:
    return str({k: v for k, v in step.items() if k != "answers"})


def _compare(error: RefusedError, wanted: dict[str, Any]) -> None:
    """Raise unless the refusal is the one wanted."""
    if error.code != wanted["refused"]:
        raise error
    missing = set(wanted.get("fields") or []) - set(error.fields)
    if missing:
        raise ScenarioError(f"拒绝时没有指出 {sorted(missing)}，只有 {error.fields}") from error
    if wanted.get("says", "") not in error.message:
        raise ScenarioError(f"拒绝时没有说“{wanted['says']}”，只说“{error.message}”") from error


class Player:
    """A scenario being told, step by step. ``case`` is the one the steps are about now."""

    def __init__(self, scenario: Scenario, driver: Driver) -> None:
        self.scenario = scenario
        self.driver = driver
        self.now = scenario.clock
        self.case: str | None = None
        self.cases: dict[str, str] = {}
        self.group = str(uuid4())
        self.kept: dict[str, Any] = {}

    def step(self, step: dict[str, Any]) -> None:
        """Play one step. Raises ScenarioError, and RefusedError for a refusal nobody wanted."""
        if "in" in step:
            self.case = self._named(step["in"])
        if "refused" in step:
            self._refused(step, lambda: self._do(step))
        else:
            self._do(step)
        self._settle()

    def _settle(self) -> None:
        """Run what is due in every case; one may give another something to do."""
        for _round in range(1 if len(self.cases) == 1 else 3):
            for case in self.cases.values():
                self.driver.settle(case)

    def _named(self, name: str) -> str:
        if name not in self.cases:
            raise ScenarioError(f"没有名为“{name}”的办件")
        return self.cases[name]

    def about(self, expect: dict[str, Any]) -> dict[str, Any]:
        """Check what is expected of other cases by name; return what is left for this one."""
        for name, each in (expect.get("cases") or {}).items():
            case = self.driver.inspect(self._named(name))
            expectations.check(case, each, f"{self.scenario.name}（{name}）", self.kept)
        return {key: value for key, value in expect.items() if key != "cases"}

    def _refused(self, wanted: dict[str, Any], act: Callable[[], None]) -> None:
        """Make sure that the product refuses, for the reason wanted, and that nothing changes."""
        before = self._seen()
        try:
            act()
        except RefusedError as error:
            _compare(error, wanted)
        else:
            raise ScenarioError(f"应被拒绝（{wanted['refused']}），却成功了")
        if self._seen() != before:
            raise ScenarioError("虽被拒绝，办件却有变化")

    def _seen(self) -> dict[str, Any] | None:
        """Return what a refused step must leave as it is."""
        if self.case is None:
            return None
        case = self.driver.inspect(self.case)
        return {key: case[key] for key in _LASTING}

    def _do(self, step: dict[str, Any]) -> None:
        if "start" in step:
            given = step["start"] or {}
            login = given.get("as") or step.get("as")
            answers = self._prepared(step.get("answers") or {}, login)
            procedure = given.get("procedure") or self.scenario.procedure
            start = Start(procedure, self.now, self.scenario.given, self.group)
            self.case = self.driver.start(start, login, answers)
            self.cases[given.get("case") or f"case{len(self.cases) + 1}"] = self.case
        elif "task" in step:
            self._tasks(step)
        elif "advance" in step:
            self._advance(str(step["advance"]))
        elif "message" in step:
            answers = self._prepared(step.get("answers") or {}, step["as"])
            self.driver.message(self._case, step["as"], step["message"], answers)
        elif "objection" in step:
            self.driver.object_to(self._case, step["objection"])
        elif "check" in step:
            case = self.driver.inspect(self._case)
            expectations.check(case, self.about(step["check"]), self.scenario.name, self.kept)
        elif "keep" in step:
            self._keep(step["keep"])
        else:
            raise ScenarioError("不认识的步骤")

    @property
    def _case(self) -> str:
        if self.case is None:
            raise ScenarioError("办件尚未发起")
        return self.case

    def _tasks(self, step: dict[str, Any]) -> None:
        found = self._matching(step)
        if not step.get("each"):
            if len(found) > 1 and "item" not in step and "as" not in step:
                raise ScenarioError(f"有 {len(found)} 项同名任务，请写 item 或 each")
            found = [self._chosen(found, step)]
        for task in found:
            login = self.driver.login_for(self._case, task, step.get("as"))
            answers = self._prepared(step.get("answers") or {}, login, task)
            self.driver.complete(login, task, answers)
            if step.get("each"):
                self._settle()
            if "again" in step:
                self._again(step["again"], task, answers)

    def _again(self, again: dict[str, Any], task: dict[str, Any], answers: Any) -> None:
        self._settle()
        login = self.driver.login_for(self._case, task, again.get("as"))
        self._refused(again, lambda: self.driver.complete(login, task, answers))

    def _keep(self, wanted: dict[str, str]) -> None:
        document = self.driver.inspect(self._case)["document"]
        for name, expression in wanted.items():
            self.kept[name] = feel.to_json(feel.evaluate(expression, document))

    def _matching(self, step: dict[str, Any]) -> list[dict[str, Any]]:
        name = step["task"]
        tasks = self.driver.tasks(self._case)
        found = [t for t in tasks if name in (t["activity_code"], t["node_id"])]
        if "item" in step:
            wanted = _NUMBER.sub(lambda place: self._number(place[1]), str(step["item"]))
            found = [t for t in found if wanted in (t["item_key"], t.get("party"), t.get("login"))]
        if not found:
            waiting = [f"{t['name']}（{t['activity_code'] or t['node_id']}）" for t in tasks]
            raise ScenarioError(f"没有待办“{name}”，当前待办：{'、'.join(waiting) or '无'}")
        return found

    def _number(self, name: str) -> str:
        """Return the number of a case of the scenario."""
        return str(self.driver.inspect(self._named(name))["number"])

    def _chosen(self, found: list[dict[str, Any]], step: dict[str, Any]) -> dict[str, Any]:
        who = step.get("as")
        named = (t for t in found if who in (t.get("login"), t.get("party")))
        theirs = (t for t in found if who and self.driver.cast.is_for(who, t))
        return next(named, None) or next(theirs, None) or found[0]

    def _prepared(self, answers: Any, login: str | None, task: dict[str, Any] | None = None) -> Any:
        """Fill in what a file cannot know: uploads, today, ids of the task's scope."""
        if isinstance(answers, dict):
            if "$file" in answers:
                return self._upload(answers, login)
            return {k: self._prepared(v, login, task) for k, v in answers.items()}
        if isinstance(answers, list):
            return [self._prepared(v, login, task) for v in answers]
        if isinstance(answers, str) and answers.startswith("$"):
            return self.placed(answers, task)
        return answers

    def _upload(self, given: dict[str, Any], login: str | None) -> str:
        name = given["$file"]
        content = sample(name, min(int(given.get("bytes", 300_000)), _MOST_BYTES))
        return self.driver.upload(login or "", name, content)

    def placed(self, text: str, task: dict[str, Any] | None = None) -> Any:
        """Return what a marker stands for, or the text."""
        kind, _, rest = text.partition(":")
        if text.startswith("$today"):
            days = int(text.removeprefix("$today") or 0)
            return (self.now + timedelta(days=days)).date().isoformat()
        if kind == "$call":
            return self.driver.call_id(rest)
        if kind == "$number":
            return self._number(rest)
        if kind == "$kept":
            return self.kept[rest]
        if kind == "$repeat":
            repeated, _, times = rest.rpartition(":")
            return (repeated * min(int(times), _MOST_TEXT))[:_MOST_TEXT]
        if kind == "$doc":
            document = self.driver.inspect(self._case)["document"]
            return feel.to_json(feel.evaluate(rest, {**document, "task": task or {}}))
        return text

    def _advance(self, text: str) -> None:
        if text == "until due":
            seen = [self.driver.inspect(case) for case in self.cases.values()]
            dues = [t["due_at"] for case in seen for t in case["tasks"] if t["due_at"]]
            dues += [due_at for case in seen for due_at in case["timers"]]
            target = min(datetime.fromisoformat(d) for d in dues)
        elif text.startswith("P"):
            duration = feel.evaluate(f'duration("{text}")', {})
            target = self.now + timedelta(seconds=duration.total_seconds())
        else:
            target = datetime.fromisoformat(text)
        self.now = max(target, self.now).astimezone(self.scenario.clock.tzinfo)
        for case in self.cases.values():
            self.driver.advance(case, self.now)
