"""The task page when all goes well, and when it does not: keyboard, sessions, others being faster."""

import pytest
from playwright.sync_api import expect

MOST_TABS = 200


@pytest.fixture
def in_review(submit):
    """The task of a formal review (形式审查) that the test may complete."""
    return submit().task


def tab_to(who, selector: str) -> None:
    """Press Tab until an element has the focus, as somebody without a mouse does."""
    for _ in range(MOST_TABS):
        who.page.keyboard.press("Tab")
        if who.page.evaluate("(s) => document.activeElement?.matches(s) ?? false", selector):
            return
    raise AssertionError(f"the keyboard does not reach {selector}")


def test_a_task_is_done_by_keyboard_alone(in_review, street):
    who = street.anyone().go("/sign-in")
    tab_to(who, "#login")
    who.page.keyboard.type("lj-clerk")
    tab_to(who, "#password")
    who.page.keyboard.type("liancheng-demo")
    who.page.keyboard.press("Enter")
    who.page.wait_for_url(lambda url: "/sign-in" not in url)
    who.go(f"/tasks/{in_review}")

    for row in range(4):
        tab_to(who, f'[id$="-F_materials_valid_{row}"]')
        who.page.keyboard.press("Space")
    tab_to(who, '[id$="-F_copies_received"]')
    who.page.keyboard.type("2")
    tab_to(who, 'input[type="radio"]')
    who.page.keyboard.press("Space")
    tab_to(who, ".foot .el-button--primary")
    who.page.keyboard.press("Enter")

    who.sees("已提交")


def test_a_supplement_is_asked_for_in_twelve_clicks(in_review, street):
    """OF-2: what is there is listed already; the clerk marks, lists what is missing, submits."""
    who = street.signed_in("lj-clerk").go("/workbench")
    clicks = []
    page = who.page

    def click(locator) -> None:
        clicks.append(1)
        locator.click()

    click(page.locator(f"a[href*='{in_review}']").first)
    page.locator(".fjs-form").wait_for()
    for row in (0, 1):
        click(page.locator(f'[id$="-F_materials_valid_{row}"]'))
    click(page.get_by_label("补正", exact=True))
    click(page.locator('[id$="-F_copies_received"]'))
    page.keyboard.type("2")
    click(page.locator('[id$="-F_supplement_list_material_0"]'))
    page.keyboard.type("实施方案")
    page.keyboard.press("Tab")
    page.keyboard.type("补充进度安排并盖章")
    page.keyboard.press("Tab")
    page.keyboard.type("五(一)3")
    click(page.get_by_role("button", name="提交", exact=True))

    who.sees("已提交").sees("待补正")
    assert len(clicks) <= 12
    who.screenshot("OF-2-submitted")


def test_what_is_typed_survives_the_end_of_the_session(submitted, street):
    who = street.signed_in("lj-clerk").go(f"/tasks/{submitted.task}")
    remark = who.page.locator('[id$="-F_materials_remark_0"]')
    remark.fill("盖章不清晰")
    who.sees("草稿已保存")

    who.page.context.clear_cookies()
    remark.fill("盖章不清晰，请重新扫描")
    who.sees("登录已过期")
    who.screenshot("session-ended")
    dialog = who.page.get_by_role("dialog")
    dialog.get_by_label("密码").fill("liancheng-demo")
    dialog.get_by_role("button", name="登录").click()

    expect(dialog).to_be_hidden()
    expect(remark).to_have_value("盖章不清晰，请重新扫描")
    who.sees("草稿已保存")
    who.go(f"/tasks/{submitted.task}")
    expect(remark).to_have_value("盖章不清晰，请重新扫描")


def test_whoever_is_slower_is_told_by_whom_and_keeps_what_was_typed(in_review, street, driver):
    slow = street.signed_in("lj-clerk2").go(f"/tasks/{in_review}")
    slow.page.locator('[id$="-F_materials_remark_0"]').fill("我的意见")
    case = slow.page.locator("a[href*='/cases/']").first.get_attribute("href").split("/")[-1]
    task = next(t for t in driver.tasks(case) if t["id"] == in_review)
    materials = [{"material": "组建申请表", "present": True, "valid": True}]
    driver.on_pages = frozenset({"nothing"})
    accepted = {"materials": materials, "copies_received": 2, "outcome": "accept"}
    driver.complete("lj-clerk", task, accepted)

    slow.page.get_by_role("button", name="提交", exact=True).click()

    slow.sees("没有提交：这项任务已有结果").sees("陈一（受理）")
    slow.page.get_by_text("我填写的内容").click()
    slow.sees("我的意见")
    slow.screenshot("conflict")
    slow.is_accessible()


def test_refusals_lead_to_their_fields(submitted, street):
    who = street.signed_in("lj-clerk", is_phone=True).go(f"/tasks/{submitted.task}")

    who.page.get_by_role("button", name="提交", exact=True).click()

    refusals = who.page.locator(".refusals")
    expect(refusals).to_be_focused()
    refusals.get_by_role("button", name="收到份数").click()
    expect(who.page.locator('[id$="-F_copies_received"]')).to_be_focused()
    who.screenshot("refused-on-a-phone")
    who.is_accessible()
    who.fits()
