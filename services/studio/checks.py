"""What stands between a draft and its publication: the checks of a bundle, and of the law as a whole."""

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

import forms
from services import checking, procedures
from services.db.models import Procedure, ProcedureDraft
from services.errors import ConflictError
from services.runtime import Runtime
from services.studio import files, readable
from workflows import strict_yaml
from workflows.bundles import Bundle, open_fresh
from workflows.verification import Things, check_law

Rows = list[dict[str, Any]]
_KEPT = 64
_FOUND: OrderedDict[str, Rows] = OrderedDict()
_LOCK = Lock()


@dataclass(frozen=True)
class Material:
    """What a check looks at, read from the database beforehand: the checks take no transaction."""

    bundle: Bundle
    others: tuple[procedures.Ready, ...]

    @property
    def key(self) -> str:
        """Return what stands for all of it."""
        sums = sorted(
            f"{path} {sha256(data).hexdigest()}" for path, data in self.bundle.files.items()
        )
        others = [ready.opened.bundle.hash for ready in self.others]
        parts = [checking.version(), self.bundle.procedure_id, *sums, *others]
        return sha256("\n".join(parts).encode()).hexdigest()


def material(
    session: Session, draft: ProcedureDraft, edits: Mapping[str, str] | None = None
) -> Material:
    """Return a draft with ``edits`` (path to text) that are not saved yet, and what it stands beside.

    Raises InvalidError for edits that cannot be read as what their names say.
    """
    contents = files.content(session, draft)
    for path, text in (edits or {}).items():
        readable.require_path(path)
        readable.require_content(path, text.encode())
        contents[path] = text.encode()
    others = others_of(session, draft.jurisdiction, draft.procedure_id)
    return Material(Bundle(draft.procedure_id, contents), others)


def findings(runtime: Runtime, given: Material) -> Rows:
    """Return what is wrong; asked again for the same it is remembered."""
    key = given.key
    with _LOCK:
        if key in _FOUND:
            _FOUND.move_to_end(key)
            return _FOUND[key]
    found = _checked(runtime, given)
    with _LOCK:
        _FOUND[key] = found
        while len(_FOUND) > _KEPT:
            _FOUND.popitem(last=False)
    return found


def require_clean(session: Session, runtime: Runtime, draft: ProcedureDraft) -> None:
    """Refuse a draft with an error finding. Raises ConflictError with the findings.

    Who has asked for the findings before holds no transaction up here.
    """
    found = findings(runtime, material(session, draft))
    errors = [row for row in found if row["severity"] == "error"]
    if errors:
        text = f"有 {len(errors)} 项错误，不能送审或发布：{errors[0]['message']}"
        raise ConflictError(text, "FINDINGS", findings=errors[:50])


def others_of(
    session: Session, jurisdiction: str, procedure_id: str
) -> tuple[procedures.Ready, ...]:
    """Return the other procedures of a jurisdiction, whose steps realise its clauses too."""
    rows = session.scalars(
        select(Procedure.bundle_hash)
        .where(Procedure.jurisdiction == jurisdiction, Procedure.id != procedure_id)
        .order_by(Procedure.id)
    )
    return tuple(procedures.ready(session, each) for each in rows)


def _checked(runtime: Runtime, given: Material) -> Rows:
    found = checking.check_one(given.bundle, runtime.library.assumptions.keys())
    if not any(row["severity"] == "error" for row in found):
        found = found + _law(runtime, given)
    return found


def _law(runtime: Runtime, given: Material) -> Rows:
    """Check the clauses of the jurisdiction against all its procedures, this one as drafted."""
    things = Things()
    things.add(open_fresh(given.bundle))
    _add_forms(things, given.bundle)
    for ready in given.others:
        things.add(ready.opened)
        for form in ready.forms.values():
            things.add_form(form.id, form)
    for path in sorted(forms_on_disk(runtime, given.bundle)):
        form = forms.load(path)
        things.add_form(form.id, form)
    clauses, invariants = (_rows(given.bundle, n) for n in ("clauses.yaml", "invariants.yaml"))
    found = check_law(clauses, invariants, things)
    return [checking.as_row(given.bundle.procedure_id, each) for each in found]


def _add_forms(things: Things, bundle: Bundle) -> None:
    for data in bundle.under("forms").values():
        form = forms.compiled(data)
        things.add_form(form.id, form)


def forms_on_disk(runtime: Runtime, bundle: Bundle) -> Iterable[Path]:
    """Return the jurisdiction's forms on disk: some clauses are realised by one no node names."""
    code = bundle.procedure_id.partition(".")[0]
    jurisdiction = runtime.library.jurisdictions.get(code)
    return jurisdiction.forms_folder.glob("*.json") if jurisdiction else ()


def _rows(bundle: Bundle, name: str) -> Any:
    return strict_yaml.read(bundle.files.get(name, b"[]").decode()) or []
