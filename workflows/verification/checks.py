"""The checks in their order, over a bundle that runs or over files that may not even open."""

import json
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any

import yaml

from workflows import dmn
from workflows.bundles import Bundle, Opened
from workflows.bundles.bundle import PROCEDURE_FILE
from workflows.bundles.handling import FOLDER, shared_first
from workflows.diagrams import Diagram, DiagramError, read_diagram
from workflows.engine import compile_program
from workflows.errors import ModelRefusedError
from workflows.verification import (
    data_keys,
    events,
    expressions,
    gateways,
    handling,
    papers,
    parameters,
    references,
    soundness,
    structure,
    tables,
    time_limits,
)
from workflows.verification.findings import Finding, Severity, in_order
from workflows.verification.subjects import Findings, Form, Operation, Subject

_CHECKS: tuple[Callable[[Subject], Findings], ...] = (
    structure.check,
    gateways.check,
    events.check,
    parameters.check,
    references.check,
    data_keys.check,
    time_limits.check,
    expressions.check,
    tables.check,
    handling.check,
)


def check(
    opened: Opened,
    forms: Mapping[str, Form],
    operations: Mapping[str, Operation],
    assumptions: AbstractSet[str] = frozenset(),
) -> tuple[Finding, ...]:
    """Return what is wrong with a bundle, the worst first.

    ``forms`` are those of the bundle by id, ``operations`` the whole catalogue, ``assumptions``
    the ids of the register. Never raises: a check that cannot go on leaves it at that.
    """
    return check_bundle(opened.bundle, forms, operations, assumptions)


def check_bundle(
    bundle: Bundle,
    forms: Mapping[str, Form],
    operations: Mapping[str, Operation],
    assumptions: AbstractSet[str] = frozenset(),
) -> tuple[Finding, ...]:
    """As ``check``, for a draft that need not open: unreadable files are findings too.

    Of a draft that is too large nothing else is looked at, so that a check always ends soon.
    """
    files = _Files(bundle)
    subject = Subject(
        bundle.procedure_id,
        files.settings(),
        files.diagrams(),
        files.models(),
        files.clauses(),
        forms,
        operations,
        assumptions,
        files.handling(),
    )
    if structure.is_too_large(subject):
        return in_order([*files.findings, *structure.refusals(subject)])
    found = [*files.findings, *(each for checks in _CHECKS for each in checks(subject))]
    found += papers.check(bundle, subject)
    if not any(each.severity is Severity.ERROR for each in found):
        found += _engine(bundle, subject)
        found += soundness.check(subject)
    return in_order(found)


def _engine(bundle: Bundle, subject: Subject) -> list[Finding]:
    """Ask the engine itself, which has the last word on what it can run."""
    try:
        compile_program(bundle.under("bpmn").values(), bundle.procedure_id)
    except ModelRefusedError as error:
        return [_refused(subject, error.element_id, error.message)]
    except ValueError as error:  # numbers of the drawing that are none
        return [_refused(subject, bundle.procedure_id, f"图形数据有误，请重新保存这张图：{error}")]
    return []


def _refused(subject: Subject, element_id: str, message: str) -> Finding:
    homes = [node.process_id for node in subject.nodes() if node.id == element_id]
    where = homes[0] if homes else subject.procedure_id
    return subject.found(Severity.ERROR, "structure.refused", where, element_id, message)


@dataclass
class _Files:
    """Reads a bundle's files, noting those that cannot be read."""

    bundle: Bundle
    findings: list[Finding] = field(default_factory=list)

    def _unreadable(self, path: str, element_id: str, message: str) -> None:
        self.findings.append(
            Finding(Severity.ERROR, "structure.unreadable", path, element_id, message)
        )

    def settings(self) -> Mapping[str, Any]:
        try:
            settings = json.loads(self.bundle.files[PROCEDURE_FILE])
        except (KeyError, ValueError):
            settings = None
        if isinstance(settings, dict):
            return settings
        self._unreadable(PROCEDURE_FILE, "", "流程包里没有可读的办理事项设置")
        return {}

    def diagrams(self) -> dict[str, Diagram]:
        found = {}
        for path, data in sorted(self.bundle.under("bpmn").items()):
            try:
                found[path] = read_diagram(data)
            except DiagramError as error:
                self._unreadable(path, "", str(error))
        return found

    def models(self) -> dict[str, dmn.Model]:
        found = {}
        for path, data in sorted(self.bundle.under("dmn").items()):
            try:
                found[path] = dmn.parse(data)
            except dmn.DmnError as error:
                self._unreadable(path, error.element_id, error.message_zh)
        return found

    def handling(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for path, data in sorted(self.bundle.under(FOLDER).items(), key=shared_first):
            try:
                found[path] = yaml.safe_load(data)
            except yaml.YAMLError:
                self._unreadable(path, "", "办理规则不是合法的 YAML")
        return found

    def clauses(self) -> frozenset[str]:
        path = "clauses.yaml"
        try:
            rows = yaml.safe_load(self.bundle.files.get(path, b"[]")) or []
            return frozenset(str(row["id"]) for row in rows)
        except (yaml.YAMLError, TypeError, KeyError):
            self._unreadable(path, "", "条款清单不是合法的 YAML 列表，或有条款没有编号")
            return frozenset()
