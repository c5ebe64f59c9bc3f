"""What officials and experts do all day, on the pages, by keyboard alone, in whole stories."""

import re

from playwright.sync_api import expect


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


def test_experts_recuse_themselves_and_score_apart(told, street):
    """EX-1: recusal, a substitute expert, isolated opinions; the tally comes after the last."""
    driver = told(
        "liangjiang/expert_recuses",
        "plan_panel",
        "declare_recusal",
        "give_opinion",
        by_keyboard=True,
    )

    reviewer = opened(street, driver, "lj-reviewer", "意见与决定")

    expect(reviewer.page.get_by_role("heading", name=re.compile("评审|审查")).first).to_be_visible()
    reviewer.screenshot("EX-1-opinions")
    reviewer.is_accessible()


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
