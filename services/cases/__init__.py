"""Cases: starting them, completing their tasks, and every other step they take.

Each public function that takes ``session`` runs inside its caller's transaction and takes the
case's row lock itself; the caller commits.
"""

from services.cases.completing import complete_task, form_scope
from services.cases.messages import (
    check_message,
    message_files,
    message_form,
    send_by_person,
    send_message,
)
from services.cases.running import (
    advance_rehearsal,
    fire_timers,
    recompute_deadlines,
    settle_service,
)
from services.cases.starting import Rehearsal, start_case
from services.lookup import get_case, get_task, lock_case

__all__ = [
    "Rehearsal",
    "advance_rehearsal",
    "check_message",
    "complete_task",
    "fire_timers",
    "form_scope",
    "get_case",
    "get_task",
    "lock_case",
    "message_files",
    "message_form",
    "recompute_deadlines",
    "send_by_person",
    "send_message",
    "settle_service",
    "start_case",
]
