"""What stands still: a suspended case takes no step, a suspended procedure no new case."""

from uuid import UUID

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from services.db.models import Case, Job, JobKind, Suspension
from services.errors import ConflictError


def of_case(session: Session, case_id: UUID) -> Suspension | None:
    """Return the suspension that a case is under."""
    return session.scalars(
        select(Suspension).where(Suspension.case_id == case_id, Suspension.resumed_at.is_(None))
    ).first()


def of_procedure(session: Session, procedure_id: str) -> Suspension | None:
    """Return the suspension that a procedure is under."""
    return session.scalars(
        select(Suspension).where(
            Suspension.procedure_id == procedure_id, Suspension.resumed_at.is_(None)
        )
    ).first()


def holds_back() -> ColumnElement[bool]:
    """Return whether a job waits for its case to be resumed; what was told already still goes out."""
    stands = exists().where(Case.id == Job.case_id, Case.suspended_at.is_not(None))
    return (Job.kind != JobKind.MAIL) & stands


def refuse_step(session: Session, case: Case) -> None:
    """Refuse a step of a case that stands still. Under its lock. Raises ConflictError."""
    if case.suspended_at is None:
        return
    row = of_case(session, case.id)
    why = f"理由：{row.public_reason}" if row else ""
    text = f"办件已中止，恢复办理后才能继续。{why}您填写的内容可以保存为草稿"
    raise ConflictError(text, "CASE_SUSPENDED", since=case.suspended_at.isoformat())


def refuse_start(session: Session, procedure_id: str) -> None:
    """Refuse a new case of a procedure that takes none. Raises ConflictError."""
    row = of_procedure(session, procedure_id)
    if row is not None:
        text = f"本事项暂停受理新的申请。理由：{row.public_reason}"
        raise ConflictError(text, "PROCEDURE_SUSPENDED")
