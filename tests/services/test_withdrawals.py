"""撤回 puts a case back exactly as it was, or is refused; then the case runs on to its end."""

from copy import deepcopy
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import inspect, select
from sqlalchemy.orm import undefer

from services import audit, case_pages, cases, housekeeping, jobs, tasks
from services.db.engine import unit_of_work
from services.db.models import (
    AuditEntry,
    Case,
    CaseAccess,
    CaseFact,
    CaseRole,
    CaseSnapshot,
    CaseStatus,
    Deadline,
    Decision,
    File,
    Job,
    Notification,
    Task,
)
from services.errors import ConflictError, DomainError, NotAllowedError
from services.handling import withdrawals
from services.scenarios import play, read_scenario
from services.scenarios.accounts import Cast
from services.scenarios.local import LocalDriver
from services.settings import ROOT

PROCEED = {"decision": "proceed", "reasons": "研发总部在区内"}
OF_CASE = (Task, Deadline, CaseRole, CaseAccess, CaseFact, Notification, File)
MOVES_ON = {"version", "audit_seq", "audit_head"}  # of the case's row: it has a history


def rows(session, model, case_id):
    found = session.scalars(
        select(model).where(model.case_id == case_id).execution_options(populate_existing=True)
    )
    names = [column.key for column in inspect(model).columns]
    return sorted(
        ({name: getattr(row, name) for name in names} for row in found), key=lambda r: str(r)
    )


def state_of(runtime, case_id):
    """All of a case that a step may change, its open jobs included."""
    with unit_of_work(runtime.sessions) as session:
        case = session.scalars(
            select(Case)
            .where(Case.id == case_id)
            .options(undefer(Case.document), undefer(Case.engine_state))
        ).one()
        names = {column.key for column in inspect(Case).columns} - MOVES_ON
        found = {model.__name__: rows(session, model, case_id) for model in OF_CASE}
        found["Case"] = {name: getattr(case, name) for name in names}
        found["Job"] = [row for row in rows(session, Job, case_id) if row["done_at"] is None]
        return deepcopy(found)


def take_back(runtime, actor, task, reason="填写有误"):
    with unit_of_work(runtime.sessions) as session:
        return withdrawals.withdraw(session, runtime, actor, task.id, reason=reason)


def refused(runtime, actor, task):
    with pytest.raises((ConflictError, NotAllowedError)) as caught:
        take_back(runtime, actor, task)
    return caught.value.message


class Undoing(LocalDriver):
    """Plays scenarios as LocalDriver does, but takes back and redoes each task where it may.

    Before each completion the case is looked at; after the withdrawal it must be the same.
    """

    undone: list
    kept: list

    def complete(self, login, task, answers):
        case_id = UUID(task["case_id"])
        before = state_of(self.runtime, case_id)
        super().complete(login, task, answers)
        try:
            self._as(
                login,
                lambda session, actor: withdrawals.withdraw(
                    session, self.runtime, actor, UUID(task["id"]), reason="试撤回"
                ),
            )
        except Exception as refusal:
            self.kept.append((task["node_id"], str(refusal)))
            return
        self.undone.append(task["node_id"])
        after = state_of(self.runtime, case_id)
        for name, value in before.items():
            assert after[name] == value, (task["node_id"], name)
        super().complete(login, task, answers)


SCENARIOS = [
    "liangjiang/scenarios/approval.yaml",
    "liangjiang/scenarios/supplement_pauses_the_clock.yaml",
    "liangjiang/scenarios/soft_rules_waived.yaml",
    "baoshan/scenarios/filing.yaml",
    "ningbo/scenarios/handoff_returned_and_sent_again.yaml",
    "lingang/scenarios/approval.yaml",
]


@pytest.mark.parametrize("path", SCENARIOS)
def test_every_task_of_a_scenario_is_taken_back_exactly_and_the_scenario_ends_the_same(
    sqlite_runtime, path
):
    driver = Undoing(sqlite_runtime, Cast.of(sqlite_runtime.library))
    driver.undone, driver.kept = [], []

    play(read_scenario(ROOT / "workflows" / "bpmn" / Path(path)), driver)

    assert len(driver.undone) >= 3, driver.kept
    gone = "没有这项任务"  # returned by whom the case has not come to
    assert all("撤回" in why or gone in why for _node, why in driver.kept), driver.kept
    with unit_of_work(sqlite_runtime.sessions) as session:
        assert [finding for finding in audit.verify(session) if finding] == []


