"""What somebody with all rights in the database does to the audit tables is found, every time.

The seed is printed; LIANCHENG_CHAOS_SEED repeats its choices, LIANCHENG_TAMPERINGS says how many.
"""

import os
import random
from collections.abc import Callable
from itertools import chain

import pytest
from sqlalchemy import delete, func, select, update

from services import audit
from services.checkpoints import verifying
from services.db.models import AuditEntry, Case, Decision

SEED = int(os.environ.get("LIANCHENG_CHAOS_SEED", random.SystemRandom().randrange(10**9)))
TIMES = int(os.environ.get("LIANCHENG_TAMPERINGS", "120"))
CASES = 4


class Tamperer:
    """Edits as a database superuser might, at random places; each leaves something changed."""

    def __init__(self, session, chance: random.Random, stolen: list[AuditEntry]) -> None:
        self.session, self.chance = session, chance
        self.entries = session.scalars(
            select(AuditEntry).order_by(AuditEntry.case_id, AuditEntry.seq)
        ).all()
        self.cases = session.scalars(select(Case).order_by(Case.id)).all()
        self.stolen = stolen

    def _entry(self) -> AuditEntry:
        return self.chance.choice(self.entries)

    def _case(self) -> Case:
        return self.chance.choice(self.cases)

    def _of(self, case: Case) -> list[AuditEntry]:
        return [entry for entry in self.entries if entry.case_id == case.id]

    def _set(self, entry: AuditEntry, **values) -> None:
        self.session.execute(
            update(AuditEntry)
            .where(AuditEntry.case_id == entry.case_id, AuditEntry.seq == entry.seq)
            .values(**values)
        )

    def _head(self, case: Case, seq: int, head: bytes | None) -> None:
        values = {"audit_seq": seq, "audit_head": head}
        self.session.execute(update(Case).where(Case.id == case.id).values(**values))

    def change_a_column(self) -> None:
        entry = self._entry()
        name = self.chance.choice(
            ["at", "actor", "what", "payload", "salt", "payload_sha256", "prev_hash", "hash"]
        )
        value = {
            "at": entry.at.replace(year=entry.at.year - 1),
            "actor": "somebody-else",
            "what": "nothing.happened",
            "payload": {"changed": self.chance.random()},
        }.get(name, self.chance.randbytes(16 if name == "salt" else 32))
        self._set(entry, **{name: value})

    def change_and_seal_anew(self) -> None:
        """Change a payload and give the entry its right hashes; only the next does not fit."""
        entry = self._entry()
        entry.payload = {"changed": self.chance.random()}
        entry.payload_sha256 = audit.payload_hash(entry.salt, entry.payload)
        entry.hash = audit.entry_hash(entry)
        self._set(
            entry, payload=entry.payload, payload_sha256=entry.payload_sha256, hash=entry.hash
        )

    def erase_without_a_record(self) -> None:
        self._set(self._entry(), payload=None, salt=None)

    def delete_a_row(self) -> None:
        entry = self._entry()
        where = (AuditEntry.case_id == entry.case_id, AuditEntry.seq == entry.seq)
        self.session.execute(delete(AuditEntry).where(*where))

    def cut_off_the_tail(self) -> None:
        """Drop the last entries and make the case say that this was always its end."""
        case = self._case()
        entries = self._of(case)
        keep = self.chance.randrange(len(entries))
        self.session.execute(
            delete(AuditEntry).where(AuditEntry.case_id == case.id, AuditEntry.seq > keep)
        )
        self._head(case, keep, entries[keep - 1].hash if keep else None)

    def swap_two_rows(self) -> None:
        entries = self._of(self._case())
        one, other = self.chance.sample(entries, 2)
        for seq, to in ((one.seq, 900), (other.seq, one.seq), (900, other.seq)):
            self.session.execute(
                update(AuditEntry)
                .where(AuditEntry.case_id == one.case_id, AuditEntry.seq == seq)
                .values(seq=to)
            )

    def insert_a_row(self) -> None:
        """Add an entry at the end that fits the chain and the case's head."""
        case = self._case()
        at = case.started_at
        audit.append(
            self.session,
            case,
            at=at,
            actor="x",
            what="task.completed",
            payload={"task": str(case.id), "answers": "00"},
        )
        self.session.flush()

    def write_a_chain_anew(self) -> None:
        """Change one entry and compute the whole rest of the chain, and the case's head."""
        case = self._case()
        entries = self._of(case)
        place = self.chance.randrange(len(entries))
        entries[place].actor = "somebody-else"
        before = entries[place - 1].hash if place else bytes(32)
        for entry in entries[place:]:
            entry.prev_hash = before
            entry.hash = before = audit.entry_hash(entry)
            self._set(entry, actor=entry.actor, prev_hash=entry.prev_hash, hash=entry.hash)
        self._head(case, entries[-1].seq, before)

    def restore_an_old_chain(self) -> None:
        """Put back what one case's chain was some time ago, its head too."""
        case = self.session.get(Case, self.stolen[0].case_id)
        self.session.execute(
            delete(AuditEntry).where(
                AuditEntry.case_id == case.id, AuditEntry.seq > self.stolen[-1].seq
            )
        )
        self._head(case, self.stolen[-1].seq, self.stolen[-1].hash)

    def move_a_chain_to_another_case(self) -> None:
        one, other = self.chance.sample(self.cases, 2)
        for case, to in ((one.id, other.id), (other.id, one.id)):
            self.session.execute(
                update(AuditEntry)
                .where(AuditEntry.case_id == case, AuditEntry.seq < 900)
                .values(case_id=to, seq=AuditEntry.seq + 1000)
            )
        self.session.execute(update(AuditEntry).values(seq=AuditEntry.seq - 1000))

    def change_a_decision(self) -> None:
        changed = {"decision": "refuse", "reasons": str(self.chance.random())}
        digest = audit.canonical_hash(changed).hex()
        decisions = self.session.scalars(select(Decision.id)).all()
        self.session.execute(
            update(Decision)
            .where(Decision.id == self.chance.choice(decisions))
            .values(answers=changed, answers_sha256=self.chance.choice([digest, "0" * 64]))
        )


