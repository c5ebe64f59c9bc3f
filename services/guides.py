"""办事指南: what somebody needs to know before starting a procedure, read off its bundle."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services import jurisdictions, procedures
from services.actors import Actor
from services.cases.starting import who_may_start
from services.db.models import Call, Party
from services.errors import NotAllowedError, NotFoundError
from services.procedures import Ready
from services.rule_trials import rules_of
from services.runtime import Runtime
from services.service_tasks.windows import status_on
from workflows import dmn

MAX_CALLS = 20


def of_procedure(
    session: Session, runtime: Runtime, actor: Actor, procedure_id: str
) -> dict[str, Any]:
    """Return materials, conditions, time limits, open calls, and for whom the actor may start it.

    Raises NotFoundError.
    """
    row = procedures.get(session, procedure_id)
    ready = procedures.ready(session, row.bundle_hash)
    profile = ready.opened.procedure["procedure"].get("profile") or {}
    return {
        "procedure": jurisdictions.summary(session, runtime, procedure_id),
        "materials": list(_listed(profile, "materials.required")),
        "conditions": [*_conditions(ready), *_judged(profile)],
        "time_limits": list(_time_limits(profile)),
        "calls": _calls(session, runtime, row.jurisdiction),
        "parties": _may_start(session, ready, actor),
        "has_form": ready.start_form() is not None,
    }


def _listed(profile: dict[str, Any], key: str) -> Iterator[dict[str, Any]]:
    entry = profile.get(key) or {}
    for each in entry.get("value") or []:
        yield {
            "code": each.get("code") or each.get("rule_id"),
            "text": each.get("text"),
            "article": each.get("article") or entry.get("article"),
            "assumption": entry.get("assumption"),
        }


def _conditions(ready: Ready) -> Iterator[dict[str, Any]]:
    """Yield the rules of the tables in the procedure: what would be said if they were broken."""
    seen: set[str] = set()
    for model in ready.opened.decisions.values():
        for decision in model.decisions.values():
            if not isinstance(decision.logic, dmn.DecisionTable):
                continue
            for rule in rules_of(decision.logic):
                if rule["rule_id"] not in seen:
                    seen.add(rule["rule_id"])
                    yield {**rule, "judged_by": "table"}


def _judged(profile: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the conditions that people judge: officials attest, experts review."""
    for key, who in (("eligibility.attest_rules", "official"), ("expert.rules", "expert")):
        for each in (profile.get(key) or {}).get("value") or []:
            yield {
                "rule_id": each["rule_id"],
                "strength": each.get("strength") or "HARD",
                "text": each.get("text"),
                "article": each.get("article"),
                "judged_by": who,
            }


def _time_limits(profile: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for entry in profile.values():
        if entry.get("unit") in {"working_days", "calendar_days", "months", "years"}:
            yield {
                "label": entry.get("label"),
                "value": entry["value"],
                "unit": entry["unit"],
                "article": entry.get("article"),
                "assumption": entry.get("assumption"),
            }


def _calls(session: Session, runtime: Runtime, jurisdiction: str) -> list[dict[str, Any]]:
    rows = session.scalars(
        select(Call)
        .where(Call.jurisdiction == jurisdiction, Call.is_rehearsal.is_(False))
        .order_by(Call.opens_on.desc(), Call.number)
        .limit(MAX_CALLS)
    )
    on = jurisdictions.today(runtime)
    return [
        {
            "id": row.id,
            "number": row.number,
            "title": row.title,
            "opens_on": row.opens_on,
            "closes_on": row.closes_on,
            "status": status_on(row, on),
        }
        for row in rows
    ]


def _may_start(session: Session, ready: Ready, actor: Actor) -> list[dict[str, Any]]:
    rows = session.scalars(select(Party).where(Party.id.in_(actor.parties)).order_by(Party.code))
    return [{"id": p.id, "name": p.name} for p in rows if _may(session, ready, actor, p)]


def _may(session: Session, ready: Ready, actor: Actor, party: Party) -> bool:
    try:
        who_may_start(session, ready, actor, party.id)
    except (NotAllowedError, NotFoundError):
        return False
    return True
