"""Which answers somebody may read: the rule in policies, with what each form discloses."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from services import policies, procedures
from services.actors import Actor
from services.db.models import Case, Decision, File, Task


def may_read(
    session: Session,
    actor: Actor,
    case: Case,
    decision: Decision,
    form_id: str,
) -> bool:
    """Tell whether the actor, in whose sight the decision is, may read its answers.

    What was taken back is read only by whoever made it and their party.
    """
    if decision.withdrawn_at is not None:
        return decision.person_id == actor.person_id or decision.party_id in actor.parties
    form = procedures.ready(session, case.bundle_hash).form(form_id)
    audience = form.definition["liancheng"].get("audience") or []
    return policies.read_answers(session, actor, case, decision, audience)


def sees_decision(session: Session, case: Case, decision: Decision, sight: policies.Sight) -> bool:
    """Tell whether a decision is within sight: made while the case was there, or disclosed.

    A handoff discloses by node id or data key.
    """
    if sight.covers(decision.made_at):
        return True
    nodes = procedures.ready(session, case.bundle_hash).opened.program.nodes.values()
    keys = {n.data_key for process in nodes for n in process.values() if n.id == decision.node_id}
    return sight.covers(decision.made_at, decision.node_id, *keys)


def may_read_file(session: Session, actor: Actor, case: Case, file: File) -> bool:
    """Tell whether a decision that the actor may read hands in the file.

    Only a decision of whoever uploaded it: naming a file does not disclose it.
    """
    sight = policies.sight_of(session, actor, case)
    rows = session.execute(
        select(Decision, Task.form_id)
        .join(Task, Task.id == Decision.task_id)
        .where(Decision.case_id == case.id, Decision.person_id == file.uploaded_by)
    )
    return any(
        str(file.id) in str(decision.answers)
        and sees_decision(session, case, decision, sight)
        and may_read(session, actor, case, decision, form_id)
        for decision, form_id in rows
    )
