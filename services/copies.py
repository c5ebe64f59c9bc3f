"""抄送: a case brought to the notice of people who see it already; the sender sees who has read it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, or_, select, tuple_
from sqlalchemy.orm import Session

from services import audit, case_pages, notifications, policies, procedures
from services.actors import Actor
from services.cases.environment import CaseWorld
from services.db.models import Case, CaseAccess, Copy, CopyReceipt, Membership, Party, Person
from services.errors import InvalidError, NotFoundError
from services.lookup import get_case, lock_case
from services.runtime import Runtime

MOST_CANDIDATES = 50


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page begins: after the copy sent then, with this id."""

    sent_at: datetime
    copy_id: UUID


def candidates(session: Session, actor: Actor, case_id: UUID, text: str) -> list[dict[str, Any]]:
    """Return to whom the actor may send a copy: people of the parties that the case is with.

    For officials. Raises NotFoundError, NotAllowedError.
    """
    case = case_pages.visible(session, actor, case_id)
    policies.still_with(session, actor, case).require()
    rows = session.execute(
        _readers(case)
        .where(
            Person.id != actor.person_id,
            or_(
                Person.name.contains(text, autoescape=True),
                Party.name.contains(text, autoescape=True),
            ),
        )
        .order_by(Party.name, Person.name, Person.id)
        .limit(MOST_CANDIDATES)
    )
    return [{"id": person_id, "name": name, "party": party} for person_id, name, party in rows]


def _readers(case: Case) -> Select[UUID, str, str]:
    """Return the people of the parties that see the case whole, with name and party, each once."""
    return (
        select(Person.id, Person.name, Party.name)
        .join(Membership, Membership.person_id == Person.id)
        .join(CaseAccess, CaseAccess.party_id == Membership.party_id)
        .join(Party, Party.id == CaseAccess.party_id)
        .where(CaseAccess.case_id == case.id, CaseAccess.until.is_(None), Person.is_active)
        .distinct()
    )


def send(
    session: Session,
    runtime: Runtime,
    actor: Actor,
    case_id: UUID,
    *,
    people: list[UUID],
    note: str | None,
) -> dict[str, Any]:
    """Send a copy to people who see the case already; nobody comes to see it by this.

    Raises NotFoundError, NotAllowedError (only officials it is with), InvalidError.
    """
    case = lock_case(session, case_id)
    policies.see_case(session, actor, case)
    policies.still_with(session, actor, case).require()
    wanted = set(people) - {actor.person_id}
    allowed = {row[0] for row in session.execute(_readers(case).where(Person.id.in_(wanted)))}
    if not wanted or allowed != wanted:
        text = "只能抄送给已经可以看到本办件的人员，请从列表中选择"
        raise InvalidError(text, {"people": [text]})
    world = CaseWorld(session, runtime, case, procedures.ready(session, case.bundle_hash), actor)
    row = Copy(case_id=case.id, sender_id=actor.person_id, note=note, sent_at=world.now)
    session.add(row)
    session.flush()
    session.add_all(
        CopyReceipt(copy_id=row.id, person_id=person, sent_at=world.now) for person in wanted
    )
    data = {"case_title": case.title, "person": actor.name, "note": note or ""}
    notifications.notify(world, wanted, "case_copied", data, key=f"copy:{row.id}")
    audit.append(
        session,
        case,
        at=world.now,
        actor=actor.key,
        what="case.copied",
        payload={"copy": str(row.id), "to": sorted(str(person) for person in wanted), "note": note},
    )
    session.flush()
    return _sent(session, row)


def sent(session: Session, actor: Actor, case_id: UUID) -> list[dict[str, Any]]:
    """Return the copies that the actor sent of a case, newest first, with who read them when."""
    case = case_pages.visible(session, actor, case_id)
    rows = session.scalars(
        select(Copy)
        .where(Copy.case_id == case.id, Copy.sender_id == actor.person_id)
        .order_by(Copy.sent_at.desc(), Copy.id)
    )
    return [_sent(session, row) for row in rows]


def _sent(session: Session, row: Copy) -> dict[str, Any]:
    receipts = session.execute(
        select(Person.name, CopyReceipt.read_at)
        .join(Person, Person.id == CopyReceipt.person_id)
        .where(CopyReceipt.copy_id == row.id)
        .order_by(Person.name)
    )
    return {
        "id": row.id,
        "note": row.note,
        "sent_at": row.sent_at,
        "receipts": [{"person": name, "read_at": read_at} for name, read_at in receipts],
    }


def received(
    session: Session, actor: Actor, *, after: Place | None, limit: int
) -> list[dict[str, Any]]:
    """Return the copies the actor got of cases they still see, newest first."""
    query = _mine(actor, CopyReceipt, Copy, Case, Person.name).join(
        Person, Person.id == Copy.sender_id
    )
    if after is not None:
        place = tuple_(CopyReceipt.sent_at, CopyReceipt.copy_id)
        query = query.where(place < (after.sent_at, after.copy_id))
    newest = (CopyReceipt.sent_at.desc(), CopyReceipt.copy_id.desc())
    rows = session.execute(query.order_by(*newest).limit(limit))
    return [_received(session, actor, *row) for row in rows]


def _mine(actor: Actor, *what: Any) -> Select[Any]:
    seen = select(CaseAccess.case_id).where(CaseAccess.party_id.in_(actor.parties))
    return (
        select(*what)
        .select_from(CopyReceipt)
        .join(Copy, Copy.id == CopyReceipt.copy_id)
        .join(Case, Case.id == Copy.case_id)
        .where(CopyReceipt.person_id == actor.person_id, Case.id.in_(seen))
    )


def _received(
    session: Session, actor: Actor, receipt: CopyReceipt, copy: Copy, case: Case, sender: str
) -> dict[str, Any]:
    return {
        "id": copy.id,
        "case": case_pages.shown(session, actor, case),
        "sender": sender,
        "note": copy.note,
        "sent_at": receipt.sent_at,
        "read_at": receipt.read_at,
    }


def unread(session: Session, actor: Actor) -> int:
    """Count the copies that the actor has not read, of cases they still see."""
    query = _mine(actor, func.count()).where(CopyReceipt.read_at.is_(None))
    return int(session.scalar(query) or 0)


def read(session: Session, runtime: Runtime, actor: Actor, copy_id: UUID) -> dict[str, Any]:
    """Set the receipt; the second time changes nothing. Raises NotFoundError."""
    receipt = session.get(CopyReceipt, (copy_id, actor.person_id), with_for_update=True)
    copy = session.get(Copy, copy_id)
    if receipt is None or copy is None:
        raise NotFoundError("没有这份抄送")
    case = get_case(session, copy.case_id)
    policies.see_case(session, actor, case)
    if receipt.read_at is None:
        receipt.read_at = runtime.now(case)
        session.flush()
    sender = session.get_one(Person, copy.sender_id).name
    return _received(session, actor, receipt, copy, case, sender)
