"""Who sees a case from when on, and which answers in it they may read."""

from datetime import datetime
from uuid import UUID

import pytest
import yaml
from sqlalchemy import select

from services import case_pages, comments, files, inbox, tasks
from services.db.engine import unit_of_work
from services.db.models import Person, Task
from services.errors import NotFoundError
from services.scenarios import Player, Scenario, read_steps
from services.scenarios.accounts import Cast
from services.scenarios.local import LocalDriver

OFFICIALS = ["lj-clerk", "lj-reviewer", "lj-leader", "lj-owner"]
LEAD = ["lead-op", "lead-rep"]
INVITED = ["upstream-op", "downstream-op", "university-op", "institute-op"]
STRANGERS = ["bonded-lead-op", "m06-op", "lj-chain", "lj-bonded", "lj-industry", "assessor-op"]
EVERYBODY = [*OFFICIALS, *LEAD, *INVITED, *STRANGERS, "lj-finance", "lj-committee"]
EXPERTS = [f"expert{n}" for n in range(1, 10)]


class Story:
    """A rehearsal told step by step, and what people see of it."""

    def __init__(self, runtime) -> None:
        self.runtime = runtime
        self.folder = runtime.settings.bpmn_root / "liangjiang" / "scenarios"
        clock = datetime.fromisoformat("2026-09-01T09:00:00+08:00")
        scenario = Scenario(
            self.folder / "x.yaml", "liangjiang.application", "x", clock,
            {"legal_basis": "in_force"}, [], {},
        )  # fmt: skip
        driver = LocalDriver(runtime, Cast.of(runtime.library))
        self.player = Player(scenario, driver)

    def tell(self, text: str) -> "Story":
        """Play steps written as in a scenario file."""
        for step in read_steps(self.folder, yaml.safe_load(text)):
            self.player.step(step)
        return self

    @property
    def case(self) -> UUID:
        """The case's id."""
        return UUID(self.player.case)

    def drawn(self) -> list[str]:
        """The logins of the experts drawn, in the order of the panel."""
        document = self.player.driver.inspect(self.player.case)["document"]
        ids = [UUID(each["person_id"]) for each in document["expert"]["draw"]["experts"]]
        with unit_of_work(self.runtime.sessions) as session:
            rows = session.execute(select(Person.id, Person.login).where(Person.id.in_(ids)))
            logins = {person_id: login for person_id, login in rows}
        return [logins[person_id] for person_id in ids]

    def names(self, logins: list[str]) -> set[str]:
        """The names of people."""
        with unit_of_work(self.runtime.sessions) as session:
            return set(session.scalars(select(Person.name).where(Person.login.in_(logins))))


@pytest.fixture
def story(runtime) -> Story:
    """A case that has just been started."""
    return Story(runtime).tell("[{include: start}]")


@pytest.fixture
def see(runtime, make_desk):
    """Calls a function of (session, actor, …) as a sample person."""
    desk = make_desk(runtime)

    def call(login, query, *given):
        actor = desk.actor(login)
        with unit_of_work(runtime.sessions) as session:
            return query(session, actor, *given)

    return call


@pytest.fixture
def readers(see):
    """Tells who of some people see a case, by its page and in their list alike."""

    def among(logins, case):
        found = set()
        for login in logins:
            listed = see(login, lambda s, a: inbox.cases_of(s, a, before=None, limit=50))
            try:
                see(login, case_pages.visible, case)
            except NotFoundError:
                assert case not in {each.id for each in listed}
            else:
                assert case in {each.id for each in listed}
                found.add(login)
        return found

    return among


@pytest.fixture
def answers(see):
    """Returns node -> answers, None where hidden; several of a node in a list."""

    def read(login, case):
        found: dict[str, list] = {}
        for each in see(login, case_pages.decisions, case):
            found.setdefault(each["node_id"], []).append(each["answers"])
        return found

    return read


def readable(found: dict[str, list]) -> set[str]:
    return {node for node, given in found.items() if any(each is not None for each in given)}