KINDS = [name for name in vars(Tamperer) if not name.startswith("_")]


@pytest.fixture
def stolen(desk, runtime, busy, later):
    """Cases with chains of several entries under a checkpoint; the start of one chain."""
    cases = [desk.start("other") for _ in range(CASES)]
    later(runtime)
    with runtime.sessions() as session:
        old = session.scalars(select(AuditEntry).where(AuditEntry.case_id == cases[0].id)).all()
    for case in cases:
        busy(desk, case)
        desk.complete("lj-reviewer", desk.task(case), {"decision": "proceed", "reasons": "区内"})
    later(runtime)
    return old


def found_by(session, replayed) -> list[audit.Finding]:
    return [
        finding
        for finding in chain(audit.verify(session), verifying.compare(session, replayed))
        if finding
    ]


@pytest.mark.timeout(600)
def test_every_one_of_many_random_edits_is_found(stolen, runtime):
    print(f"seed {SEED}, {TIMES} edits")
    chance = random.Random(SEED)
    replayed = verifying.replay(runtime.anchors.records())
    missed = []
    for number in range(TIMES):
        kind = KINDS[number % len(KINDS)]
        with runtime.sessions() as session:
            edit: Callable[[], None] = getattr(Tamperer(session, chance, stolen), kind)
            with session.no_autoflush:
                edit()
            session.expire_all()
            if not found_by(session, replayed):
                missed.append((number, kind))
            session.rollback()

    assert missed == []


@pytest.mark.timeout(300)
def test_nothing_is_found_where_nothing_was_done(desk, runtime, stolen, busy, later):
    for _ in range(10):
        case = desk.start("other")
        busy(desk, case)
        later(runtime)
        with runtime.sessions() as session:
            replayed = verifying.replay(runtime.anchors.records())
            assert replayed.problems == []
            assert found_by(session, replayed) == []
    with runtime.sessions() as session:
        assert session.scalar(select(func.count()).select_from(AuditEntry)) > 50
