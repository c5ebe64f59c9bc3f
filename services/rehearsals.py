"""Rehearsals that belong together: cases of one group see each other, of two never."""

from services.db.models import Case


def group_of(case: Case) -> str:
    """Return a rehearsal's group; empty in production.

    A rehearsal without a group of its own stands alone.
    """
    if not case.is_rehearsal:
        return ""
    return str((case.rehearsal or {}).get("group") or case.id)
