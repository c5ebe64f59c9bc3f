"""Drawing experts by public lot, and counting their opinions."""

from decimal import Decimal
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update

from services import audit
from services.db.models import AuditEntry, Expert, Party, Person, Task
from services.service_tasks.operation import Call


def draw(
    call: Call,
    *,
    fields: list[str],
    number: float,
    exclude_uscc: list[str],
    exclude_persons: list[str],
    keep: list[dict[str, Any]] | None,
) -> dict[str, Any]:
    """Draw experts until ``number`` are on the panel, those in ``keep`` included.

    Recusal (回避, ASM-P-12): nobody of a unit taking part. The lot: candidates are ordered by
    SHA-256 of the seed and their id, so that anyone can repeat the draw from the seed. Each draw
    stands in the audit chain with all that repeating it needs.
    """
    kept = list(keep or [])
    seed = sha256(_lot(call).encode()).hexdigest()[:16]
    candidates, excluded = [], []
    for expert, person in _pool(call, fields):
        identity = str(person.id)
        if any(k["person_id"] == identity for k in kept):
            continue
        reason = _conflict(expert, person, exclude_uscc, exclude_persons)
        if reason:
            excluded.append({"person_id": identity, "name": person.name, "reason": reason})
        else:
            candidates.append((identity, person.name, expert.unit_name))
    _recuse(call, [row["person_id"] for row in excluded])
    candidates.sort(key=lambda c: sha256(f"{seed}/{c[0]}".encode()).digest())
    pool = [
        {"person_id": identity, "name": name, "unit_name": unit}
        for identity, name, unit in candidates
    ]
    wanted = max(int(number) - len(kept), 0)
    drawn = pool[:wanted]
    lot = {"drawn": drawn, "seed": seed, "excluded": excluded, "shortfall": wanted - len(drawn)}
    _record(call, lot | {"fields": fields, "wanted": wanted, "kept": kept, "candidates": pool})
    return {"experts": kept + drawn, **lot}


def _lot(call: Call) -> str:
    """Return what nobody can know before the draw; a rehearsal told again draws the same."""
    case = call.world.case
    if not case.is_rehearsal:
        return f"{case.number}/{call.key}"
    drawn = select(func.count()).where(
        AuditEntry.case_id == case.id, AuditEntry.what == audit.EXPERTS_DRAWN
    )
    return f"{case.number}/{call.node.id}/{call.world.session.scalar(drawn)}"


def _record(call: Call, lot: dict[str, Any]) -> None:
    """Write down a draw: a later one replaces it in the case's document, not in the chain."""
    world = call.world
    audit.append(
        world.session,
        world.case,
        at=world.now,
        actor="system",
        what=audit.EXPERTS_DRAWN,
        payload={"node": call.node.id} | lot,
    )


def _recuse(call: Call, people: list[str]) -> None:
    """Whoever is excluded after being asked has no more part in the case."""
    world = call.world
    world.session.execute(
        update(Task)
        .where(Task.case_id == world.case.id, Task.person_id.in_([UUID(each) for each in people]))
        .values(recused_at=world.now)
    )


def _pool(call: Call, fields: list[str]) -> list[tuple[Expert, Person]]:
    """Return the pool's experts of a wanted field; of all fields if nobody has one."""
    rows = call.world.session.execute(
        select(Expert, Person)
        .join(Person, Person.id == Expert.person_id)
        .join(Party, Party.id == Expert.pool_id)
        .where(
            Person.is_active,
            Party.id.in_([party.id for party in call.world.parties.values()]),
        )
        .order_by(Person.login)
    ).all()
    pairs = [(expert, person) for expert, person in rows]
    return [pair for pair in pairs if set(fields) & set(pair[0].fields)] or pairs


def _conflict(expert: Expert, person: Person, uscc: list[str], names: list[str]) -> str | None:
    """Return why somebody may not be drawn; ``names`` holds ids and names of people and units."""
    if str(person.id) in names:
        return "已申请回避或已被替换"
    if person.name in names or expert.unit_name in names:
        return "组织方列明须回避"
    if expert.unit_uscc and expert.unit_uscc in uscc:
        return "来自参与单位"
    return None


def tally(_call: Call, *, opinions: list[dict[str, Any]], pass_share: float) -> dict[str, Any]:
    """Count the opinions: PASS if enough pass outright, CONDITIONAL if enough do so in all.

    An expert who gave no opinion counts in the total, never as consent.
    """
    votes = [entry.get("overall") for entry in opinions]
    passes, conditionals = votes.count("pass"), votes.count("conditional")
    total = len(votes)
    needed = Decimal(str(pass_share)) * total
    conclusion = "FAIL"
    if total and passes >= needed:
        conclusion = "PASS"
    elif total and passes + conditionals >= needed:
        conclusion = "CONDITIONAL"
    return {
        "pass": passes,
        "conditional": conditionals,
        "fail": votes.count("fail"),
        "absent": total - passes - conditionals - votes.count("fail"),
        "total": total,
        "share": round(passes / total, 4) if total else 0,
        "conclusion": conclusion,
    }
