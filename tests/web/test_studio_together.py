"""Two process owners at one procedure: edits that go together, locks, comments, a second pair of eyes."""

import json
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from services.gateways.clock import SystemClock
from workflows.calendar import TIME_ZONE

APPLICATION = "liangjiang.application"
DIAGRAM = "bpmn/liangjiang/application.bpmn"


@pytest.fixture
def draft(as_person) -> str:
    """A draft that lj-owner has opened."""
    return str(as_person("lj-owner").post(f"/studio/procedures/{APPLICATION}/drafts", {})["id"])


def at(who, draft: str, node: str) -> None:
    """Open the diagram with a node selected."""
    who.go(f"/studio/drafts/{draft}/diagram?file={DIAGRAM}&at={node}")
    expect(who.page.get_by_label("编号")).to_have_value(node)


def renamed(who, draft: str, node: str, name: str) -> None:
    at(who, draft, node)
    field = who.page.get_by_label("名称", exact=True).first
    field.fill(name)
    expect(who.page.get_by_text("有未保存的修改", exact=True)).to_be_visible()


def text_of(as_person, draft: str) -> str:
    return as_person("lj-owner").get(f"/studio/drafts/{draft}/files/{DIAGRAM}")["text"]


def test_po_9_two_of_us_edit_one_diagram_and_nothing_is_lost(street, draft, as_person):
    colleague = street.signed_in("lj-owner2")
    at(colleague, draft, "publicity")
    colleague.page.get_by_role("button", name="锁定所选的“公示与异议处理”").click()
    colleague.sees("您锁定了所选的“公示与异议处理”")

    mine = street.signed_in("lj-owner")
    renamed(mine, draft, "publicity", "我来公示")
    mine.sees("锁定了所选的“公示与异议处理”")
    mine.page.get_by_role("button", name="保存", exact=True).click()
    mine.sees("正在修改“公示与异议处理”")
    mine.is_accessible()
    mine.page.get_by_role("button", name="撤销").click()
    renamed(mine, draft, "decision", "最终审定名单")

    renamed(colleague, draft, "publicity", "名单公示与异议")
    colleague.page.get_by_role("button", name="保存", exact=True).click()
    expect(colleague.page.get_by_text("没有未保存的修改")).to_be_visible()
    mine.page.get_by_role("button", name="保存", exact=True).click()
    mine.sees("您的修改没有保存，也没有覆盖对方的修改")
    mine.sees("由公示与异议处理改为名单公示与异议")
    mine.screenshot("studio-stale-merge")
    mine.page.get_by_role("button", name="合并双方的修改").click()
    mine.sees("已合并并保存")

    text = text_of(as_person, draft)
    assert 'name="名单公示与异议"' in text
    assert 'name="最终审定名单"' in text
    expect(mine.page.get_by_text("没有未保存的修改")).to_be_visible()


def test_what_both_changed_is_decided_by_whoever_merges(street, draft, as_person):
    mine = street.signed_in("lj-owner")
    renamed(mine, draft, "publicity", "甲的公示")
    other, path = as_person("lj-owner2"), f"/studio/drafts/{draft}/files/{DIAGRAM}"
    text = other.get(path)["text"].replace('name="公示与异议处理"', 'name="乙的公示"')
    assert other.http.put(other.base + path, json={"text": text, "base": 1}).ok

    mine.page.get_by_role("button", name="保存", exact=True).click()
    mine.page.get_by_role("button", name="合并双方的修改").click()
    mine.sees("双方都有修改，请逐项选择")
    mine.is_accessible()
    mine.screenshot("studio-merge-conflict")
    mine.page.get_by_label("对方的 乙的公示").check()
    mine.page.get_by_role("button", name="按所选合并").click()
    mine.sees("已合并并保存")

    assert 'name="乙的公示"' in text_of(as_person, draft)


def test_po_6_a_colleague_comments_a_node_it_is_fixed_and_she_signs_for_next_monday(
    street, draft, as_person
):
    author = street.signed_in("lj-owner")
    renamed(author, draft, "publicity", "公示")
    author.page.get_by_role("button", name="保存", exact=True).click()
    expect(author.page.get_by_text("没有未保存的修改")).to_be_visible()
    today = SystemClock().now().astimezone(TIME_ZONE).date()
    monday = today + timedelta(days=7 - today.weekday())
    author.go(f"/studio/drafts/{draft}/review")
    author.page.get_by_label("自哪一天起施行").fill(monday.isoformat())
    author.page.get_by_role("button", name="送审").click()
    author.sees("须由另一位流程负责人复核")

    second = street.signed_in("lj-owner2").go(f"/studio/drafts/{draft}/review")
    second.sees("由公示与异议处理改为公示")
    second.page.locator(".canvas [data-element-id=publicity] .djs-hit").first.click(force=True)
    second.page.get_by_label("意见内容").fill("异议处理也在这一步，请改回原名")
    second.page.get_by_role("button", name="提交意见").click()
    second.sees("未解决 1 条")
    second.is_accessible()
    second.screenshot("studio-comment")
    second.page.get_by_role("textbox", name="意见 退回须写明理由").fill("见图上的意见")
    second.page.get_by_role("button", name="退回修改").click()
    second.sees("退回：见图上的意见")

    at(author, draft, "publicity")
    author.sees("异议处理也在这一步")
    author.page.get_by_label("名称", exact=True).first.fill("公示和异议处理")
    author.page.get_by_role("button", name="保存", exact=True).click()
    expect(author.page.get_by_text("没有未保存的修改")).to_be_visible()
    author.page.get_by_role("button", name="已解决").click()
    author.sees("标为已解决")
    author.go(f"/studio/drafts/{draft}/review")
    author.page.get_by_label("自哪一天起施行").fill(monday.isoformat())
    author.page.get_by_role("button", name="送审").click()
    author.sees("须由另一位流程负责人复核")

    second.go(f"/studio/drafts/{draft}/review")
    second.page.get_by_role("button", name="同意并发布").click()
    second.sees(f"自 {monday.isoformat()} 起的新办件按它办理")
    [row] = [r for r in as_person("lj-owner").get("/studio/procedures") if r["id"] == APPLICATION]
    assert row["pending"][-1]["effective_on"] == monday.isoformat()


