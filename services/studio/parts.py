"""A draft takes over from the library what it begins to use: processes, tables, forms, parameters."""

import json
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from services import procedures
from services.actors import Actor
from services.db.models import ProcedureDraft
from services.runtime import Runtime
from services.studio import drafts, files, locks
from services.studio.files import Hand
from workflows.bundles import Parts, Wanted, bounds, roles_named, take
from workflows.bundles.bundle import PROCEDURE_FILE
from workflows.diagrams import DiagramError, read_diagram

Row = dict[str, Any]


def of_library(
    runtime: Runtime,
    draft: Mapping[str, Any],
    *,
    processes: Iterable[str] = (),
    decisions: Iterable[str] = (),
    forms: Iterable[str] = (),
) -> Parts:
    """Return what the library has for a draft; reads the disk, so outside of any transaction."""
    wanted = Wanted(tuple(processes), tuple(decisions), tuple(forms))
    return take(runtime.library, draft["jurisdiction"], draft["profile"], wanted)


def about(session: Session, actor: Actor, draft_id: UUID) -> Row:
    """Return what of a draft decides on its parts. Raises NotFoundError."""
    draft = drafts.find(session, actor, draft_id)
    settings = _settings(files.content(session, draft))
    profile = (settings.get("procedure") or {}).get("profile") or {}
    return {"jurisdiction": draft.jurisdiction, "profile": profile}


def add(session: Session, runtime: Runtime, actor: Actor, draft_id: UUID, parts: Parts) -> Row:
    """Put what a draft lacks of ``parts`` into it; what it has stays as it is.

    Returns the paths and parameters that came. Asked a second time nothing comes. Raises
    NotFoundError, ConflictError (closed, LOCKED).
    """
    draft = drafts.lock_for_editing(session, actor, draft_id)
    hand = Hand(actor.person_id, runtime.clock.now())
    own = files.content(session, draft)
    new = {path: data for path, data in parts.files.items() if _is_new(own, path, data)}
    settings = _settings(own)
    parameters = _add_settings(settings, parts, new)
    if parameters["parameters"] or parameters["roles"]:
        new[PROCEDURE_FILE] = _text(settings, own.get(PROCEDURE_FILE, b""))
    locks.require_free(session, draft, hand, files.pairs(own, {**own, **new}))
    heads = files.heads(session, draft)
    for path, data in sorted(new.items()):
        blob = procedures.keep_blob(session, data)
        files.put(session, draft, hand, path, blob, heads.get(path))
    came = {"files": sorted(new.keys() - {PROCEDURE_FILE}), **parameters}
    if new:
        _record(session, runtime, actor, draft, came)
    return {key: came[key] for key in ("files", "parameters")}


def _record(
    session: Session, runtime: Runtime, actor: Actor, draft: ProcedureDraft, came: Row
) -> None:
    drafts.record(session, runtime, actor, draft, "draft.part_taken", came)


def _is_new(own: Mapping[str, bytes], path: str, data: bytes) -> bool:
    """Tell whether a draft has neither the file nor, in another file, the process drawn in it."""
    if path in own:
        return False
    drawn = _drawn({path: data})
    return not drawn or not drawn & _drawn(own)


def _drawn(contents: Mapping[str, bytes]) -> set[str]:
    found: set[str] = set()
    for path, data in contents.items():
        if path.endswith(".bpmn"):
            try:
                found |= read_diagram(data).processes.keys()
            except DiagramError:
                continue
    return found


def _settings(contents: Mapping[str, bytes]) -> Row:
    try:
        return dict(bounds.read_settings(contents.get(PROCEDURE_FILE, b"")))
    except bounds.SettingsError:
        return {}


def _add_settings(settings: Row, parts: Parts, new: Mapping[str, bytes]) -> Row:
    """Add parameters and roles to the settings that lack them; return which."""
    procedure = settings.setdefault("procedure", {})
    profile = procedure.setdefault("profile", {}) or {}
    missing = {key: entry for key, entry in parts.parameters.items() if key not in profile}
    procedure["profile"] = {**profile, **missing}
    known = {**(settings.get("roles") or {}), **(procedure.get("roles") or {})}
    named = roles_named(new) - known.keys()
    roles = {key: parts.roles[key] for key in sorted(named & parts.roles.keys())}
    if roles:
        procedure["roles"] = {**(procedure.get("roles") or {}), **roles}
    return {"parameters": sorted(missing), "roles": sorted(roles)}


def _text(settings: Row, before: bytes) -> bytes:
    """Return the settings as text, in lines where they were."""
    indent = 2 if b"\n" in before.strip() else None
    return json.dumps(settings, ensure_ascii=False, indent=indent).encode()
