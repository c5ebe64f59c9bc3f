"""Drafts that nobody has saved: files that a process owner sends to have them checked."""

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy.orm import Session

from services import checking, policies, procedures
from services.actors import Actor
from services.errors import InvalidError, TooLargeError
from services.runtime import Runtime
from services.studio import checks
from services.studio.checks import Material
from workflows.bundles import Bundle, bounds

MAX_BYTES: Final = sum(bounds.MAX_BYTES.values())
MAX_FINDINGS: Final = 500  # the worst come first
_MAX_TOLD = 20


def material(
    session: Session,
    actor: Actor,
    procedure_id: str,
    files: Mapping[str, str | None],
    *,
    is_whole: bool,
) -> Material:
    """Return what is to be checked, for a process owner of the procedure's jurisdiction.

    Unless ``is_whole``, the files lie on top of the version that new cases start with, and None
    takes one of these away. Raises NotFoundError, NotAllowedError, InvalidError, TooLargeError.
    """
    procedure = procedures.get(session, procedure_id)
    owners = procedures.agencies(session, procedure.jurisdiction)
    policies.own_procedures(actor, owners).require()
    _require_paths(files)
    below = {} if is_whole else procedures.read_bundle(session, procedure.bundle_hash).files
    given = {path: text.encode() for path, text in files.items() if text is not None}
    found = {p: data for p, data in ({**below, **given}).items() if files.get(p, "") is not None}
    if sum(map(len, found.values())) > MAX_BYTES:
        raise TooLargeError(f"流程包合计不能超过 {MAX_BYTES // 1_000_000} MB")
    others = checks.others_of(session, procedure.jurisdiction, procedure_id)
    return Material(Bundle(procedure_id, found), others)


def _require_paths(files: Mapping[str, str | None]) -> None:
    wrong = [path[: bounds.MAX_PATH] for path in files if not bounds.is_known(path)]
    if wrong:
        fields = {f"files.{path}": ["流程包里没有这个位置"] for path in wrong[:_MAX_TOLD]}
        raise InvalidError("流程包里的文件不对", fields)


def judged(runtime: Runtime, given: Material) -> dict[str, Any]:
    """Return the findings with their number; takes no session, for it may take seconds."""
    rows = checks.findings(runtime, given)
    number = Counter(row["severity"] for row in rows)
    return {
        "hash": given.key,
        "checker": checking.version(),
        "is_clean": number["error"] == 0,
        "counts": {name: number[name] for name in ("error", "warning", "info")},
        "findings": rows[:MAX_FINDINGS],
        "left_off": max(0, len(rows) - MAX_FINDINGS),
    }
