"""Many cases from a few: whole, with states that run on and chains that verify; PostgreSQL only.

A case played once is copied with ids of its own. Nothing is invented: each copy is what the same
acts would have left.
"""

import json
import re
import zlib
from base64 import b85decode, b85encode
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from hashlib import md5
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Connection, Table, Uuid, select

from services import audit
from services.backups import columns
from services.db.base import Base, PackedJson
from services.db.models import AuditEntry, Case

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_LEFT_OUT = {"case_snapshots", "anchored_heads", "documents", "handoffs_in", "handoffs_out"}
_HEAD = 4  # bytes before the packed part of a state
_AT_ONCE = 500
_PARAMETERS = 10_000  # of one statement; PostgreSQL takes 65,535


@dataclass
class Template:
    """One case with all its rows as they are stored, and the ids that are its own."""

    case_id: UUID
    rows: dict[str, list[dict[str, Any]]]
    own: set[UUID]
    number: str
    copies: int = field(default=0)


def template(connection: Connection, case_id: UUID) -> Template:
    """Read a case's rows. One that has issued papers or handed over cannot be copied."""
    rows: dict[str, list[dict[str, Any]]] = {}
    for table in Base.metadata.sorted_tables:
        key = "id" if table.name == "cases" else "case_id"
        if key not in table.c or table.name in _LEFT_OUT:
            continue
        query = select(*columns.raw_columns(table)).where(table.c[key] == case_id)
        found = [dict(row) for row in connection.execute(query).mappings()]
        if found:
            rows[table.name] = found
    [case] = rows["cases"]
    own = {case_id} | {r["id"] for each in rows.values() for r in each if "id" in r}
    own |= set(_state_ids(case["engine_state"])) if case["engine_state"] else set()
    own |= {row["task_id"] for row in rows.get("notices", [])}
    return Template(case_id, rows, own, case["number"])


def _state_ids(state: bytes) -> Iterable[UUID]:
    for level in json.loads(zlib.decompress(state[_HEAD:]))["levels"]:
        yield from (UUID(bytes=b85decode(t[4])) for t in level["tasks"] if t[4])


def multiply(
    connection: Connection, templates: list[Template], count: int, step: Callable[[int], None]
) -> list[UUID]:
    """Add ``count`` copies, turn by turn of the templates; their ids. Commits every 500."""
    connection.rollback()  # what was read for the templates; each batch is a transaction
    made: list[UUID] = []
    while len(made) < count:
        number = min(_AT_ONCE, count - len(made))
        batch: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for _ in range(number):
            chosen = templates[len(made) % len(templates)]
            made.append(_copy(chosen, batch))
        with connection.begin():
            _write(connection, batch)
        step(len(made))
    return made


def _copy(source: Template, batch: dict[str, list[dict[str, Any]]]) -> UUID:
    salt = uuid4().bytes
    source.copies += 1

    def new(old: UUID) -> UUID:
        return UUID(bytes=md5(old.bytes + salt).digest()) if old in source.own else old

    def in_text(text: str) -> str:
        return _UUID.sub(lambda found: str(new(UUID(found[0]))), text)

    copied = {
        name: [_row(Base.metadata.tables[name], row, new, in_text) for row in rows]
        for name, rows in source.rows.items()
    }
    for before, row in zip(source.rows.get("jobs", []), copied.get("jobs", []), strict=True):
        if row["dedupe_key"] == before["dedupe_key"]:  # names nothing of the case's own
            row["dedupe_key"] += f":{salt.hex()[:10]}"
    [case] = copied["cases"]
    for row in (case, *copied.get("notices", [])):
        row["number"] += f"-{salt.hex()[:10]}"
    if case["engine_state"]:
        case["engine_state"] = _state(case["engine_state"], new)
    _seal(copied, case)
    for name, rows in copied.items():
        batch[name] += rows
    return new(source.case_id)


def _row(
    table: Table, row: dict[str, Any], new: Callable[[UUID], UUID], in_text: Callable[[str], str]
) -> dict[str, Any]:
    found = {}
    for name, value in row.items():
        if value is None or name == "engine_state":
            found[name] = value
        elif isinstance(table.c[name].type, Uuid):
            found[name] = new(value)
        elif isinstance(table.c[name].type, PackedJson):
            text = zlib.decompress(value).decode()
            changed = in_text(text)
            found[name] = value if changed == text else zlib.compress(changed.encode(), 6)
        else:
            found[name] = in_text(value) if isinstance(value, str) else value
    return found


def _state(state: bytes, new: Callable[[UUID], UUID]) -> bytes:
    body = json.loads(zlib.decompress(state[_HEAD:]))

    def short(text: Any) -> Any:
        return b85encode(new(UUID(bytes=b85decode(text))).bytes).decode() if text else text

    for level in body["levels"]:
        level["of"] = short(level["of"])
        for task in level["tasks"]:
            task[4] = short(task[4])
    text = _UUID.sub(lambda found: str(new(UUID(found[0]))), json.dumps(body))
    return state[:_HEAD] + zlib.compress(text.encode(), 6)


def _seal(copied: dict[str, list[dict[str, Any]]], case: dict[str, Any]) -> None:
    """Make digests of answers and the audit chain fit the new ids."""
    changed: dict[str, str] = {}
    for row in copied.get("decisions", []):
        answers = json.loads(zlib.decompress(row["answers"]))
        digest = audit.canonical_hash(answers).hex()
        changed[row["answers_sha256"]] = row["answers_sha256"] = digest
    before = bytes(32)
    for row in sorted(copied.get("audit_entries", []), key=lambda each: each["seq"]):
        payload = json.loads(zlib.decompress(row["payload"])) if row["payload"] else None
        if payload and payload.get("answers") in changed:
            payload["answers"] = changed[payload["answers"]]
            text = json.dumps(payload, ensure_ascii=False, separators=(",", ":"))
            row["payload"] = zlib.compress(text.encode(), 6)
        entry = AuditEntry(**{**row, "payload": payload, "prev_hash": before})
        if row["salt"] is not None:
            row["payload_sha256"] = entry.payload_sha256 = audit.payload_hash(row["salt"], payload)
        row["prev_hash"] = before
        row["hash"] = before = audit.entry_hash(entry)
    case["audit_head"] = before if case["audit_seq"] else None


def _write(connection: Connection, batch: dict[str, list[dict[str, Any]]]) -> None:
    cursor = connection.connection.cursor()
    for table in Base.metadata.sorted_tables:
        rows = batch.get(table.name)
        if not rows:
            continue
        names = list(rows[0])
        quoted = ", ".join(f'"{name}"' for name in names)
        with cursor.copy(f"COPY {table.name} ({quoted}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row([row[name] for name in names])


def batched(ids: list[UUID], size: int) -> Iterable[list[UUID]]:
    """Yield the ids in parts of at most ``size``."""
    return (ids[start : start + size] for start in range(0, len(ids), size))


def as_production(connection: Connection, case_ids: list[UUID]) -> None:
    """Let rehearsed cases count as real ones, so that they stand in everybody's lists."""
    cases: Table = Case.__table__  # type: ignore[assignment]
    values = {"is_rehearsal": False, "rehearsal": None, "clock_offset_seconds": 0}
    for part in batched(case_ids, _PARAMETERS):
        connection.execute(cases.update().where(cases.c.id.in_(part)).values(values))
    connection.commit()
