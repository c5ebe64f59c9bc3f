"""A jurisdiction's folder: its settings, its procedures, its scenarios."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from workflows import strict_yaml


class BundleError(ValueError):
    """A procedure cannot be closed: something it names is missing. Message in Chinese."""


@dataclass(frozen=True)
class Jurisdiction:
    """One folder of ``workflows/bpmn`` with its ``jurisdiction.yaml``."""

    folder: Path
    forms_folder: Path

    @cached_property
    def settings(self) -> dict[str, Any]:
        """Return what jurisdiction.yaml says."""
        path = self.folder / "jurisdiction.yaml"
        settings = read_yaml(path)
        _require(settings, ("code", "name", "legal_basis", "roles", "procedures"), path)
        for procedure in settings["procedures"]:
            _require(procedure, ("id", "title", "started_by", "number"), path)
        found: dict[str, Any] = settings
        return found

    @property
    def code(self) -> str:
        """Return the jurisdiction's code."""
        return str(self.settings["code"])

    @property
    def procedures(self) -> list[dict[str, Any]]:
        """Return the procedures it offers, in the order of the file."""
        procedures: list[dict[str, Any]] = self.settings["procedures"]
        return procedures

    def scenarios(self) -> list[Path]:
        """Return its scenario files."""
        return sorted(self.folder.glob("scenarios/*.yaml"))

    def demo(self) -> dict[str, Any]:
        """Return its sample parties, or nothing."""
        path = self.folder / "demo.yaml"
        return read_yaml(path) if path.exists() else {}


def _require(given: Any, keys: tuple[str, ...], path: Path) -> None:
    place = f"{path.parent.name}/{path.name}"
    if not isinstance(given, dict):
        raise BundleError(f"{place} 应写成“名称: 值”的形式")
    missing = [key for key in keys if key not in given]
    if missing:
        where = f"（{given['id']}）" if "id" in given else ""
        raise BundleError(f"{place}{where} 缺少：{'、'.join(missing)}")


def read_yaml(path: Path) -> Any:
    """Return what a YAML file says. Raises BundleError naming the line that is wrong."""
    try:
        content = strict_yaml.read(path.read_bytes())
    except strict_yaml.YamlError as error:
        raise BundleError(f"{path.name} {error}") from error
    if wrong := next(_odd_keys(content), None):
        raise BundleError(f'{path.name} 的键 {wrong} 不是文本，请加引号，例如 on 要写成 "on"')
    return content


def _odd_keys(value: Any) -> Iterator[Any]:
    """Yield keys that YAML reads as something else than text: on, yes, numbers, dates."""
    if isinstance(value, dict):
        yield from (key for key in value if not isinstance(key, str))
        yield from (odd for inner in value.values() for odd in _odd_keys(inner))
    elif isinstance(value, list):
        yield from (odd for inner in value for odd in _odd_keys(inner))
