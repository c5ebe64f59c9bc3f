"""Keeps beside each case the facts that its procedure declares, so that lists can find it."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.db.models import Case, CaseFact
from workflows import feel
from workflows.bundles import Fact


def keep(
    session: Session,
    case: Case,
    facts: tuple[Fact, ...],
    scope: Mapping[str, Any],
    context: feel.Context,
) -> None:
    """Make the case's rows say what its document says now; a fact that has gone is removed.

    Within the step's transaction, under the case lock. The second time changes nothing.
    """
    if not facts:
        return
    rows = session.scalars(select(CaseFact).where(CaseFact.case_id == case.id))
    known = {row.key: row for row in rows}
    for position, fact in enumerate(facts):
        found = fact.of(scope, context)
        row = known.pop(fact.key, None)
        if found is None:
            if row is not None:
                session.delete(row)
            continue
        if row is None:
            row = CaseFact(case_id=case.id, key=fact.key)
            session.add(row)
        row.label, row.position = fact.label, position
        row.value, row.text = found
    for row in known.values():
        session.delete(row)
