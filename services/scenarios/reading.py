"""Reads a scenario file: includes its parts and fills in its answers.

``include: name`` in ``steps`` puts in ``parts/<name>.yaml``; ``$from: name`` in answers starts
from ``answers/<name>.yaml`` and lets the other keys replace its own (dots reach inside:
``members.0.unit_type``; the value ``$drop`` removes a key). A folder of scenarios is one on disk,
or the texts of a draft by their names in it.
"""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from workflows import strict_yaml

_MAX_DEPTH = 8
_MAX_STEPS = 2_000

Folder = Path | Mapping[str, bytes]


class ScenarioFileError(ValueError):
    """The file is no scenario; the message says where and why, in Chinese."""


@dataclass(frozen=True)
class Scenario:
    """One scenario. ``clock`` is the aware instant at which it begins."""

    path: Path
    procedure: str
    name: str
    clock: datetime
    given: dict[str, Any]
    steps: list[dict[str, Any]]
    expect: dict[str, Any]


def read_scenario(path: Path) -> Scenario:
    """Read one file. Raises ScenarioFileError."""
    return read_scenario_in(path.parent, path.name)


def read_scenario_in(folder: Folder, name: str) -> Scenario:
    """Read one file of a folder of scenarios. Raises ScenarioFileError."""
    content = _yaml(folder, name)
    if not isinstance(content, dict):
        raise ScenarioFileError(f"{name} 应写成“名称: 值”的形式")
    for key in ("procedure", "name", "clock", "steps"):
        if key not in content:
            raise ScenarioFileError(f"{name} 缺少“{key}”")
    return Scenario(
        folder / name if isinstance(folder, Path) else Path(name),
        content["procedure"],
        content["name"],
        _clock(name, content["clock"]),
        content.get("given") or {},
        read_steps(folder, content["steps"]),
        content.get("expect") or {},
    )


def _clock(name: str, value: Any) -> datetime:
    try:
        clock = datetime.fromisoformat(str(value))
    except ValueError as error:
        raise ScenarioFileError(f"{name} 的 clock 应为 2026-09-01T09:00:00+08:00 的样子") from error
    if clock.tzinfo is None:
        raise ScenarioFileError(f"{name} 的 clock 须带时区，例如 +08:00")
    return clock


def _yaml(folder: Folder, name: str) -> Any:
    short = name.rpartition("/")[2]
    try:
        data = (folder / name).read_bytes() if isinstance(folder, Path) else folder[name]
        return strict_yaml.read(data)
    except (FileNotFoundError, KeyError) as error:
        raise ScenarioFileError(f"找不到 {short}") from error
    except strict_yaml.YamlError as error:
        raise ScenarioFileError(f"{short} {error}") from error


def read_steps(folder: Folder, steps: list[Any], depth: int = 0) -> list[dict[str, Any]]:
    """Return the steps with their parts and answers from a folder of scenarios put in."""
    if depth > _MAX_DEPTH:
        raise ScenarioFileError("include 嵌套过深")
    found: list[dict[str, Any]] = []
    for step in steps:
        if "include" in step:
            part = _yaml(folder, f"parts/{step['include']}.yaml")
            found += read_steps(folder, part, depth + 1)
            if len(found) > _MAX_STEPS:
                raise ScenarioFileError(f"include 展开后超过 {_MAX_STEPS} 步")
        else:
            found.append(_filled(folder, step))
    return found


def _filled(folder: Folder, step: dict[str, Any]) -> dict[str, Any]:
    if not isinstance(step.get("answers"), dict):
        return step
    return step | {"answers": _answers(folder, step["answers"], 0)}


def _answers(folder: Folder, answers: dict[str, Any], depth: int) -> dict[str, Any]:
    if depth > _MAX_DEPTH:
        raise ScenarioFileError("$from 嵌套过深")
    base: dict[str, Any] = {}
    if "$from" in answers:
        base = _answers(folder, _yaml(folder, f"answers/{answers['$from']}.yaml"), depth + 1)
    for key, value in answers.items():
        if key != "$from":
            _put(base, key.split("."), deepcopy(value))
    return base


def _put(target: Any, path: list[str], value: Any) -> None:
    *parents, last = path
    for name in parents:
        target = target[int(name)] if isinstance(target, list) else target.setdefault(name, {})
    key: Any = int(last) if isinstance(target, list) else last
    if value == "$drop":
        del target[key]
    else:
        target[key] = value
