"""Reads the YAML of a bundle: bounded, without aliases or tags, so that nothing multiplies."""

from collections.abc import Iterator
from typing import Any

import yaml

MAX_BYTES = 1_000_000
MAX_DEPTH = 20
MAX_PARTS = 60_000  # keys, values, and beginnings and ends of lists and mappings


class YamlError(ValueError):
    """The text is no YAML that we read. Message in Chinese, naming the line."""


def read(source: str | bytes) -> Any:
    """Return what a text says as plain data. Raises YamlError for anything else."""
    return _read(source, may_alias=False)


def read_stored(source: str | bytes) -> Any:
    """As ``read``, for versions published before aliases were refused; still bounded."""
    return _read(source, may_alias=True)


def _read(source: str | bytes, *, may_alias: bool) -> Any:
    if len(source) > MAX_BYTES:
        raise YamlError(f"超过 {MAX_BYTES // 1000} KB，请拆分或删减")
    try:
        for event in _bounded(yaml.parse(source, Loader=yaml.CSafeLoader)):
            _look_at(event, may_alias=may_alias)
        return yaml.load(source, Loader=yaml.CSafeLoader)
    except YamlError:
        raise
    except yaml.YAMLError as error:
        raise YamlError(f"不是合法的 YAML{_line(error)}") from error
    except ValueError as error:  # a date that no calendar has, a number that is too long
        raise YamlError("含有读不成日期或数字的值，请加引号") from error


def _bounded(events: Iterator[yaml.Event]) -> Iterator[yaml.Event]:
    """Refuse depth and number by the parser's flat events: composing them would recurse."""
    depth = 0
    for number, event in enumerate(events):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            raise YamlError(f"嵌套超过 {MAX_DEPTH} 层{_line(event)}")
        if number > MAX_PARTS:
            raise YamlError(f"内容超过 {MAX_PARTS} 项，请拆分或删减")
        yield event


def _look_at(event: yaml.Event, *, may_alias: bool) -> None:
    if isinstance(event, yaml.AliasEvent) and not may_alias:
        raise YamlError(f"用了引用（*）{_line(event)}，请把内容写全")
    if getattr(event, "tag", None) is not None:
        raise YamlError(f"用了类型标记（!）{_line(event)}，请删去")


def _line(place: Any) -> str:
    """Return where an error or an event is, as people count lines."""
    mark = getattr(place, "problem_mark", None) or getattr(place, "start_mark", None)
    return "" if mark is None else f"（第 {mark.line + 1} 行）"
