"""The proof of a move: what must not change, taken before and after, and what was judged.

No publicity or other limit that runs was shortened, no answer or signature lost, no invariant
broken. What is proved is sealed with the move in the case's audit chain.
"""

import json
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services import audit
from services.db.models import Case, Decision, Document, Notice, NoticeStatus
from services.lookup import open_tasks
from services.migrating import keeping
from services.procedures import Ready

_DECISION = (Decision.id, Decision.task_id, Decision.person_id, Decision.on_behalf_of)


def fixed(session: Session, case: Case) -> dict[str, Any]:
    """Return what moving a locked case must leave as it is: instants, and hashes of contents."""
    return {
        "limits": [
            *([str(d.id), d.node_id, _text(d.due_at)] for d in keeping.running(session, case)),
            *(
                [str(j.id), j.dedupe_key.rpartition(":")[2], _text(j.due_at)]
                for j in keeping.timers(session, case)
            ),
        ],
        "notices": _notices(session, case),
        "hashes": {
            "decisions": _decisions(session, case),
            "document": _hash(case.document),
            "papers": _hash(_papers(session, case)),
            "people": _hash(_people(session, case)),
        },
    }


def _notices(session: Session, case: Case) -> list[list[str]]:
    rows = session.execute(
        select(Notice.number, Notice.ends_at)
        .where(Notice.case_id == case.id, Notice.status == NoticeStatus.OPEN)
        .order_by(Notice.number)
    )
    return [[number, _text(ends_at)] for number, ends_at in rows]


def _decisions(session: Session, case: Case) -> str:
    rows = session.execute(
        select(*_DECISION, Decision.answers_sha256, Decision.made_at, Decision.withdrawn_at)
        .where(Decision.case_id == case.id)
        .order_by(Decision.made_at, Decision.id)
    )
    return _hash([[str(each) for each in row] for row in rows])


def _papers(session: Session, case: Case) -> list[Any]:
    rows = session.execute(
        select(Document.id, Document.content_sha256)
        .where(Document.case_id == case.id)
        .order_by(Document.id)
    )
    return [[str(each) for each in row] for row in rows]


def _people(session: Session, case: Case) -> list[Any]:
    return [
        [str(each) for each in (t.id, t.role, t.party_id, t.person_id, t.claimed_by, t.due_at)]
        for t in open_tasks(session, case.id)
    ]


def proof(
    before: dict[str, Any], after: dict[str, Any], ready: Ready, begun: list[str]
) -> dict[str, Any]:
    """Return what is proved of a move, side by side. ``begun``: steps that passed the gate anew."""
    return {
        "limits": _beside(before["limits"], after["limits"]),
        "notices": _beside([[n, n, at] for n, at in before["notices"]],
                           [[n, n, at] for n, at in after["notices"]]),
        "hashes": [
            {"what": what, "before": digest, "after": after["hashes"][what]}
            for what, digest in before["hashes"].items()
        ],
        "invariants": ready.watch.ids,
        "begun": begun,
        "is_whole": is_whole(before, after),
    }  # fmt: skip


def is_whole(before: dict[str, Any], after: dict[str, Any]) -> bool:
    """Tell whether nothing has changed that must not; a step may have got another name."""
    instants = [
        ([(i, at) for i, _node, at in facts["limits"]], facts["notices"], facts["hashes"])
        for facts in (before, after)
    ]
    return instants[0] == instants[1]


def seal(found: dict[str, Any]) -> str:
    """Return the hash of a proof, for the audit chain."""
    return audit.canonical_hash(found).hex()


def _beside(before: list[list[str]], after: list[list[str]]) -> list[dict[str, Any]]:
    ends = {identity: at for identity, _name, at in after}
    return [
        {"step": name, "before": at, "after": ends.get(identity)} for identity, name, at in before
    ]


def _hash(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()


def _text(at: datetime) -> str:
    return at.isoformat()
