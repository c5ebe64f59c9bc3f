"""Issuing papers: in the step that completes the activity their template names."""

from collections import ChainMap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import select

from forms.printing import print_form, shown
from services.audit import canonical_hash
from services.db.models import Document, File, Party, Task
from services.documents import scopes
from services.errors import NotFoundError
from services.numbers import next_value
from workflows import feel
from workflows.documents import Filling, Template
from workflows.engine import Passage, Step
from workflows.errors import IncidentError

if TYPE_CHECKING:
    from services.cases.environment import CaseWorld

REHEARSAL_MARK = "演练"
_AROUND_OTHERS = frozenset({"callActivity", "subProcess"})  # share the code of what is inside


@dataclass(frozen=True)
class _Due:
    """A paper to be issued."""

    template: Template
    passage: Passage
    scope: Mapping[str, Any]
    agency: Party | None

    @property
    def series(self) -> str | None:
        """The series of its number; papers with a given number or none have no series."""
        if self.template.number is None:
            return None
        code = self.agency.code if self.agency else ""
        return f"{code}:{self.template.kind}:{self.template.number}"


def issue(world: "CaseWorld", step: Step) -> list[Document]:
    """Issue what the step's completed activities call for; the papers, oldest first.

    The caller holds the case's lock and owns the transaction; a number drawn is given back by a
    roll-back. Counters are locked in one order, that of their series, so that two cases that
    issue at once never wait for each other. Raises IncidentError when a template cannot be filled.
    """
    due = [each for passage in step.passages for each in _due(world, step, passage)]
    rows = [_issued(world, each) for each in sorted(due, key=lambda each: each.series or "")]
    if rows:
        world.session.add_all(rows)
        world.session.flush()
    return rows


def _due(world: "CaseWorld", step: Step, passage: Passage) -> Iterator[_Due]:
    node = passage.node
    if passage.event != "completed":
        return
    wanted = {node.id} if node.kind in _AROUND_OTHERS else {node.activity_code, node.id}
    templates = world.ready.opened.templates.values()
    found = [t for t in templates if t.on is not None and t.on in wanted]
    scope = scopes.at_passage(world, step.document, passage) if found else {}
    for template in found:
        with _incident(template, passage):
            if Filling(template, scope, world.context).applies():
                yield _Due(template, passage, scope, _agency(world, template, passage, scope))


def _agency(
    world: "CaseWorld", template: Template, passage: Passage, scope: Mapping[str, Any]
) -> Party | None:
    given = template.issuer
    role = str(given.evaluate(scope, world.context)) if given is not None else None
    return scopes.issuer(world, passage, role)


def _issued(world: "CaseWorld", due: _Due) -> Document:
    template, case = due.template, world.case
    with _incident(template, due.passage):
        series, sequence, number = _number(world, due)
        names: dict[str, Any] = {
            "agency": scopes.as_names(due.agency),
            "issued": {"number": number, "on": world.today.isoformat()},
            "public_url": world.runtime.settings.public_url.rstrip("/"),
        }
        form = form_of(world, due.passage)
        names["shown"] = shown(form, due.scope["answers"] or {}) if form is not None else {}
        scope = ChainMap(names, due.scope)  # type: ignore[arg-type]
        filling = Filling(template, scope, world.context, lambda out: _form(world, due, out))
        content: dict[str, Any] = {
            "title": filling.text(template.title),
            "number": number,
            "marks": [REHEARSAL_MARK] if case.is_rehearsal else [],
            "blocks": filling.blocks(),
        }
    return Document(
        case_id=case.id,
        task_id=due.passage.task_id,
        template=template.id,
        kind=template.kind,
        name=template.name,
        title=content["title"][:200],
        series=series,
        sequence=sequence,
        number=number,
        agency_id=scopes.party_id(due.agency),
        audience=list(template.audience),
        content=content,
        content_sha256=canonical_hash(content).hex(),
        issued_at=world.now,
        issued_by=world.actor.person_id if world.actor else None,
        is_rehearsal=case.is_rehearsal,
    )


def _number(world: "CaseWorld", due: _Due) -> tuple[str | None, int | None, str | None]:
    """Draw the next number of the agency's series of the year, or take the one given."""
    template = due.template
    if template.number_from is not None:
        given = template.number_from.evaluate(due.scope, world.context)
        return None, None, str(given) if given is not None else None
    if template.number is None or due.agency is None:
        return None, None, None
    year, prefix = str(world.today.year), "YL:" if world.case.is_rehearsal else ""
    series = f"{prefix}{due.agency.code}:{template.kind}:{year}"[:120]
    value = next_value(world.session, f"document:{series}"[:120])
    scope = ChainMap({"agency": scopes.as_names(due.agency)}, due.scope)  # type: ignore[arg-type]
    text = Filling(template, scope, world.context).text(template.number)
    text = text.replace("{year}", year).replace("{seq}", str(value))
    return series, value, (REHEARSAL_MARK if world.case.is_rehearsal else "") + text


def _form(world: "CaseWorld", due: _Due, leave_out: frozenset[str]) -> list[dict[str, Any]]:
    """Print the form that the activity asked, as it was answered."""
    task_form = form_of(world, due.passage)
    if task_form is None:
        return []
    answers = dict(due.scope["answers"] or {})
    names = file_names(world, task_form.file_ids(answers))
    return print_form(
        task_form, answers, name_of=lambda each: names.get(each, "附件"), leave_out=leave_out
    )


def form_of(world: "CaseWorld", passage: Passage) -> Any:
    """Return the compiled form of the task that was completed, or None where it was no task."""
    task = world.session.get(Task, passage.task_id)
    if task is None:
        return None
    try:
        return world.ready.form_of(task)
    except NotFoundError:
        return None


def file_names(world: "CaseWorld", ids: list[str]) -> dict[str, str]:
    """Return the names of attachments by id."""
    rows = world.session.execute(
        select(File.id, File.name).where(File.id.in_([UUID(each) for each in ids]))
    )
    return {str(file_id): name for file_id, name in rows}


class _incident:  # noqa: N801 - reads as a statement
    """Turn a template that cannot be filled into an incident of its case."""

    def __init__(self, template: Template, passage: Passage) -> None:
        self._template, self._passage = template, passage

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: Any, error: BaseException | None, _trace: Any) -> None:
        if isinstance(error, feel.FeelError):
            message = f"文书“{self._template.name}”无法生成：{error}"
            raise IncidentError("DOCUMENT", self._passage.node.id, message) from error
