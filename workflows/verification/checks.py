"""The checks in their order, over a bundle that runs or over files that may not even open."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace

from workflows.bundles import Bundle, Opened, bounds
from workflows.engine import compile_program
from workflows.errors import ModelRefusedError
from workflows.verification import (
    data_keys,
    events,
    examples,
    expressions,
    field_rights,
    gateways,
    handling,
    invariants,
    papers,
    parameters,
    references,
    soundness,
    structure,
    tables,
    time_limits,
)
from workflows.verification.files import Files
from workflows.verification.findings import Finding, Severity, in_order
from workflows.verification.subjects import Findings, Form, Operation, Subject

_CHECKS: tuple[Callable[[Subject], Findings], ...] = (
    structure.check,
    gateways.check,
    events.check,
    parameters.check,
    references.check,
    data_keys.check,
    field_rights.check,
    time_limits.check,
    expressions.check,
    tables.check,
    handling.check,
)
# what is wrong with a node but not with the ways through it
_ASIDE = frozenset(
    f"structure.{each}"
    for each in ("activity-code", "assumption-unknown", "clause-unknown", "separation-unknown")
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
    if refused := [Files.refused(*each) for each in bounds.problems(bundle.files)]:
        return in_order(refused)
    files = Files(bundle)
    subject = _subject(files, forms, operations, assumptions)
    rows = files.invariants()
    files.look_at_rest()
    if large := structure.too_large(subject):
        return in_order([*files.findings, *large])
    found = [*files.findings, *(each for checks in _CHECKS for each in checks(subject))]
    found += papers.check(bundle, subject)
    found += examples.check(bundle, subject)
    if not any(each.severity is Severity.ERROR for each in found):
        found += _engine(bundle, subject)
    if not any(map(_is_of_the_drawing, found)):
        found += soundness.check(subject)
    if not any(map(_is_of_the_drawing, found)):
        found += invariants.check(subject, rows)
    return in_order(_cited(found, subject, files.articles))


def subject_of(
    bundle: Bundle, forms: Mapping[str, Form], operations: Mapping[str, Operation]
) -> Subject:
    """Return what is known of a bundle; what cannot be read of it is left out."""
    return _subject(Files(bundle), forms, operations, frozenset())


def _subject(
    files: Files,
    forms: Mapping[str, Form],
    operations: Mapping[str, Operation],
    assumptions: AbstractSet[str],
) -> Subject:
    return Subject(
        files.bundle.procedure_id,
        files.settings(),
        files.diagrams(),
        files.models(),
        files.clauses(),
        forms,
        operations,
        assumptions,
        files.handling(),
    )


def _is_of_the_drawing(finding: Finding) -> bool:
    """Tell whether an error makes it pointless to walk the paths of the diagrams."""
    is_drawn = finding.rule.startswith(("structure.", "soundness."))
    return finding.severity is Severity.ERROR and is_drawn and finding.rule not in _ASIDE


def _cited(
    found: Iterable[Finding], subject: Subject, articles: Mapping[str, str]
) -> Iterator[Finding]:
    """Yield the findings, those on a node with the articles of the clauses that it realises."""
    of_node = {
        (subject.file_of.get(node.process_id, ""), node.id): "、".join(
            dict.fromkeys(articles[each] for each in node.clauses if articles.get(each))
        )
        for node in subject.nodes()
    }
    for each in found:
        yield replace(each, article=each.article or of_node.get((each.file, each.element_id), ""))


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
