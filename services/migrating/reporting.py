"""What has been moved: each move with its proof, for a case, and a table for a procedure."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services import policies, procedures
from services.actors import Actor
from services.db.models import Bundle, Case, CaseMigration, Person
from services.lookup import get_case
from services.migrating import planning, standings
from services.workbench.exports import MAX_ROWS, Table

_HEADS = (
    *("办件编号", "原版本", "新版本", "迁移时间", "迁移人", "理由", "演练结果"),
    *("期限和公示", "办理意见和文书", "不变式", "留痕序号", "撤销时间", "撤销的留痕序号"),
)
_SAME, _DIFFERS, _UNKNOWN = "一致", "不一致", "没有记录"


def of_case(session: Session, actor: Actor, case_id: UUID) -> list[dict[str, Any]]:
    """Return the moves of a case with their proofs, the last first.

    For process owners of its jurisdiction, and for officials who hold the whole case. Raises
    NotFoundError, NotAllowedError.
    """
    case = get_case(session, case_id)
    owns = planning.owns(session, actor, procedures.get(session, case.procedure_id))
    if not owns.is_allowed:
        policies.see_case(session, actor, case)
        is_whole = policies.sight_of(session, actor, case) == policies.WHOLE
        if not (is_whole and policies.is_official(session, actor, case, still=True)):
            owns.require()
    return moves(session, case_id)


def moves(session: Session, case_id: UUID) -> list[dict[str, Any]]:
    """Return the moves of a case with their proofs, the last first, to whoever may read it whole."""
    query = select(CaseMigration).where(CaseMigration.case_id == case_id)
    rows = session.scalars(query.order_by(CaseMigration.at.desc(), CaseMigration.id))
    return [shown(session, row) for row in rows]


def shown(session: Session, row: CaseMigration) -> dict[str, Any]:
    """Return a move as the wire tells it; ``proof`` None: of a release that kept none."""
    return {
        "case_id": row.case_id,
        "from_version": session.get_one(Bundle, row.from_hash).version,
        "to_version": session.get_one(Bundle, row.to_hash).version,
        "reason": row.reason,
        "at": row.at,
        "undone_at": row.undone_at,
        "audit_seq": row.audit_seq,
        "undone_seq": row.undone_seq,
        "rehearsed": row.rehearsed,
        "proof": row.proof and _named(session, row),
    }


def _named(session: Session, row: CaseMigration) -> dict[str, Any]:
    """Return a proof with its limits named as the version they were moved from draws them."""
    steps = standings.steps_of(session, row.from_hash)
    assert row.proof is not None
    limits = [
        each | {"step": standings.step(steps, each["step"])["name"]} for each in row.proof["limits"]
    ]
    return {**row.proof, "limits": limits}


def table(session: Session, actor: Actor, procedure_id: str) -> Table:
    """Return every move of a procedure's cases as a table, the last first.

    For its process owners: cases by number alone. At most ``MAX_ROWS`` rows. Raises NotFoundError,
    NotAllowedError.
    """
    planning.owns(session, actor, procedures.get(session, procedure_id)).require()
    rows = session.execute(
        select(CaseMigration, Case.number, Person.name)
        .join(Case, Case.id == CaseMigration.case_id)
        .join(Person, Person.id == CaseMigration.person_id)
        .where(Case.procedure_id == procedure_id)
        .order_by(CaseMigration.at.desc(), Case.number)
        .limit(MAX_ROWS)
    )
    versions = {row.hash: row.version for row in procedures.versions(session, procedure_id)}
    return Table(
        "迁移结果", _HEADS, [_line(row, number, who, versions) for row, number, who in rows]
    )


def _line(row: CaseMigration, number: str, who: str, versions: dict[str, int]) -> list[Any]:
    proof = row.proof
    return [
        *(number, versions[row.from_hash], versions[row.to_hash], row.at, who, row.reason),
        "与演练一致" if row.rehearsed else "没有演练",
        _are(proof and [*proof["limits"], *proof["notices"]]),
        _are(proof and proof["hashes"]),
        f"{len(proof['invariants'])} 条，均未违反" if proof else _UNKNOWN,
        *(row.audit_seq, row.undone_at, row.undone_seq),
    ]


def _are(pairs: list[dict[str, Any]] | None) -> str:
    if pairs is None:
        return _UNKNOWN
    return _SAME if all(each["before"] == each["after"] for each in pairs) else _DIFFERS