DRAWN = """
- include: accepted
- {task: A-COMMISSION, answers: {outcome: bureau}}
- {task: plan_panel, answers: {$from: panel_plan}}
"""
TO_LIST = """
- {task: A-INITIAL, answers: {$from: initial_opinion}}
- {task: choose_departments, answers: {departments: [dept_finance]}}
- {task: acknowledge_handoff, answers: {$from: receipt}}
- {task: department_slip, answers: {$from: slip}}
- {task: A-JOINT, answers: {$from: minutes}}
"""
NO_RECUSAL = "- {task: declare_recusal, each: true, answers: {$from: no_recusal}}"


def test_each_party_sees_a_case_from_its_first_task_or_its_receipt_on(story, readers):
    seen = {*LEAD}
    assert readers([*EVERYBODY, *EXPERTS], story.case) == seen

    story.tell("[{task: list_candidates, answers: {$from: candidates}}]")
    seen |= {*INVITED}
    assert readers([*EVERYBODY, *EXPERTS], story.case) == seen

    story.tell("""
- {task: A-INTENT, each: true, answers: {$from: intent}}
- {task: confirm_members, answers: {$from: confirm_members}}
- {task: agreement_draft, answers: {$from: agreement_draft}}
- {task: sign_agreement, each: true, answers: {$from: signature}}
- {task: A-PLAN, answers: {$from: plan}}
- {task: A-COMMIT, answers: {$from: commitment}}
""")
    assert readers([*EVERYBODY, *EXPERTS], story.case) == seen

    story.tell("[{task: A-FORM, answers: {$from: application}}]")
    seen |= {*OFFICIALS}
    assert readers([*EVERYBODY, *EXPERTS], story.case) == seen

    story.tell(DRAWN)
    seen |= {*story.drawn()}
    assert len(story.drawn()) == 5
    assert readers([*EVERYBODY, *EXPERTS], story.case) == seen

    story.tell(f"{NO_RECUSAL}\n- include: opinions_and_site\n{TO_LIST}")
    seen |= {"lj-finance"}
    assert readers([*EVERYBODY, *EXPERTS], story.case) == seen

    story.tell("[{task: proposed_list, answers: {$from: proposed_list}}]")
    assert readers([*EVERYBODY, *EXPERTS], story.case) == seen

    story.tell("[{task: acknowledge_handoff, answers: {$from: receipt}}]")
    seen |= {"lj-committee"}
    assert readers([*EVERYBODY, *EXPERTS], story.case) == seen


def test_a_case_that_has_not_come_to_an_agency_looks_like_none_at_all(story, see, runtime):
    with unit_of_work(runtime.sessions) as session:
        task = session.scalars(select(Task.id).where(Task.case_id == story.case)).one()

    for query, given in (
        (case_pages.visible, story.case),
        (case_pages.decisions, story.case),
        (case_pages.timeline, story.case),
        (comments.of_case, story.case),
        (case_pages.deadlines, story.case),
        (case_pages.diagrams, story.case),
        (tasks.visible, task),
    ):
        with pytest.raises(NotFoundError):
            see("lj-committee", query, given)


def test_an_expert_sees_only_the_cases_that_ask_them(story, runtime, see):
    other = Story(runtime).tell("[{include: to_submitted}]")
    story.tell(f"[{{include: to_signed}}, {{include: plan_to_submit}}]").tell(DRAWN)

    for login in EXPERTS:
        listed = see(login, lambda s, a: inbox.cases_of(s, a, before=None, limit=50))
        wanted = [story.case] if login in story.drawn() else []
        assert [each.id for each in listed] == wanted
        with pytest.raises(NotFoundError):
            see(login, case_pages.visible, other.case)


def test_an_expert_does_not_see_anothers_task(story, see, runtime):
    story.tell("[{include: to_signed}, {include: plan_to_submit}]").tell(DRAWN)
    with unit_of_work(runtime.sessions) as session:
        rows = session.execute(
            select(Person.login, Task.id)
            .join(Task, Task.person_id == Person.id)
            .where(Task.case_id == story.case)
        ).all()
    by_login = {login: task_id for login, task_id in rows}
    one, other = story.drawn()[:2]

    assert see(one, tasks.visible, by_login[one])[0].id == by_login[one]
    with pytest.raises(NotFoundError):
        see(one, tasks.visible, by_login[other])


