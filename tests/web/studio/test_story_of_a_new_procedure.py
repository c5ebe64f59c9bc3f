"""PO-1: from a blank diagram to a case that an applicant and officials work on, without any file."""

from playwright.sync_api import Page, expect

from tests.web.filling import Filler
from tests.web.studio.desk import Desk

NAME, TITLE = "plaque_transfer", "牌匾移交登记"
PROCEDURE = f"liangjiang.{NAME}"
HANDED = {"plaque_no": "LJ-07", "handed_to": "智行汽车", "on": "2026-09-30", "remark": "完好"}


def drops(page: Page, entry: str, flow: str) -> None:
    """Put a node of the palette onto a flow."""
    page.locator(f'.djs-palette [data-action="{entry}"]').click()
    box = page.locator(f'g[data-element-id="{flow}"]').bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x - 20, y - 20)
    page.mouse.move(x, y, steps=4)
    page.mouse.click(x, y)
    page.keyboard.press("Escape")  # the name is written beside it


def completes(who, owner, task: str, answers: dict) -> None:
    """Do a task on its page."""
    who.go(f"/tasks/{task}")
    who.page.locator(".fjs-form").wait_for()
    form = owner.get(f"/tasks/{task}")["form"]
    Filler(who.page, {}).fill(form["components"], answers)
    who.page.get_by_role("button", name="提交", exact=True).click()
    expect(who.page.get_by_role("heading", name="已提交")).to_be_visible()


def test_a_procedure_is_drawn_reviewed_published_and_worked_on(street, as_person):
    author = street.signed_in("lj-owner").go("/studio")
    author.page.get_by_role("button", name="新建办理事项").click()
    author.page.get_by_label("编号").fill(NAME)
    author.page.get_by_label("名称").fill(TITLE)
    author.page.get_by_role("button", name="建立草稿").click()
    who = Desk(author).is_clean()
    page = who.page

    drops(page, "create.user-task", "f_start__end")
    assert any("没有表单" in text for text in who.is_checked())
    page.get_by_label("名称", exact=True).fill("填写移交情况")
    page.get_by_label("数据键").fill("handing")
    page.get_by_label("角色").select_option("lead_operator")
    page.get_by_label("表单", exact=True).select_option("C-FORM-22")
    who.is_clean()
    who.puts("内部会签")
    who.is_checked()
    who.is_clean().saves()
    author.screenshot("story-po-1-drawn")
    author.is_accessible()

    page.get_by_role("link", name="修改与复核").click()
    page.get_by_label("说明（给复核人）").fill("牌匾移交过去没有登记")
    page.get_by_role("button", name="送审").click()
    author.sees("须由另一位流程负责人复核")
    draft = page.url.split("/drafts/")[1].split("/")[0]
    second = street.signed_in("lj-owner2").go(f"/studio/drafts/{draft}/review")
    second.sees("牌匾移交过去没有登记")
    second.page.get_by_role("button", name="同意并发布").click()
    second.sees("本草稿已经发布")

    lead = street.signed_in("lead-op").go(f"/procedures/{PROCEDURE}")
    lead.sees(TITLE)
    lead.page.get_by_role("link", name="开始申报").click()
    lead.page.locator(".lc-page .el-button--primary").last.click()
    lead.page.wait_for_url("**/tasks/*")
    completes(lead, as_person("lead-op"), lead.page.url.rsplit("/", 1)[1], HANDED)

    [case] = [c for c in as_person("lead-op").get("/cases")["items"] if c["procedure"] == PROCEDURE]
    for login in ("lj-clerk", "lj-reviewer"):
        official = as_person(login)
        tasks = official.get(f"/tasks?case={case['id']}")["items"]
        completes(street.signed_in(login), official, tasks[0]["id"], {"opinion": "agree"})
    lead.go(f"/cases/{case['id']}").sees(TITLE)
    lead.screenshot("story-po-1-done")
    done = as_person("lead-op").get(f"/cases/{case['id']}")
    assert done["number"].startswith("LIANGJIANG-PLAQUE-TRANSFER")
    assert done["outcome"] == "done"
