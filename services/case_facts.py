"""Keeps beside each case the facts that its procedure declares, so that lists can find it."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.db.models import Case, CaseFact
from workflows import feel
from workflows.bundles import Fact

Said = tuple[tuple[str, str] | None, ...]


def said(facts: tuple[Fact, ...], scope: Mapping[str, Any], context: feel.Context) -> Said:
    """Return what each fact says in a scope: value and text, None where it says nothing."""
    return tuple(fact.of(scope, context) for fact in facts)


def keep(
    session: Session,
    case: Case,
    facts: tuple[Fact, ...],
    before: Said | None,
    now: Said,
) -> None:
    """Make the case's rows say what its facts say now; a fact that has gone is removed.

    ``before`` is what the rows say already, None if that is not known. Within the step's
    transaction, under the case lock. The second time changes nothing.
    """
    if now == before or not facts:
        return
    rows = session.scalars(select(CaseFact).where(CaseFact.case_id == case.id))
    known = {row.key: row for row in rows}
    for position, (fact, found) in enumerate(zip(facts, now, strict=True)):
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