def test_on_either_database_a_case_is_as_it_was_and_goes_on(desk, runtime):
    case = desk.start("other")
    task, reviewer = desk.task(case), desk.actor("lj-reviewer")
    with unit_of_work(runtime.sessions) as session:
        tasks.claim(session, runtime, reviewer, task.id)
    before = state_of(runtime, case.id)
    desk.complete("lj-reviewer", task, PROCEED)
    assert state_of(runtime, case.id) != before

    take_back(runtime, reviewer, task)

    assert state_of(runtime, case.id) == before
    with unit_of_work(runtime.sessions) as session:
        page = tasks.page(session, runtime, reviewer, task.id)
        assert page["draft"].answers == PROCEED
        assert page["may_act"]
        assert [finding for finding in audit.verify(session) if finding] == []
    assert desk.complete("lj-reviewer", task, PROCEED).state == case.state
    with unit_of_work(runtime.sessions) as session:
        made = case_pages.decisions(session, reviewer, case.id)
        assert [d["withdrawn_at"] is None for d in made if d["task_id"] == task.id].count(True) == 1
        assert len(made) == 2
        [entry] = session.scalars(select(AuditEntry).where(AuditEntry.what == "task.withdrawn"))
        assert entry.payload["reason"] == "填写有误"
        assert [finding for finding in audit.verify(session) if finding] == []


def test_a_case_keeps_one_snapshot_the_last(desk, runtime):
    case = desk.start("other")
    desk.complete("lj-reviewer", desk.task(case), PROCEED)
    last = desk.task(case)
    desk.complete("lead-op", last, {"candidates": CANDIDATES})

    with unit_of_work(runtime.sessions) as session:
        kept = session.scalars(select(CaseSnapshot)).all()
    assert [row.task_id for row in kept] == [last.id]


CANDIDATES = [
    {
        "unit_name": "嘉陵车芯科技有限公司（演示）",
        "uscc": "91500112MADEM0102W",
        "contact_name": "林工",
        "contact_phone": "13700137000",
        "proposed_tier": "core",
        "areas": ["rd"],
    }
]


def test_housekeeping_keeps_the_snapshots_of_open_cases_alone(desk, runtime):
    kept, gone = desk.start("other"), desk.start("other")
    for case in (kept, gone):
        desk.complete("lj-reviewer", desk.task(case), PROCEED)
    with unit_of_work(runtime.sessions) as session:
        session.get_one(Case, gone.id).status = CaseStatus.FINISHED

    with unit_of_work(runtime.sessions) as session:
        housekeeping.tidy(session, runtime.clock.now())

    with unit_of_work(runtime.sessions) as session:
        assert [row.case_id for row in session.scalars(select(CaseSnapshot))] == [kept.id]


def test_a_unit_put_on_file_for_the_first_time_is_not_taken_off_again(desk, runtime):
    task = desk.task(desk.start())
    desk.complete("lead-op", task, {"candidates": CANDIDATES})

    assert "不能收回的结果" in refused(runtime, desk.actor("lead-op"), task)


def test_only_whoever_did_it_takes_it_back(desk, runtime):
    task = desk.task(desk.start("other"))
    desk.complete("lj-reviewer", task, PROCEED)

    assert "本人" in refused(runtime, desk.actor("lj-reviewer2"), task)
    assert "本人" in refused(runtime, desk.actor("lead-op"), task)


def test_after_the_next_has_claimed_or_drafted_it_is_refused(desk, runtime):
    for act in ("claim", "release", "draft"):
        case = desk.start("other")
        task, reviewer, lead = desk.task(case), desk.actor("lj-reviewer"), desk.actor("lead-op")
        desk.complete("lj-reviewer", task, PROCEED)
        following = desk.task(case)
        with unit_of_work(runtime.sessions) as session:
            if act == "draft":
                tasks.save_draft(session, runtime, lead, following.id, {}, None)
            else:
                tasks.claim(session, runtime, lead, following.id)
        if act == "release":
            with unit_of_work(runtime.sessions) as session:
                tasks.release(session, runtime, lead, following.id)

        assert "下一环节已经有人办理" in refused(runtime, reviewer, task)


def test_after_the_mail_has_gone_out_it_is_refused(desk, runtime):
    case = desk.start("other")
    task, reviewer = desk.task(case), desk.actor("lj-reviewer")
    desk.complete("lj-reviewer", task, PROCEED)
    with unit_of_work(runtime.sessions) as session:
        assert session.scalars(select(Job).where(Job.kind == "mail")).all()

    jobs.run_due(runtime, "test")

    assert "已经发出" in refused(runtime, reviewer, task)


