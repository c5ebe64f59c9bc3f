"""What one check of answers can read besides the answers: the scope, for choices and conditions."""

from collections import ChainMap
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, cast

from workflows import feel


@dataclass(frozen=True, slots=True)
class Run:
    """One check. ``seen`` grows to the clean answers at the top of the form; they win."""

    scope: Mapping[str, Any]
    context: feel.Context
    seen: dict[str, Any] = field(default_factory=dict)

    def evaluate(self, expression: feel.Expression, row: Mapping[str, Any] | None = None) -> Any:
        """The value of ``expression``; inside a table row, ``this`` is the row."""
        local: dict[str, Any] = {} if row is None else {"this": row}
        around = cast("MutableMapping[str, Any]", self.scope)  # only read
        return expression.evaluate(ChainMap(local, self.seen, around), self.context)


_CURRENT: ContextVar[Run] = ContextVar("form_run")


@contextmanager
def running(run: Run) -> Iterator[Run]:
    """Make ``run`` the current one for the fields of the schema."""
    token = _CURRENT.set(run)
    try:
        yield run
    finally:
        _CURRENT.reset(token)


def current() -> Run:
    """The check under way."""
    return _CURRENT.get()
