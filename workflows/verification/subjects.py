"""What is checked: a procedure's files as data, with the catalogues its nodes refer to.

Forms and operations come in as protocols: this side knows no form compiler and no service.
"""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

from workflows import dmn
from workflows.diagrams import Diagram, Node, Process
from workflows.verification.findings import Finding, Severity

Pair = tuple[str, str]


class FormField(Protocol):
    """One place for an answer; ``path`` like ``members[].uscc``."""

    @property
    def path(self) -> str: ...
    @property
    def label(self) -> str: ...
    @property
    def is_required(self) -> bool: ...
    @property
    def is_readonly(self) -> bool: ...
    @property
    def is_held(self) -> bool: ...
    @property
    def is_prefilled(self) -> bool: ...
    @property
    def options(self) -> Sequence[Pair]: ...


class Form(Protocol):
    """A compiled form: its fields, and the form-js definition with its expressions.

    ``unasked`` are the messages of rules that a step does not ask since it hides what they read.
    """

    @property
    def fields(self) -> Sequence[FormField]: ...
    @property
    def definition(self) -> Mapping[str, Any]: ...
    @property
    def unasked(self) -> Sequence[str]: ...
    def for_step(self, access: Mapping[str, str], /) -> "Form":
        """Return the form as a step may use it: fields by path that are readonly or hidden."""
        ...


class Operation(Protocol):
    """An entry of the catalogue of service tasks; ``inputs`` map names to types."""

    @property
    def inputs(self) -> Mapping[str, str]: ...
    @property
    def is_deferred(self) -> bool: ...
    def problems(self, names: Mapping[str, Any], /) -> Sequence[str]:
        """Return what is wrong with the names of inputs, as Chinese sentences."""
        ...


@dataclass(frozen=True)
class Subject:
    """One procedure with everything it uses. ``settings`` is what procedure.json says.

    ``models`` are decision models by path; ``clauses`` and ``assumptions`` the known ids;
    ``handling`` what the files of rules on tasks say, by path, the shared one first.
    """

    procedure_id: str
    settings: Mapping[str, Any]
    diagrams: Mapping[str, Diagram]
    models: Mapping[str, dmn.Model]
    clauses: AbstractSet[str]
    forms: Mapping[str, Form]
    operations: Mapping[str, Operation]
    assumptions: AbstractSet[str] = field(default_factory=frozenset)
    handling: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def processes(self) -> dict[str, Process]:
        """Processes by id."""
        return {p.id: p for d in self.diagrams.values() for p in d.processes.values()}

    @cached_property
    def file_of(self) -> dict[str, str]:
        """Process id -> the file it is drawn in."""
        return {p: path for path, d in self.diagrams.items() for p in d.processes}

    @cached_property
    def decisions(self) -> dict[str, dmn.Model]:
        """Decision id -> the model it belongs to."""
        return {name: m for m in self.models.values() for name in m.decisions}

    @cached_property
    def roles(self) -> Mapping[str, Any]:
        """Role keys of the jurisdiction and the procedure -> how they are bound."""
        own = _mapping(self.settings.get("procedure")).get("roles")
        return {**_mapping(self.settings.get("roles")), **_mapping(own)}

    @cached_property
    def profile(self) -> Mapping[str, Any]:
        """Parameters by dotted key; each has a ``value``."""
        return _mapping(_mapping(self.settings.get("procedure")).get("profile"))

    @cached_property
    def callers(self) -> dict[str, list[Node]]:
        """Process id -> the call activities that call it."""
        found: dict[str, list[Node]] = {}
        for node in self.nodes():
            if node.called:
                found.setdefault(node.called, []).append(node)
        return found

    @cached_property
    def used(self) -> frozenset[str]:
        """Ids of the processes that a case of the procedure can reach."""
        seen, waiting = set[str](), [self.procedure_id]
        while waiting:
            process = self.processes.get(waiting.pop())
            if process is not None and process.id not in seen:
                seen.add(process.id)
                waiting.extend(process.calls())
        return frozenset(seen)

    def nodes(self) -> Iterator[Node]:
        """Yield the nodes of all processes."""
        for process in self.processes.values():
            yield from process.nodes.values()

    def resolve(self, name: str | None) -> str | None:
        """Return a literal name, or the parameter behind ``=profile.x``; None if there is none."""
        if name is None or not name.startswith("="):
            return name
        root, _, key = name.removeprefix("=").strip().partition(".")
        entry = self.profile.get(key) if root == "profile" else None
        return None if entry is None else str(value_of(entry))

    def form_of(self, node: Node) -> Form | None:
        """Return the form of a node, as its step may use it."""
        form = self.forms.get(self.resolve(node.form) or "")
        return form.for_step(node.access) if form is not None and node.access else form

    def found(
        self,
        severity: Severity,
        rule: str,
        process_id: str,
        element_id: str,
        message: str,
        example: Sequence[str] = (),
    ) -> Finding:
        """Make a finding about an element of a process."""
        file = self.file_of.get(process_id, "")
        return Finding(severity, rule, file, element_id, message, tuple(example))

    def error(self, rule: str, node: Node, message: str) -> Finding:
        """Make an error about a node."""
        return self.found(Severity.ERROR, rule, node.process_id, node.id, message)

    def warning(self, rule: str, node: Node, message: str) -> Finding:
        """Make a warning about a node."""
        return self.found(Severity.WARNING, rule, node.process_id, node.id, message)


Findings = Iterator[Finding]


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def value_of(entry: Any) -> Any:
    """Return the value of a parameter's entry."""
    return _mapping(entry).get("value")


def label(node: Node) -> str:
    """Return what a person calls a node."""
    return f"“{node.name or node.id}”"


def is_unfilled(text: str) -> bool:
    """Tell whether an input is one that a person has yet to fill in, as templates leave them."""
    return text.strip() == "="
