"""An agency's own words for events, written by its process owners. Every version is kept.

There is no second person for a text, as there is none for a procedure's other parameters: a
change is recorded with its reason and its author, and the versions before it stay.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services import policies, procedures
from services.actors import Actor
from services.db.models import NotificationText, Party, Person, Procedure
from services.errors import ConflictError, InvalidError, NotFoundError
from services.notifications.events import Event, Texts, event, sample
from services.notifications.wording import LANGUAGES, filled, places_in
from services.runtime import Runtime

MAX_BODY = 2000


@dataclass(frozen=True, slots=True)
class Wording:
    """What is proposed for an event in a language; both None: back to the default."""

    event: str
    language: str
    subject: str | None
    body: str | None


def own(session: Session, agency_id: UUID | None, name: str) -> Mapping[str, Texts]:
    """Return an agency's own texts of one event, as they hold now."""
    if agency_id is None:
        return {}
    found = {
        row.language: {"subject": row.subject, "body": row.body or ""}
        for row in _newest(session, agency_id, name)
        if row.subject is not None
    }
    return {name: found} if found else {}


def _newest(session: Session, agency_id: UUID, name: str | None = None) -> list[NotificationText]:
    """Return the newest version of each event and language that an agency has written."""
    row = NotificationText
    newest = (
        select(row.event, row.language, func.max(row.version).label("version"))
        .where(row.agency_id == agency_id, *([row.event == name] if name else []))
        .group_by(row.event, row.language)
        .subquery()
    )
    query = select(row).join(
        newest,
        (row.event == newest.c.event)
        & (row.language == newest.c.language)
        & (row.version == newest.c.version),
    )
    return list(session.scalars(query.where(row.agency_id == agency_id)))


def listed(
    session: Session, runtime: Runtime, actor: Actor, agency_id: UUID
) -> list[dict[str, Any]]:
    """Return every event with its places, its default texts, and the agency's own.

    For the agency's process owners. Raises NotAllowedError, NotFoundError.
    """
    policies.own_procedures(actor, [agency_id]).require()
    written = {(row.event, row.language): row for row in _newest(session, agency_id)}
    defaults = _defaults(session, runtime, agency_id)
    names = [*runtime.library.notifications["events"], *defaults]
    return [
        _shown(event(runtime.library.notifications, name), defaults.get(name) or {}, written)
        for name in dict.fromkeys(names)
    ]


def _defaults(session: Session, runtime: Runtime, agency_id: UUID) -> dict[str, Texts]:
    """Return the texts of the agency's jurisdiction, as its newest bundles have them."""
    agency = session.get(Party, agency_id)
    if agency is None:
        raise NotFoundError("没有这个机关")
    rows = session.scalars(
        select(Procedure.bundle_hash)
        .where(Procedure.jurisdiction == agency.data.get("jurisdiction"))
        .order_by(Procedure.id)
    )
    found: dict[str, Texts] = {}
    for bundle_hash in rows:
        given = procedures.ready(session, bundle_hash).opened.procedure.get("notifications") or {}
        found = {**given, **found}
    return found


def _shown(
    one: Event, given: Texts, written: Mapping[tuple[str, str], NotificationText]
) -> dict[str, Any]:
    return {
        "event": one.name,
        "label": one.label,
        "is_statutory": one.is_statutory,
        "is_urgent": one.is_urgent,
        "places": one.places,
        "texts": [
            _text(one, given, written.get((one.name, language)), language) for language in LANGUAGES
        ],
    }


def _text(one: Event, given: Texts, row: NotificationText | None, language: str) -> dict[str, Any]:
    default = given.get(language) or one.texts.get(language) or {"subject": "", "body": ""}
    is_own = row is not None and row.subject is not None
    return {
        "language": language,
        "default_subject": default["subject"],
        "default_body": default["body"],
        "subject": row.subject if row is not None and is_own else default["subject"],
        "body": row.body if row is not None and is_own else default["body"],
        "is_own": is_own,
        "version": row.version if row is not None else 0,
    }


def check(runtime: Runtime, wanted: Wording) -> Event:
    """Return the event once its text has only places it knows. Raises NotFoundError, InvalidError."""
    if wanted.event not in runtime.library.notifications["events"]:
        raise NotFoundError("没有这个通知事项")
    about = event(runtime.library.notifications, wanted.event)
    if (wanted.subject is None) != (wanted.body is None):
        raise InvalidError("文本不全", {"body": ["标题和正文请都填写；恢复默认的，都不填"]})
    known = {place.name for place in about.places}
    problems = {
        name: [_unknown(places_in(text) - known, known)]
        for name, text in (("subject", wanted.subject), ("body", wanted.body))
        if text is not None and places_in(text) - known
    }
    if problems:
        raise InvalidError("文本里有这一事项没有的填空", problems)
    return about


def _unknown(wrong: set[str], known: set[str]) -> str:
    said = "、".join(f"{{{name}}}" for name in sorted(wrong))
    may = "、".join(f"{{{name}}}" for name in sorted(known))
    return f"没有填空 {said}；可以用 {may}"


def preview(runtime: Runtime, wanted: Wording) -> dict[str, str]:
    """Return a text with sample values in its places. Raises NotFoundError, InvalidError."""
    about = check(runtime, wanted)
    values = sample(about)
    return {
        "subject": filled(wanted.subject or "", values),
        "body": filled(wanted.body or "", values),
    }


def write(
    session: Session,
    runtime: Runtime,
    actor: Actor,
    *,
    agency_id: UUID,
    wanted: Wording,
    base_version: int,
    reason: str,
) -> dict[str, Any]:
    """Add the next version of an agency's text; it holds for what is told from now on.

    ``base_version`` is the version that was edited: a version written meanwhile is refused as a
    conflict. Raises NotAllowedError, NotFoundError, InvalidError, ConflictError.
    """
    policies.own_procedures(actor, [agency_id]).require()
    check(runtime, wanted)
    rows = _history(session, agency_id, wanted.event)
    last = max((row.version for row, _name in rows if row.language == wanted.language), default=0)
    _require_newest(last, base_version)
    row = NotificationText(
        agency_id=agency_id,
        event=wanted.event,
        language=wanted.language,
        version=last + 1,
        subject=wanted.subject,
        body=wanted.body,
        reason=reason,
        made_by=actor.person_id,
        made_at=runtime.clock.now(),
    )
    session.add(row)
    session.flush()
    return _version(row, actor.name)


def _require_newest(last: int, base: int) -> None:
    if last != base:
        text = f"这份文本已经有第 {last} 版，请刷新后在新版上修改"
        raise ConflictError(text, "TEXT_CHANGED", version=last)


def history(session: Session, actor: Actor, agency_id: UUID, name: str) -> list[dict[str, Any]]:
    """Return all versions of an agency's text of an event, newest first. Raises NotAllowedError."""
    policies.own_procedures(actor, [agency_id]).require()
    return [_version(row, person) for row, person in _history(session, agency_id, name)]


def _history(session: Session, agency_id: UUID, name: str) -> list[tuple[NotificationText, str]]:
    rows = session.execute(
        select(NotificationText, Person.name)
        .join(Person, Person.id == NotificationText.made_by)
        .where(NotificationText.agency_id == agency_id, NotificationText.event == name)
        .order_by(NotificationText.made_at.desc(), NotificationText.version.desc())
    )
    return [(row, person) for row, person in rows]


def _version(row: NotificationText, person: str) -> dict[str, Any]:
    return {
        "language": row.language,
        "version": row.version,
        "subject": row.subject,
        "body": row.body,
        "reason": row.reason,
        "by": person,
        "at": row.made_at,
    }