@pytest.fixture
def reviewing(story) -> Story:
    """A case whose five experts are to give their opinions."""
    story.tell("[{include: to_signed}, {include: plan_to_submit}]").tell(DRAWN)
    return story.tell(NO_RECUSAL)


def opinion(login: str) -> str:
    return f"- {{task: give_opinion, as: {login}, answers: {{$from: expert_opinion}}}}"


def test_an_opinion_is_sealed_from_everybody_until_all_are_in(reviewing, answers, see):
    first, second, *rest = reviewing.drawn()
    reviewing.tell(opinion(first)).tell(opinion(second))

    for login in (first, second):
        given = see(login, case_pages.decisions, reviewing.case)
        given = [d for d in given if d["node_id"] == "give_opinion"]
        [own] = reviewing.names([login])
        assert {d["person"]: d["answers"] is not None for d in given} == {own: True, "专家": False}
    for login in (*rest, *OFFICIALS, *LEAD, "upstream-op"):
        assert answers(login, reviewing.case)["give_opinion"] == [None, None]
        given = see(login, case_pages.decisions, reviewing.case)
        assert {d["person"] for d in given if d["node_id"] == "give_opinion"} == {"专家"}

    for login in rest[:-1]:
        reviewing.tell(opinion(login))
    assert answers("lj-reviewer", reviewing.case)["give_opinion"] == [None] * 4


def test_once_all_are_in_the_panel_and_the_officials_read_them(reviewing, answers):
    reviewing.tell("- {task: give_opinion, each: true, answers: {$from: expert_opinion}}")

    for login in (*reviewing.drawn(), *OFFICIALS):
        given = answers(login, reviewing.case)["give_opinion"]
        assert [each["overall"] for each in given] == ["pass"] * 5


def test_applicants_never_read_opinions_nor_experts_names(reviewing, answers, see):
    reviewing.tell("- include: opinions_and_site")
    names = reviewing.names(EXPERTS)

    for login in (*LEAD, *INVITED):
        found = answers(login, reviewing.case)
        assert found["give_opinion"] == [None] * 5
        assert found["declare_recusal"] == [None] * 5
        assert found["panel_conclusion"] == [None]
        for page in (case_pages.decisions, case_pages.timeline, comments.of_case):
            shown = str(see(login, page, reviewing.case))
            assert not [name for name in names if name in shown]


def test_experts_do_not_learn_each_others_names_from_the_time_line(reviewing, see):
    first, *others = reviewing.drawn()

    shown = str(see(first, case_pages.timeline, reviewing.case))

    assert not [name for name in reviewing.names(others) if name in shown]
    assert reviewing.names([first]).pop() in shown


def test_an_expert_who_stepped_aside_sees_the_case_no_more(story, see, readers):
    story.tell("[{include: to_signed}, {include: plan_to_submit}]").tell(DRAWN)
    aside = story.drawn()[0]
    story.tell(f"""
- {{task: declare_recusal, as: {aside}, answers: {{relations_declared: [], accept: "no", confidentiality: true, reason: 有利害关系}}}}
{NO_RECUSAL}
{NO_RECUSAL}
- {{task: give_opinion, each: true, answers: {{$from: expert_opinion}}}}
""")

    assert aside not in story.drawn()
    assert readers([aside, *story.drawn()], story.case) == {*story.drawn()}
    assert see(aside, lambda s, a: inbox.cases_of(s, a, before=None, limit=50)) == []


def test_experts_read_what_the_applicants_submitted_and_no_internal_opinion(reviewing, answers):
    found = readable(answers(reviewing.drawn()[0], reviewing.case))

    assert {"application", "compile_plan", "agreement_draft", "sign_agreement"} <= found
    assert not found & {"completeness_check", "attest_items", "commission", "plan_panel"}


@pytest.fixture
def granted(story) -> Story:
    """A case that went all the way to the grant."""
    story.tell("[{include: to_signed}, {include: plan_to_submit}, {include: accepted}]")
    story.tell("[{include: reviewed}, {include: to_committee}, {include: published}]")
    return story.tell("[{advance: until due}, {task: A-DECIDE, answers: {$from: grant}}]")


