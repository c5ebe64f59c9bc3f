"""Checks of the templates of official papers: that they can be read, and that their names exist."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches

from workflows.bundles import Bundle
from workflows.documents import FOLDER, Template, TemplateError, read_template
from workflows.verification.findings import Finding, Severity
from workflows.verification.subjects import Subject

# what a template reads besides the case document
GIVEN = frozenset(
    {
        "answers",
        "case",
        "profile",
        "legal_basis",
        "agency",
        "issued",
        "task",
        "outcome",
        "key",
        "item",
        "row_number",
        "findings",
        "defects",
        "register",
        "shown",
        "jurisdiction",
        "procedure",
        "draft",
        "public_url",
    }
)


def check(bundle: Bundle, subject: Subject) -> Iterator[Finding]:
    """Yield what is wrong with the templates of a bundle."""
    known = GIVEN | _data_names(subject)
    codes = {n.activity_code for n in subject.nodes()} | {n.id for n in subject.nodes()}
    for path, data in sorted(bundle.under(FOLDER).items()):
        try:
            template = read_template(data)
        except TemplateError as error:
            yield Finding(Severity.ERROR, "document.unreadable", path, "", str(error))
            continue
        if template.on is not None and template.on not in codes:
            message = f"本事项没有活动“{template.on}”，文书“{template.name}”永远不会出具"
            yield Finding(Severity.ERROR, "document.activity-unknown", path, template.id, message)
        yield from _names(path, template, known, subject)


def _data_names(subject: Subject) -> frozenset[str]:
    keys = {n.data_key or n.id for n in subject.nodes()}
    inputs = {name for n in subject.nodes() for name in n.inputs}
    return frozenset(keys | inputs)


def _names(
    path: str, template: Template, known: frozenset[str], subject: Subject
) -> Iterator[Finding]:
    fields = _fields_at(template, subject)
    for expression, bound in template.expressions():
        for name in sorted(expression.names()):
            message = _unknown(name, known | bound, fields)
            if message:
                yield Finding(Severity.ERROR, "document.name-unknown", path, template.id, message)


def _unknown(
    name: tuple[str, ...], known: frozenset[str], fields: frozenset[str] | None
) -> str | None:
    root, *rest = name
    if root not in known:
        return f"没有名为“{root}”的数据{_near(root, known)}"
    if root == "answers" and fields is not None and rest and rest[0] not in fields:
        return f"“answers.{rest[0]}”不是该活动表单的字段{_near(rest[0], fields)}"
    return None


def _fields_at(template: Template, subject: Subject) -> frozenset[str] | None:
    """Return what the activity's forms ask, or None where it is no form that writes there."""
    found: set[str] = {"by", "at", "round"}
    for node in subject.nodes():
        if template.on not in {node.activity_code, node.id} or template.on is None:
            continue
        if node.kind in {"callActivity", "subProcess"}:
            continue
        form = subject.form_of(node)
        if form is None or node.kind != "userTask":
            return None
        found |= {field.path.split(".")[0].removesuffix("[]") for field in form.fields}
    return frozenset(found)


def _near(name: str, known: Mapping[str, object] | frozenset[str]) -> str:
    found = get_close_matches(name, sorted(known), n=1)
    return f"，是否指“{found[0]}”？" if found else ""
