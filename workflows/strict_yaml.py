"""Reads YAML that somebody sent: no aliases, no deep nesting, so that nothing multiplies or overflows."""

from typing import Any

import yaml

MAX_DEPTH = 20


def read(text: str) -> Any:
    """Return what a text says as plain data. Raises ValueError for anything else."""
    try:
        _look_over(text)
        return yaml.load(text, Loader=yaml.CSafeLoader)
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from error


def _look_over(text: str) -> None:
    """Refuse aliases and deep nesting by the parser's flat events: composing them would recurse."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.AliasEvent):
            raise ValueError("an alias")  # noqa: TRY004 - a value of the right type that is refused
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            raise ValueError("nested too deeply")
