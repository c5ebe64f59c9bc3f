"""Checks of the law behind the procedures: documents that end soon."""

from sqlalchemy.exc import SQLAlchemyError

from services import basis_warnings
from services.db.engine import reading
from services.doctor.findings import Finding, Patient, ok, warn
from services.doctor.storage import unreachable


def bases(patient: Patient) -> Finding:
    """Check that no document in force ends within 90 days."""
    if patient.missing_file:
        return unreachable()
    try:
        with reading(patient.sessions) as session:
            found = [text for _, text in basis_warnings.expiring(session, patient.clock.now())]
    except SQLAlchemyError:
        return unreachable()
    if found:
        return warn(f"{len(found)} 份依据文件 90 日内届满", "；".join(found))
    return ok("没有 90 日内届满的依据文件")
