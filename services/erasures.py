"""Erasing the content of an entry of a case's record that law wants erased (PIPL art. 47).

The installation's operator does, at the command line, on the agency's decision. What the chain is
checked by stays: it holds hashes and ids, nothing about a person that a decision does not hold.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from services import audit
from services.db.models import AuditEntry, Case
from services.errors import ConflictError, InvalidError, NotFoundError
from services.lookup import lock_case
from services.runtime import Runtime

MAX_REASON = 500
OPERATOR = "operator"  # whoever has the command line: no person of the product
_CHECKED_BY = frozenset({audit.TASK_COMPLETED, audit.TASK_WITHDRAWN, audit.CONTENT_ERASED})


def find(session: Session, number: str, seq: int) -> tuple[Case, AuditEntry]:
    """Return a case by its number, locked, and the entry that may be erased.

    Raises NotFoundError, ConflictError (erased already, or the chain is checked by it).
    """
    case_id = session.scalar(select(Case.id).where(Case.number == number))
    if case_id is None:
        raise NotFoundError(f"没有编号为 {number} 的办件")
    case = lock_case(session, case_id)
    entry = session.get(AuditEntry, (case_id, seq))
    if entry is None:
        raise NotFoundError(f"办件 {number} 没有第 {seq} 条留痕，共有 {case.audit_seq} 条")
    if entry.what in _CHECKED_BY:
        raise ConflictError(
            f"第 {seq} 条留痕是核对办理意见和删除记录的依据，不能删除", "NOT_ERASABLE"
        )
    if entry.salt is None:
        raise ConflictError(f"第 {seq} 条留痕的内容已经删除", "ERASED")
    return case, entry


def erase(session: Session, runtime: Runtime, number: str, seq: int, reason: str) -> AuditEntry:
    """Erase an entry's content for good; the new entry that says so, with the reason.

    The caller owns the transaction. Raises as ``find``, and InvalidError (the reason).
    """
    said = reason.strip()
    if not said or len(said) > MAX_REASON:
        text = f"请写明删除的理由和依据，不超过 {MAX_REASON} 字"
        raise InvalidError(text, {"reason": [text]})
    case, entry = find(session, number, seq)
    at = runtime.now(case)
    record = audit.erase(session, case, entry.seq, at=at, actor=OPERATOR, reason=said)
    session.flush()
    return record
