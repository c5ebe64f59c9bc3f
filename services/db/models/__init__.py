"""All models, imported here so that the metadata is complete."""

from services.db.models.audit import AuditEntry
from services.db.models.cases import (
    Case,
    CaseAccess,
    CaseRole,
    CaseStatus,
    Comment,
    Decision,
    Draft,
    Task,
    TaskStatus,
    Waiver,
)
from services.db.models.files import File
from services.db.models.handoffs import HandoffFile, HandoffIn, HandoffOut, HandoffState, PartyKey
from services.db.models.links import CaseHold, Claim
from services.db.models.parties import (
    Expert,
    LoginAttempt,
    LoginSession,
    Membership,
    Party,
    PartyKind,
    Person,
)
from services.db.models.procedures import BasisStatus, Blob, Bundle, LegalBasis, Procedure
from services.db.models.publicity import (
    Call,
    Consortium,
    ConsortiumState,
    Notice,
    NoticeStatus,
    Notification,
    Objection,
)
from services.db.models.time import (
    CalendarDay,
    Counter,
    Deadline,
    IdempotencyKey,
    Incident,
    Job,
    JobKind,
)

__all__ = [
    "AuditEntry",
    "BasisStatus",
    "Blob",
    "Bundle",
    "CalendarDay",
    "Call",
    "Case",
    "CaseAccess",
    "CaseHold",
    "CaseRole",
    "CaseStatus",
    "Claim",
    "Comment",
    "Consortium",
    "ConsortiumState",
    "Counter",
    "Deadline",
    "Decision",
    "Draft",
    "Expert",
    "File",
    "HandoffFile",
    "HandoffIn",
    "HandoffOut",
    "HandoffState",
    "IdempotencyKey",
    "Incident",
    "Job",
    "JobKind",
    "LegalBasis",
    "LoginAttempt",
    "LoginSession",
    "Membership",
    "Notice",
    "NoticeStatus",
    "Notification",
    "Objection",
    "Party",
    "PartyKey",
    "PartyKind",
    "Person",
    "Procedure",
    "Task",
    "TaskStatus",
    "Waiver",
]
