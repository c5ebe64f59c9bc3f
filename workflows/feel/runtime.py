"""What one evaluation knows and may spend: its context, its warnings and its steps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from workflows.feel.errors import FeelBudgetError, FeelEvaluationError, FeelWarning, Position
from workflows.feel.limits import MAX_CALL_DEPTH, MAX_STEPS, MAX_WARNINGS


class WorkingDays(Protocol):
    """The working days of one jurisdiction.

    Both may raise ValueError with a Chinese sentence for what they cannot count.
    """

    def working_days_after(self, day: date, n: int) -> date:
        """Return the ``n``-th working day after ``day``, which itself is not counted."""

    def working_days_between(self, first: date, last: date) -> int:
        """Return the number of working days after ``first`` up to and including ``last``."""


@dataclass(slots=True)
class Context:
    """What an evaluation may know besides its data.

    ``now`` gives an aware time; without it ``now()`` and ``today()`` raise. ``warnings``
    collects why parts of the evaluation gave null, at most 100 of them.
    """

    now: Callable[[], datetime] | None = None
    timezone: str = "Asia/Shanghai"
    calendar: WorkingDays | None = None
    warnings: list[FeelWarning] = field(default_factory=list)


DEFAULT = Context()  # shared, so it keeps no warnings


class Run:
    """One evaluation: the steps it has left, how deep its calls are, its clock."""

    __slots__ = ("context", "depth", "source", "started_at", "steps")

    def __init__(self, context: Context) -> None:
        self.context = context
        self.source = ""  # of the expression at work, for the places of warnings
        self.steps = MAX_STEPS
        self.depth = 0
        self.started_at: datetime | None = None

    def spend(self, steps: int) -> None:
        """Take ``steps`` from the budget; raise FeelBudgetError when it is used up."""
        self.steps -= steps
        if self.steps < 0:
            raise FeelBudgetError(
                f"the expression needs more than {MAX_STEPS} steps",
                f"表达式的计算量超过上限({MAX_STEPS} 步)",
            )

    def enter(self, depth: int) -> None:
        """Go ``depth`` levels deeper; the caller takes them back when it returns."""
        self.depth += depth
        if self.depth > MAX_CALL_DEPTH:
            raise FeelBudgetError("functions call each other too deeply", "函数调用层数过多")

    def warn(self, at: int, message: str, message_zh: str) -> None:
        """Note why something gave null."""
        warnings = self.context.warnings
        if len(warnings) < MAX_WARNINGS and self.context is not DEFAULT:
            warnings.append(FeelWarning(message, message_zh, Position.at(self.source, at)))

    def null(self, at: int, message: str, message_zh: str) -> Any:
        """Give null, and note why."""
        self.warn(at, message, message_zh)
        return None

    def now(self) -> datetime:
        """Return the one moment at which this evaluation happens, in its time zone."""
        if self.started_at is None:
            if self.context.now is None:
                raise FeelEvaluationError(
                    "the current time is not available here", "此处不能使用当前时间"
                )
            moment = self.context.now()
            if moment.tzinfo is None:
                raise FeelEvaluationError("the clock gave a local time", "系统时钟缺少时区")
            self.started_at = moment.astimezone(UTC).astimezone(ZoneInfo(self.context.timezone))
        return self.started_at


class Env:
    """Where a closure finds names: ``locals`` were bound by the expression itself."""

    __slots__ = ("locals", "run", "scope")

    def __init__(self, scope: Mapping[str, Any], bound: dict[str, Any], run: Run) -> None:
        self.scope = scope
        self.locals = bound
        self.run = run

    def bind(self, name: str, value: Any) -> Env:
        """Return an inner environment with one more name."""
        return Env(self.scope, {**self.locals, name: value}, self.run)


Closure = Callable[[Env], Any]
