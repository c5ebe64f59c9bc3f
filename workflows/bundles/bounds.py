"""How much a bundle may hold, looked at before any of its files is read."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

MAX_FILES = 600
# bytes of all files of a kind; the largest procedure that is shipped has a fifth of each
MAX_BYTES = {"bpmn": 3_000_000, "dmn": 600_000, "json": 1_500_000, "yaml": 600_000}
MAX_SETTINGS_DEPTH = 20
MAX_PATH = 200
_PATH = re.compile(r"[\w.-]+(/[\w.-]+){0,3}")
_KINDS = {
    "bpmn": ".bpmn",
    "dmn": ".dmn",
    "forms": ".json",
    "examples": ".json",
    **dict.fromkeys(("handling", "documents", "scenarios"), ".yaml"),
}
_FILES = frozenset({"procedure.json", "clauses.yaml", "invariants.yaml"})


class SettingsError(ValueError):
    """The settings of a procedure are no JSON that we read. Message in Chinese."""


def problems(files: Mapping[str, bytes]) -> Iterator[tuple[str, str]]:
    """Yield path and sentence for what is too much or does not belong in a bundle."""
    if len(files) > MAX_FILES:
        yield "", f"流程包里的文件超过 {MAX_FILES} 个，请删去不用的文件"
        return
    for kind, most in MAX_BYTES.items():
        if sum(len(data) for path, data in files.items() if path.endswith(f".{kind}")) > most:
            yield "", f"流程包里的 .{kind} 文件合计超过 {most // 1000} KB，请删减"
    for path in files:
        if not is_known(path):
            yield path[:MAX_PATH], "流程包里没有这个位置，请按说明放置文件"


def is_known(path: str) -> bool:
    """Tell whether a bundle may have a file of this path."""
    if path in _FILES:
        return True
    plain = len(path) <= MAX_PATH and _PATH.fullmatch(path) is not None and ".." not in path
    folder, _, _rest = path.partition("/")
    return plain and folder in _KINDS and path.endswith(_KINDS[folder])


def read_settings(data: bytes) -> dict[str, Any]:
    """Return what procedure.json says. Raises SettingsError."""
    try:
        found = json.loads(data, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise SettingsError("办理事项的设置不是合法的 JSON，或嵌套过深") from error
    if not isinstance(found, dict):
        raise SettingsError("办理事项的设置应写成“名称: 值”的形式")
    pending: list[tuple[Any, int]] = [(found, 0)]
    while pending:
        value, depth = pending.pop()
        if depth > MAX_SETTINGS_DEPTH:
            raise SettingsError(f"办理事项的设置嵌套超过 {MAX_SETTINGS_DEPTH} 层")
        inner = value.values() if isinstance(value, dict) else value
        if isinstance(value, (dict, list)):
            pending += ((each, depth + 1) for each in inner)
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(name)
