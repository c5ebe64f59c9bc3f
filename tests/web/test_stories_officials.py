"""What officials and experts do all day, on the pages, by keyboard alone, in whole stories."""

import re
from hashlib import sha256

import pytest
from playwright.sync_api import expect

from services.gateways.liancheng_api import ApiRefusedError


def the_case(driver) -> str:
    """The id of the case that a story was about."""
    return next(iter(driver.starters))


def opened(street, driver, login: str, tab: str):
    """Somebody at the page of the story's case, at one of its tabs."""
    who = street.signed_in(login).go(f"/cases/{the_case(driver)}")
    who.page.get_by_role("tab", name=tab).click()
    return who


def test_a_supplement_pauses_the_clock_and_the_ledger_says_so(told, street):
    """OF-2: the clerk asks for a supplement, the applicant hands it in, the clock had paused."""
    driver = told(
        "lingang/supplement_pauses_over_national_day",
        "A-COMPLETE",
        "A-SUPPLEMENT",
        by_keyboard=True,
    )

    clerk = opened(street, driver, "lg-clerk", "时限")

    expect(clerk.page.locator(".days .paused").first).to_be_visible()
    expect(clerk.page.locator(".days .skipped", has_text="国庆").first).to_be_visible()
    clerk.screenshot("OF-2-ledger")
    clerk.is_accessible()
    clerk.fits()


@pytest.fixture
def recused(driver, monkeypatch) -> list[str]:
    """Whoever recuses themselves in a story does so with one click; their logins."""
    complete = driver.complete
    logins: list[str] = []

    def act(login, task, answers):
        if answers.get("accept") != "no":
            complete(login, task, answers)
            return
        driver.seen.clear()
        logins.append(login)
        expert = driver.desk(login).go(f"/tasks/{task['id']}")
        expert.sees("一键回避").is_accessible()
        expert.fits()
        expert.screenshot("OF-4-recusal")
        expert.keys.press(expert.page.get_by_role("button", name="与参评单位有任职或聘用关系"))
        expect(expert.page.get_by_role("heading", name="已提交")).to_be_visible()

    monkeypatch.setattr(driver, "complete", act)
    return logins


def lot_of(seed, candidates):
    """The candidates in the order that the seed gives, as anyone can work it out."""
    return sorted(candidates, key=lambda c: sha256(f"{seed}/{c['person_id']}".encode()).digest())


def test_experts_are_drawn_recuse_themselves_are_replaced_and_score_apart(told, recused, street):
    """OF-4, EX-1: conflicts left out, a lot with its seed, a substitute, isolated opinions, the tally."""
    driver = told(
        "liangjiang/expert_recuses",
        "plan_panel",
        "declare_recusal",
        "give_opinion",
        by_keyboard=True,
    )
    [login] = recused

    reviewer = street.signed_in("lj-reviewer").go(f"/cases/{the_case(driver)}")
    reviewer.keys.press(reviewer.page.get_by_role("tab", name="意见与决定"))

    expect(reviewer.page.get_by_role("heading", name=re.compile("评审|审查")).first).to_be_visible()
    first, second = driver._as("lj-reviewer").get(f"/cases/{the_case(driver)}/expert-draws")
    reviewer.sees("首次抽取").sees("第 2 次抽取（替补）").sees("来自参与单位")
    reviewer.sees(first["seed"]).sees(second["seed"]).sees("已申请回避或已被替换")
    for lot in (first, second):
        assert lot["candidates"] == lot_of(lot["seed"], lot["candidates"])
        assert lot["drawn"] == lot["candidates"][: lot["wanted"]]
    left = {each["person_id"]: each["reason"] for each in second["excluded"]}
    assert left[driver._as(login).who["id"]] == "已申请回避或已被替换"
    assert len(second["kept"]) == 4
    reviewer.keys.press(reviewer.page.get_by_text("怎样重复这次抽取").first)
    expect(reviewer.page.get_by_text(first["candidates"][-1]["person_id"]).first).to_be_visible()
    reviewer.screenshot("OF-4-draw")
    reviewer.is_sound()
    expert = driver._as(login)
    with pytest.raises(ApiRefusedError):  # they have no more part in the case
        expert.get(f"/cases/{the_case(driver)}/expert-draws")


def test_a_refusal_names_the_rule_and_ends_the_case(told, street):
    """OF-5: a hard rule fails; the case is refused with its reason."""
    driver = told("liangjiang/hard_rule_refused", "attest_items", "A-REJECT", by_keyboard=True)

    leader = opened(street, driver, "lj-leader", "流程图")

    expect(leader.page.get_by_role("group", name=re.compile("流程图"))).to_be_visible()
    leader.screenshot("OF-5-refused")
    leader.is_accessible()


def test_a_handoff_is_returned_and_sent_again(told, street):
    """AG-1: the Bureau returns the envelope, the district mends and sends; both see the same."""
    driver = told(
        "ningbo/handoff_returned_and_sent_again",
        "acknowledge_handoff",
        "A-LOCALREC",
        by_keyboard=True,
    )

    sender = opened(street, driver, "nb-local", "移送")

    expect(sender.page.get_by_text("已退件").first).to_be_visible()
    expect(sender.page.get_by_text("已签收").first).to_be_visible()
    sender.screenshot("AG-1-handoffs")
    sender.is_accessible()
    sender.fits()


def test_the_territory_reads_progress_only_once_it_has_passed_the_case_on(told, street):
    """AG-5: what the Bureau writes after the handoff is not shown to the district."""
    driver = told("ningbo/territory_reads_progress_only", "arrange_argumentation", by_keyboard=True)

    local = opened(street, driver, "nb-local", "意见与决定")
    bureau = opened(street, driver, "nb-reviewer", "意见与决定")

    expect(bureau.page.get_by_role("heading", name="论证").first).to_be_visible()
    expect(local.page.get_by_role("heading", name="论证")).to_have_count(0)
    local.screenshot("AG-5-district")