DISCLOSED = {"completeness_check", "plan_site_visit", "prepare_notice", "decide"}


def test_the_lead_reads_its_own_answers_what_members_tell_it_and_what_is_disclosed(
    granted, answers
):
    own = {
        "list_candidates",
        "confirm_members",
        "agreement_draft",
        "compile_plan",
        "commitment",
        "application",
    }
    assert readable(answers("lead-op", granted.case)) == own | DISCLOSED | {
        "intent_reply",
        "sign_agreement",
    }


def test_a_member_reads_its_own_answers_the_draft_it_signs_and_what_is_disclosed(granted, answers):
    found = answers("upstream-op", granted.case)

    assert readable(found) == {"intent_reply", "sign_agreement", "agreement_draft"} | DISCLOSED
    assert len([a for a in found["intent_reply"] if a is not None]) == 1
    assert len([a for a in found["sign_agreement"] if a is not None]) == 1


def test_applicants_read_no_internal_opinion(granted, answers):
    for login in ("lead-op", "upstream-op"):
        found = answers(login, granted.case)
        hidden = set(found) - readable(found)
        assert {
            "attest_items",
            "commission",
            "plan_panel",
            "record_site_visit",
            "initial_opinion",
            "choose_departments",
            "department_slip",
            "joint_minutes",
            "proposed_list",
            "acknowledge_handoff",
            "superior_decision",
        } <= hidden


def test_officials_read_all_of_what_has_come_to_them(granted, answers):
    found = answers("lj-reviewer", granted.case)

    assert readable(found) == set(found)


def test_the_reasons_of_a_refusal_are_disclosed_to_the_applicants(story, answers):
    story.tell("[{include: to_signed}, {include: plan_to_submit}]").tell("""
- {task: A-COMPLETE, answers: {$from: accept}}
- {task: attest_items, answers: {$from: attest, results.4.result: not_met, outcome: fail, reason: 没有合作基础, article: 三(二)1}}
- {task: A-REJECT, answers: {$from: refusal}}
""")

    for login in ("lead-op", "upstream-op"):
        found = answers(login, story.case)
        assert found["refuse"][0]["article"] == "办法五(二)"
        assert found["attest_items"] == [None]


def test_a_member_can_open_the_draft_it_signs_and_no_other_attachment(granted, answers, see):
    found = answers("lj-reviewer", granted.case)
    [draft] = found["agreement_draft"][0]["draft_file"]
    theirs = found["commitment"][0]["commitment_file"] + found["joint_minutes"][0]["minutes_file"]

    assert see("upstream-rep", files.visible, UUID(draft)).name == "组建协议.docx"
    for file_id in theirs:
        with pytest.raises(NotFoundError):
            see("upstream-rep", files.visible, UUID(file_id))


def test_the_lead_opens_the_members_signature_pages_and_members_not_each_others(
    granted, answers, see
):
    pages = {
        given["signature_file"][0]: given
        for given in answers("lj-reviewer", granted.case)["sign_agreement"]
    }

    opened = dict.fromkeys(("lead-op", "upstream-op"), 0)
    for login in opened:
        for file_id in pages:
            try:
                see(login, files.visible, UUID(file_id))
            except NotFoundError:
                continue
            opened[login] += 1

    assert opened == {"lead-op": 5, "upstream-op": 1}


def test_anothers_attachment_can_neither_be_handed_in_nor_opened(story, answers, see):
    story.tell("""
- {task: list_candidates, answers: {$from: candidates}}
- {task: A-INTENT, each: true, answers: {$from: intent}}
- {task: confirm_members, answers: {$from: confirm_members}}
- {task: agreement_draft, answers: {$from: agreement_draft}}
- {task: sign_agreement, item: 两江演示智行汽车科技有限公司, answers: {$from: signature}}
""")
    [theirs] = answers("lead-op", story.case)["sign_agreement"][0]["signature_file"]

    story.tell(
        "- {task: sign_agreement, item: 演示上游电控系统有限公司, "
        f"answers: {{$from: signature, signature_file: [{theirs}]}}, "
        "refused: INVALID, fields: [files]}"
    )

    with pytest.raises(NotFoundError):
        see("upstream-rep", files.visible, UUID(theirs))
