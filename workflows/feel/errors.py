"""What can go wrong with an expression, told in English and in Chinese with the place."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a source: ``offset`` counts from 0, ``line`` and ``column`` from 1."""

    offset: int
    line: int
    column: int

    @classmethod
    def at(cls, source: str, offset: int) -> Position:
        """Return the place of ``offset``; an offset past the end is the end."""
        offset = min(offset, len(source))
        line_start = source.rfind("\n", 0, offset) + 1
        return cls(offset, source.count("\n", 0, offset) + 1, offset - line_start + 1)


class FeelError(Exception):
    """An expression cannot be used. ``message_zh`` is what a process owner reads."""

    def __init__(self, message: str, message_zh: str, position: Position | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.message_zh = message_zh
        self.position = position

    def __str__(self) -> str:
        if self.position is None:
            return self.message
        return f"{self.message} (line {self.position.line}, column {self.position.column})"


class FeelSyntaxError(FeelError):
    """The text is not an expression of the supported language."""


class FeelEvaluationError(FeelError):
    """The expression asks for something this evaluation does not have, or cannot give back."""


class FeelBudgetError(FeelError):
    """The expression is too long, too deep, or would do or return too much."""


@dataclass(frozen=True, slots=True)
class FeelWarning:
    """Why a part of an evaluation gave null."""

    message: str
    message_zh: str
    position: Position | None = None