def test_the_matrix_of_clauses_leads_to_the_step_and_the_paper_tells_the_procedure(street, draft):
    who = street.signed_in("lj-owner").go(f"/studio/drafts/{draft}/clauses")
    who.sees("未落实 0 条")
    who.is_sound()
    who.screenshot("studio-clauses")
    row = who.page.get_by_role("row").filter(has_text="审定通过的名单向社会公示5个工作日")
    row.locator("a[href$='at=publicity']").first.click()
    expect(who.page.get_by_label("编号")).to_have_value("publicity")

    who.go(f"/studio/drafts/{draft}/clauses")
    who.page.get_by_role("button", name="按步骤看").click()
    who.page.get_by_role("row").filter(has_text="五(二)").first.wait_for()
    who.is_accessible()

    who.go(f"/studio/drafts/{draft}/files")
    with who.page.expect_download() as paper:
        who.page.get_by_role("button", name="下载流程说明书").click()
    assert paper.value.path().read_bytes().startswith(b"%PDF")
    phone = street.signed_in("lj-owner", is_phone=True).go(f"/studio/drafts/{draft}/clauses")
    phone.sees("未落实 0 条")
    phone.is_sound()
    phone.screenshot("studio-clauses-phone")


def test_po_8_the_law_changes_and_a_draft_says_where_to_look(street):
    who = street.signed_in("lj-owner").go("/studio")
    who.page.get_by_role("button", name="法规修订").click()
    who.page.get_by_label("查找条款").fill("向社会公示5个工作日")
    who.page.get_by_label("概括").first.fill("审定通过的名单向社会公示7个工作日")
    who.is_accessible()
    who.screenshot("studio-amendment")
    who.page.get_by_role("button", name="找出影响并打开草稿").click()
    who.sees("修改 1 条")
    who.page.get_by_role("link", name="产业创新联合体组建申请与审批").last.click()
    who.sees("改为“审定通过的名单向社会公示7个工作日”")
    who.sees("法规修订涉及“")
    who.screenshot("studio-amended")


def test_po_3_rows_are_pasted_from_a_spreadsheet_and_an_overlap_shows_in_the_table(street, draft):
    who = street.signed_in("lj-owner")
    who.go(f"/studio/drafts/{draft}/tables?file=dmn/liangjiang/lj_scope.dmn&at=")
    rows = who.page.locator("td.rule-index")
    expect(rows.first).to_be_visible()
    before, columns = rows.count(), who.page.locator("thead th.input-cell, thead th.output-cell")
    width = columns.count()
    who.page.get_by_text("从电子表格粘贴").click()
    area = who.page.get_by_role("textbox", name="从电子表格粘贴")
    area.fill("a\tb")
    who.page.get_by_role("button", name="加到表的末尾").click()
    who.sees("第 1 行的列数与本表不同")
    assert rows.count() == before

    area.fill("\n".join("\t".join(["-"] * (width - 1) + ["重复"]) for _row in range(2)))
    who.page.get_by_role("button", name="加到表的末尾").click()
    expect(rows).to_have_count(before + 2)
    expect(who.page.locator(".findings")).to_contain_text("同时适用于这种情形")
    who.is_accessible()
    who.screenshot("studio-table-paste")
    undo = who.page.get_by_role("button", name="撤销")
    while undo.is_enabled():
        undo.click()
    expect(rows).to_have_count(before)


def test_a_list_among_the_parameters_is_edited_where_it_stands(street, draft, as_person):
    who = street.signed_in("lj-owner").go(f"/studio/drafts/{draft}/profile")
    row = who.page.get_by_role("row").filter(has_text="materials.required")
    row.get_by_text("共").click()
    first = row.get_by_label("必备材料 1 内容")
    first.fill("组建申请表（加盖公章）")
    first.blur()
    who.is_accessible()
    who.screenshot("studio-list-parameter")
    other, path = as_person("lj-owner2"), f"/studio/drafts/{draft}/files/procedure.json"
    settings = json.loads(other.get(path)["text"])
    settings["procedure"]["profile"]["window.override_days"]["value"] = 17
    text = json.dumps(settings, ensure_ascii=False)
    assert other.http.put(other.base + path, json={"text": text, "base": 1}).ok
    who.page.get_by_role("button", name="保存参数").click()
    who.sees("改为 17 个工作日")
    who.screenshot("studio-stale-parameters")
    who.page.get_by_role("button", name="合并双方的修改").click()
    who.sees("已合并并保存")
    expect(who.page.get_by_label("流程管理员核对效力的期限 值")).to_have_value("17")

    settings = as_person("lj-owner").get(f"/studio/drafts/{draft}/files/procedure.json")["text"]
    profile = json.loads(settings)["procedure"]["profile"]
    assert profile["window.override_days"]["value"] == 17
    [material, *_] = profile["materials.required"]["value"]
    assert material["text"] == "组建申请表（加盖公章）"
    assert material["code"] == "LJ-M-01"
