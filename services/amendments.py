"""Amendment of a regulation: what of the jurisdiction's procedures and cases it touches."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services import policies, procedures, views
from services.actors import Actor
from services.db.models import Case, CaseStatus, Procedure
from services.errors import InvalidError, NotFoundError
from services.runtime import Runtime
from services.service_tasks.catalogue import CATALOGUE
from workflows import dmn, strict_yaml
from workflows.bundles import read_yaml
from workflows.verification import Subject, amendments

_TEXTS = frozenset({"id", "article", "strength", "text", "not_modelled"})
_KNOWN = _TEXTS | {"realised_by"}


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
    session: Session,
    runtime: Runtime,
    actor: Actor,
    code: str,
    *,
    clauses: Sequence[str],
    proposed: str | None,
) -> dict[str, Any]:
    """As ``impact``, for a process owner of the jurisdiction; ``proposed`` is the list's text.

    Nothing of it is read for anybody else. Raises NotAllowedError too.
    """
    if code not in runtime.library.jurisdictions:
        raise NotFoundError("没有这个辖区")
    policies.own_procedures(actor, procedures.agencies(session, code)).require()
    rows = None if proposed is None else read_clauses(proposed)
    return impact(session, runtime, code, clauses=clauses, proposed=rows)


def read_clauses(text: str) -> list[Mapping[str, Any]]:
    """Return the rows of a version of clauses.yaml. Raises InvalidError."""
    try:
        rows = strict_yaml.read(text)
    except ValueError as error:
        why = "不是合法的 YAML，或者用了引用（*）、嵌套过深"
        raise InvalidError("条款清单读不出来", {"proposed": [why]}) from error
    if not isinstance(rows, list):
        raise InvalidError("条款清单读不出来", {"proposed": ["应为条款的列表"]})
    problems = [text for number, row in enumerate(rows, start=1) for text in _wrong(number, row)]
    if problems:
        raise InvalidError("条款清单有误", {"proposed": problems[:20]})
    return rows


def _wrong(number: int, row: Any) -> Iterable[str]:
    """Yield what is wrong with the form of one clause; nothing nested is ever looked into."""
    if not isinstance(row, dict) or not isinstance(row.get("id"), str):
        yield f"第 {number} 条没有编号（id），编号请加引号"
        return
    if not row.keys() <= _KNOWN:
        yield f"第 {number} 条有不认识的一项，可以用：{'、'.join(sorted(_KNOWN))}"
    for key in sorted(_TEXTS & row.keys()):
        if not isinstance(row[key], str):
            yield f"第 {number} 条的 {key} 应为文字"
    names = row.get("realised_by") or []
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        yield f"第 {number} 条的 realised_by 应为文字的列表"


def _rows(path: Path) -> list[Mapping[str, Any]]:
    return list(read_yaml(path)) if path.exists() else []


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