def test_a_second_withdrawal_is_refused(desk, runtime):
    task, reviewer = desk.task(desk.start("other")), desk.actor("lj-reviewer")
    desk.complete("lj-reviewer", task, PROCEED)
    take_back(runtime, reviewer, task)

    assert "本人" in refused(runtime, reviewer, task)


def test_after_the_clock_of_a_rehearsal_was_moved_it_is_refused(desk, runtime):
    case = desk.start("other", rehearsal=cases.Rehearsal())
    task, reviewer = desk.task(case), desk.actor("lj-reviewer")
    desk.complete("lj-reviewer", task, PROCEED)
    with unit_of_work(runtime.sessions) as session:
        to = runtime.clock.now() + timedelta(hours=1)
        cases.advance_rehearsal(session, runtime, desk.actor("lj-owner"), case_id=case.id, to=to)

    assert "演练的时间" in refused(runtime, reviewer, task)


def test_what_the_bundle_calls_a_decision_is_not_taken_back(desk, runtime):
    task, reviewer = desk.task(desk.start("other")), desk.actor("lj-reviewer")
    with unit_of_work(runtime.sessions) as session:
        session.get_one(Task, task.id).activity_code = "A-DECIDE"
    desk.complete("lj-reviewer", task, PROCEED)

    assert "决定一经作出" in refused(runtime, reviewer, task)
    with unit_of_work(runtime.sessions) as session:
        assert session.scalars(select(CaseSnapshot)).all() == []


def test_a_decision_marked_as_taken_back_without_an_entry_is_found(desk, runtime):
    task = desk.task(desk.start("other"))
    desk.complete("lj-reviewer", task, PROCEED)
    with unit_of_work(runtime.sessions) as session:
        [row] = session.scalars(select(Decision).where(Decision.task_id == task.id))
        row.withdrawn_at = row.made_at

    with unit_of_work(runtime.sessions) as session:
        [finding] = [found for found in audit.verify(session) if found]
    assert "作废" in finding.problem


def outcome(act):
    try:
        return act()
    except DomainError as refusal:
        return refusal


def test_a_withdrawal_and_a_claim_of_the_next_at_once_leave_one_story(desk, runtime, at_once):
    reviewer, lead = desk.actor("lj-reviewer"), desk.actor("lead-op")
    for _trial in range(5):
        case = desk.start("other")
        task = desk.task(case)
        desk.complete("lj-reviewer", task, PROCEED)
        following = desk.task(case)

        def act(number, task=task, following=following):
            if number:
                return take_back(runtime, reviewer, task)
            with unit_of_work(runtime.sessions) as session:
                return tasks.claim(session, runtime, lead, following.id)

        found = at_once(2, lambda n, a=act: outcome(lambda: a(n)))

        assert sum(isinstance(each, Exception) for each in found) == 1


def test_a_withdrawal_and_a_worker_at_once_leave_one_story(desk, runtime, at_once):
    reviewer = desk.actor("lj-reviewer")
    for _trial in range(5):
        case = desk.start("other")
        task = desk.task(case)
        desk.complete("lj-reviewer", task, PROCEED)

        def act(number, task=task, case=case):
            if number:
                return take_back(runtime, reviewer, task)
            return jobs.run_due(runtime, "test", only_case=case.id)

        found = at_once(2, lambda n, a=act: outcome(lambda: a(n)))

        was_taken_back = not isinstance(found[1], Exception)
        mails = [mail for mail in runtime.mailer.sent if str(case.number) in mail.body]
        assert was_taken_back != bool(mails)


def test_a_worker_that_begins_after_the_judgement_is_not_robbed_of_its_job(
    postgresql_runtime, make_desk, monkeypatch
):
    """On SQLite nobody else can write in between."""
    runtime = postgresql_runtime
    desk = make_desk(runtime)
    case = desk.start("other")
    task = desk.task(case)
    desk.complete("lj-reviewer", task, PROCEED)
    judge, begun = withdrawals.judge, []

    def judge_slowly(*given):
        verdict = judge(*given)
        while claimed := jobs.claim_next(runtime, "test", case.id):
            begun.append(claimed)
        return verdict

    monkeypatch.setattr(withdrawals, "judge", judge_slowly)
    told = refused(runtime, desk.actor("lj-reviewer"), task)
    for claimed in begun:
        jobs.run(runtime, claimed)

    assert begun
    assert "已经发出" in told
    assert [mail for mail in runtime.mailer.sent if str(case.number) in mail.body]
    with unit_of_work(runtime.sessions) as session:
        kept = session.scalars(select(Job).where(Job.id.in_([each.id for each in begun]))).all()
        assert all(job.done_at for job in kept)
        assert len(kept) == len(begun)
