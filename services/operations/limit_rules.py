"""Whether a time limit may be moved, until when, and who may agree to it."""

from datetime import date, datetime, time, timedelta

from sqlalchemy.orm import Session

from services.actors import Actor
from services.db.models import Case, Deadline, LimitChange
from services.errors import InvalidError
from services.operations import scope
from services.policies import YES, Verdict
from workflows.calendar import TIME_ZONE

ASSUMPTION = "ASM-"  # what a basis begins with that is no article
MAX_DAYS = 366


def judge(limit: Deadline) -> Verdict:
    """Judge whether a limit may be moved at all: what a regulation says is hard."""
    if limit.ended_at is not None:
        return Verdict(False, "这一期限已经结束")
    if not limit.basis.startswith(ASSUMPTION):
        return Verdict(False, f"这一期限由法规规定（{limit.basis}），办理机关不能变更")
    return YES


def may_decide(session: Session, actor: Actor, case: Case, row: LimitChange) -> Verdict:
    """Judge whether the actor may agree to a proposal: a leader or process owner, not its author."""
    if not scope.leads(session, actor, case):
        return Verdict(False, "只有办理机关的领导和流程负责人可以批准期限变更")
    if row.proposed_by == actor.person_id:
        return Verdict(False, "期限变更由另一人批准，不能批准自己提出的变更")
    return YES


def end_of(last_day: date, limit: Deadline, now: datetime) -> datetime:
    """Return the instant after the last day. Raises InvalidError."""
    today = now.astimezone(TIME_ZONE).date()
    if not today <= last_day <= today + timedelta(days=MAX_DAYS):
        text = f"新的末日应在今天（{today}）之后、一年之内"
        raise InvalidError("新的末日有误", {"last_day": [text]})
    due_at = datetime.combine(last_day + timedelta(days=1), time(), TIME_ZONE)
    if due_at == limit.due_at:
        raise InvalidError("新的末日有误", {"last_day": ["与现在的末日相同"]})
    return due_at
