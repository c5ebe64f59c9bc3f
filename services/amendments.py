"""Amendment of a regulation: what of the jurisdiction's procedures and cases it touches."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import yaml
from sqlalchemy import select
from sqlalchemy.orm import Session

from services import policies, procedures, views
from services.actors import Actor
from services.db.models import Case, CaseStatus, Procedure
from services.errors import InvalidError, NotFoundError
from services.runtime import Runtime
from services.service_tasks.catalogue import CATALOGUE
from workflows import dmn
from workflows.verification import Subject, amendments

_KEYS = ("id", "article", "strength", "text", "realised_by", "not_modelled")


def impact(
    session: Session,
    runtime: Runtime,
    code: str,
    *,
    clauses: Sequence[str] = (),
    proposed: Sequence[Mapping[str, Any]] | None = None,
) -> dict[str, Any]:
    """Return what changes in the law touch: the clauses, things in the procedures, running cases.

    ``clauses`` are ids or articles of clauses that change, ``proposed`` a whole new version of the
    list. Reads only. Raises NotFoundError (jurisdiction), InvalidError (a clause that is not
    listed, or nothing that changes).
    """
    jurisdiction = runtime.library.jurisdictions.get(code)
    if jurisdiction is None:
        raise NotFoundError("没有这个辖区")
    rows = _rows(jurisdiction.folder / "clauses.yaml")
    try:
        amendment = amendments.of_clauses(rows, clauses)
    except LookupError as error:
        raise InvalidError("没有这些条款", {"clauses": [f"条款清单里没有：{error}"]}) from error
    changes = [(clause, "修改") for clause in sorted(amendment.ids)]
    if proposed is not None:
        amendment, changes = amendments.between(rows, proposed)
    if not changes:
        raise InvalidError("没有变化", {"clauses": ["请指明修改的条款，或者给出有修改的条款清单"]})
    invariants = _rows(jurisdiction.folder / "invariants.yaml")
    found = [
        each
        for procedure in _procedures(session, code)
        for each in amendments.touched(
            amendment, *_opened(session, runtime, procedure, rows), invariants
        )
    ]
    return {
        "changes": [{"clause": clause, "how": how} for clause, how in changes],
        "touched": [asdict(each) for each in found],
        "cases": list(_cases(session, found)),
    }


def for_owner(
    session: Session, runtime: Runtime, actor: Actor, code: str, **wanted: Any
) -> dict[str, Any]:
    """As ``impact``, for a process owner of the jurisdiction. Raises NotAllowedError too."""
    if code not in runtime.library.jurisdictions:
        raise NotFoundError("没有这个辖区")
    policies.own_procedures(actor, procedures.agencies(session, code)).require()
    return impact(session, runtime, code, **wanted)


def read_clauses(text: str) -> list[Mapping[str, Any]]:
    """Return the rows of a version of clauses.yaml. Raises InvalidError."""
    try:
        rows = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise InvalidError("条款清单读不出来", {"proposed": ["不是合法的 YAML"]}) from error
    if not isinstance(rows, list) or not all(isinstance(r, dict) and "id" in r for r in rows):
        raise InvalidError("条款清单读不出来", {"proposed": ["应为列表，每条都有 id"]})
    return rows


def _rows(path: Any) -> list[Mapping[str, Any]]:
    return read_clauses(path.read_text(encoding="utf-8")) if path.exists() else []


def _procedures(session: Session, code: str) -> Iterable[Procedure]:
    return session.scalars(
        select(Procedure).where(Procedure.jurisdiction == code).order_by(Procedure.id)
    )


def _opened(
    session: Session, runtime: Runtime, procedure: Procedure, rows: Iterable[Mapping[str, Any]]
) -> tuple[Any, Subject]:
    """Return the version of a procedure that new cases start with, as the checks see it."""
    ready = procedures.ready(session, procedure.bundle_hash)
    opened = ready.opened
    models = {path: dmn.parse(data) for path, data in opened.bundle.under("dmn").items()}
    clauses = frozenset(str(row["id"]) for row in rows)
    subject = Subject(
        procedure.id,
        opened.procedure,
        opened.diagrams,
        models,
        clauses,
        ready.forms,
        CATALOGUE,
        runtime.library.assumptions.keys(),
    )
    return opened, subject


def _cases(session: Session, found: Iterable[Any]) -> Iterable[dict[str, Any]]:
    """Yield the running cases that stand at a touched node, or have not passed all of them.

    A case that has every touched node behind it is not touched.
    """
    nodes: dict[str, set[str]] = {}
    for each in found:
        if each.kind == "node" and each.is_sure:
            nodes.setdefault(each.procedure, set()).add(each.element_id)
    rows = session.scalars(
        select(Case)
        .where(
            Case.procedure_id.in_(nodes),
            Case.status != CaseStatus.FINISHED,
            Case.is_rehearsal.is_(False),
        )
        .order_by(Case.number)
    )
    for case in rows:
        touched = nodes[case.procedure_id]
        at = sorted(touched & set(views.active(session, case.id)))
        ahead = sorted(touched - set(views.visited(session, case.id)))
        if at or ahead:
            yield {"number": case.number, "procedure": case.procedure_id, "at": at, "ahead": ahead}
