"""Who may see and do what. Plain functions that return a reason; deny is the default.

Called under the case lock, with rows read inside the transaction.
"""

from services.policies.acting import (
    comment,
    own_procedures,
    remind,
    see_dashboard,
    send_message,
    set_absence,
    start_procedure,
    still_with,
)
from services.policies.addressing import capacities, is_addressed_to
from services.policies.reading import read_answers, read_document, reads
from services.policies.sight import (
    COVER,
    PROGRESS,
    WHOLE,
    Sight,
    asked_cases,
    handles,
    is_asked_by_name,
    is_official,
    see_case,
    see_task,
    sees_case,
    sight_of,
)
from services.policies.verdicts import (
    APPLICANT,
    EXPERT,
    LEADER,
    OFFICIAL,
    PROCESS_OWNER,
    STARTER,
    YES,
    Verdict,
)

__all__ = [
    "APPLICANT",
    "COVER",
    "EXPERT",
    "LEADER",
    "OFFICIAL",
    "PROCESS_OWNER",
    "PROGRESS",
    "STARTER",
    "WHOLE",
    "YES",
    "Sight",
    "Verdict",
    "asked_cases",
    "capacities",
    "comment",
    "handles",
    "is_addressed_to",
    "is_asked_by_name",
    "is_official",
    "own_procedures",
    "read_answers",
    "read_document",
    "reads",
    "remind",
    "see_case",
    "see_dashboard",
    "see_task",
    "sees_case",
    "send_message",
    "set_absence",
    "sight_of",
    "start_procedure",
    "still_with",
]
