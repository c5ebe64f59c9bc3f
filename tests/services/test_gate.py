"""The gate: a step that would break the regulation changes nothing and opens an incident."""

import re
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import select, update

from api.app import create_app
import services
from services import incidents, jobs, procedures
from services.cases import gate
from services.cases.environment import CaseWorld
from services.commands import Answer, Request, execute
from services.db.engine import reading, unit_of_work
from services.db.models import Bundle as BundleRow
from services.db.models import Case, CaseStatus, Incident, Job, JobKind
from services.errors import ProcessFaultError
from services.handling import withdrawals
from services.loading import DEMO_PASSWORD
from workflows.bundles import Bundle
from workflows.engine import Passage, Step
from workflows.errors import IncidentError

PATH = "bpmn/liangjiang/application.bpmn"
UNIT = {
    "unit_name": "演示大学",
    "uscc": "12500000000000043P",
    "contact_name": "刘一",
    "contact_phone": "023-65120000",
    "proposed_tier": "core",
    "areas": ["rd"],
}
REFUSAL = {"decision": "refuse", "reasons": "不在适用范围内，建议向所在地申请。"}


@pytest.fixture
def publish(sqlite_runtime, library):
    """Publishes the application with one file changed, past every check."""
    jurisdiction = library.jurisdictions["liangjiang"]
    [procedure] = [p for p in jurisdiction.procedures if p["id"] == "liangjiang.application"]
    files = dict(library.bundle(jurisdiction, procedure).files)

    def change(path, act):
        changed = files | {path: act(files[path].decode()).encode()}
        with unit_of_work(sqlite_runtime.sessions) as session:
            bundle = Bundle("liangjiang.application", changed)
            procedures.publish(session, bundle, sqlite_runtime.clock.now())

    return change


@pytest.fixture
def skipping(publish):
    """A drawing in which a refusal is told to nobody."""

    def bypass(text):
        flow = 'sourceRef="gw_scope_decision" targetRef="refusal"'
        assert flow in text
        text = text.replace(flow, flow.replace("refusal", "rejected"))
        for where in ("incoming", "outgoing"):
            text = text.replace(f"<bpmn:{where}>f_gw_scope_decision__refusal</bpmn:{where}>", "")
        return text

    publish(PATH, bypass)


def case_now(runtime, case):
    with reading(runtime.sessions) as session:
        return session.get_one(Case, case.id)


def test_a_skipped_step_is_stopped_with_its_invariant_and_nothing_changes(
    skipping, sqlite_runtime, sqlite_desk
):
    case = sqlite_desk.start("other")
    task = sqlite_desk.task(case)
    before = case_now(sqlite_runtime, case)
    client = create_app(sqlite_runtime).test_client()
    signed_in = client.post(
        "/api/v1/auth/sign-in", json={"login": "lj-reviewer", "password": DEMO_PASSWORD}
    )

    reply = client.post(
        f"/api/v1/tasks/{task.id}/completion",
        json={"answers": REFUSAL},
        headers={"X-CSRF-Token": signed_in.json["csrf"]},
    )

    assert reply.status_code == 409  # noqa: PLR2004
    assert reply.json["code"] == "INVARIANT_BROKEN"
    assert "违反不变式 C-INV-09b（ASM-P-03）：告知了不利结果的" in reply.json["message"]
    after = case_now(sqlite_runtime, case)
    assert (after.audit_seq, after.state) == (before.audit_seq + 1, before.state)  # the incident
    assert after.status is CaseStatus.ATTENTION
    assert after.law_notes == before.law_notes
    assert sqlite_desk.task(case).id == task.id
    with reading(sqlite_runtime.sessions) as session:
        [incident] = session.scalars(select(Incident).where(Incident.case_id == case.id))
    assert incident.code == incidents.INVARIANT
    assert "C-INV-09b" in incident.message
    assert reply.json["details"]["incident"] == str(incident.id)


def test_a_case_of_a_version_from_before_is_not_judged_by_what_nobody_had_checked(
    skipping, sqlite_runtime, sqlite_desk
):
    with unit_of_work(sqlite_runtime.sessions) as session:
        session.execute(update(BundleRow).values(is_watched=False))
    case = sqlite_desk.start("other")

    done = sqlite_desk.complete("lj-reviewer", sqlite_desk.task(case), REFUSAL)

    assert done.status is CaseStatus.FINISHED
    assert done.law_notes is None


