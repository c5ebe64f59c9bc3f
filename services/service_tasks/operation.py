"""What an operation of the catalogue is: a function, its inputs' types, and words for editors."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

from workflows.diagrams import Node
from workflows.errors import IncidentError

if TYPE_CHECKING:
    from services.cases.environment import CaseWorld
    from services.runtime import Runtime


@dataclass(frozen=True, slots=True)
class Call:
    """An inline call: inside the command's transaction, exactly once with it."""

    key: str
    node: Node
    world: "CaseWorld"


@dataclass(frozen=True, slots=True)
class DeferredCall:
    """A deferred call: between two transactions, perhaps more than once with the same key."""

    key: str
    case_id: UUID
    runtime: "Runtime"


_TYPES: dict[str, Callable[[Any], bool]] = {
    "string": lambda v: isinstance(v, str),
    "number": lambda v: isinstance(v, (int, float)) and not isinstance(v, bool),
    "boolean": lambda v: isinstance(v, bool),
    "list": lambda v: isinstance(v, list),
    "object": lambda v: isinstance(v, dict),
    "date": lambda v: isinstance(v, str) and _is_date(v),
    "any": lambda _v: True,
}


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class Operation:
    """One entry of the catalogue.

    ``inputs`` map a name to a type; a trailing "?" lets it be null or absent. ``run`` takes a
    Call (or DeferredCall) and the inputs by keyword and returns JSON. ``may_skip``: where it
    fails for good a process owner may let the case go on without it (what it does orders no law).
    """

    name: str
    label: str
    description: str
    run: Callable[..., Any]
    inputs: Mapping[str, str] = field(default_factory=dict)
    is_deferred: bool = False
    may_skip: bool = False

    def problems(self, names: Mapping[str, Any]) -> list[str]:
        """Return what is wrong with a diagram's input names, as Chinese sentences."""
        unknown = [f"操作“{self.name}”没有输入“{n}”" for n in names if n not in self.inputs]
        missing = [
            f"操作“{self.name}”缺少输入“{n}”"
            for n, kind in self.inputs.items()
            if not kind.endswith("?") and n not in names
        ]
        return unknown + missing

    def checked(self, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """Return the inputs, absent ones as None. Raises IncidentError naming what is wrong."""
        problems = self.problems(inputs)
        for name, kind in self.inputs.items():
            value, is_optional = inputs.get(name), kind.endswith("?")
            if value is None and is_optional:
                continue
            if not _TYPES[kind.rstrip("?")](value):
                problems.append(f"操作“{self.name}”的输入“{name}”应为 {kind}，实为 {value!r:.60}")
        if problems:
            raise IncidentError("INPUT", self.name, "；".join(problems))
        return {name: inputs.get(name) for name in self.inputs}