def passages(ready, *steps):
    """Return passages of the application's own nodes: ("publicity", "completed"), …"""
    nodes = ready.opened.program.nodes["liangjiang.application"]
    return tuple(Passage(nodes[name], event, uuid4()) for name, event in steps)


@pytest.fixture
def let_pass(sqlite_runtime, sqlite_desk):
    """Lets made steps of a case through the gate, in a transaction that is rolled back."""
    case = sqlite_desk.start("other")

    def act(*steps, document=None, actor=None, **more):
        with reading(sqlite_runtime.sessions) as session:
            ready = procedures.ready(session, case.bundle_hash)
            here = session.get_one(Case, case.id)
            world = CaseWorld(session, sqlite_runtime, here, ready, actor)
            made = {**here.document, **(document or {})}
            step = Step(b"", made, passages=passages(ready, *steps), **more)
            gate.let_pass(world, step)
            return here.law_notes

    return act


def test_a_publicity_cannot_be_skipped_by_hand(let_pass):
    with pytest.raises(IncidentError, match="LJ-INV-02") as refused:
        let_pass(("publicity", "completed"))

    assert refused.value.code == "INVARIANT"
    assert "五(二)" in refused.value.message
    assert "公示满5个工作日" in refused.value.message


def test_nobody_decides_before_what_the_law_puts_first(let_pass):
    with pytest.raises(IncidentError, match="违反不变式"):
        let_pass(("publicity", "entered"))


def test_what_is_broken_off_is_no_history(let_pass):
    assert let_pass(("publicity", "cancelled")) == let_pass()


def test_taking_back_a_step_takes_back_what_was_noted(sqlite_runtime, sqlite_desk):
    case = sqlite_desk.start("other")
    task = sqlite_desk.task(case)
    with unit_of_work(sqlite_runtime.sessions) as session:
        session.get_one(Case, case.id).law_notes = {"LJ-INV-02": ["over"]}
    answers = {"decision": "proceed", "reasons": "研发总部在区内"}
    actor = sqlite_desk.actor("lj-reviewer")
    sqlite_desk.complete("lj-reviewer", task, answers)
    noted = case_now(sqlite_runtime, case).law_notes

    with unit_of_work(sqlite_runtime.sessions) as session:
        withdrawals.withdraw(session, sqlite_runtime, actor, task.id, reason="看错了。")

    assert case_now(sqlite_runtime, case).law_notes == {"LJ-INV-02": ["over"]}
    assert noted is not None


def test_what_a_command_would_break_is_told_with_its_incident(sqlite_runtime, let_pass):
    def command(_session):
        let_pass(("publicity", "completed"))
        return Answer(200, {})

    with pytest.raises(ProcessFaultError) as told:
        execute(sqlite_runtime, Request(lambda _s: "x", None, b""), command)

    assert told.value.code == "INVARIANT_BROKEN"


def test_a_timer_that_would_break_it_is_an_incident_of_its_job(
    publish, sqlite_runtime, sqlite_desk
):
    row = "{id: T-01, tag: M, pattern: NEVER, codes: [intent_no_answer], text: 不得逾期}"
    publish("invariants.yaml", lambda text: f"{text}\n- {row}\n")
    case = sqlite_desk.start()
    sqlite_desk.complete("lead-op", sqlite_desk.task(case), {"candidates": [UNIT]})
    before = case_now(sqlite_runtime, case)
    sqlite_runtime.clock.advance(timedelta(days=60))

    jobs.run_due(sqlite_runtime, "worker")

    after = case_now(sqlite_runtime, case)
    with reading(sqlite_runtime.sessions) as session:
        rows = session.scalars(select(Incident).where(Incident.case_id == case.id))
        [incident] = [each for each in rows if each.code == incidents.INVARIANT]
        job = session.get_one(Job, incident.job_id)
    assert "T-01" in incident.message
    assert job.kind is JobKind.TIMER
    assert job.done_at is None
    assert (after.state, after.law_notes) == (before.state, before.law_notes)
    assert after.status is CaseStatus.ATTENTION


def test_a_case_is_moved_where_the_gate_stands_only():
    writing = re.compile(r"\.engine_state\s*=[^=]")
    folder = Path(services.__file__).parent
    texts = {p.relative_to(folder).as_posix(): p.read_text("utf-8") for p in folder.rglob("*.py")}
    found = {name for name, text in texts.items() if writing.search(text)}

    restoring = {"handling/withdrawals.py"}  # what is restored passed the gate before
    assert found - restoring == {"cases/projection.py", "migrating/moving.py"}
    assert all("gate.let_pass(" in texts[name] for name in found - restoring)
