"""常用环节: a whole step put into a diagram with one click, with all that it needs."""

import pytest
from playwright.sync_api import expect

# what is left to the owner, in words of the findings
ASKED = {
    "公示": [],
    "专家评审": [],
    "内部会签": [],
    "形式审查与补正": ["输入“materials_provided”还没有填写"],
    "移送": ["输入“to_party”还没有填写", "输入“to_role”还没有填写"],
    "签署": ["“起草协议”没有表单"],
    "部门会签": [],
}


def test_a_usual_step_is_whole_but_for_what_its_owner_must_choose(desk, blank):
    who = desk().opens(blank).is_clean()
    who.who.is_sound()
    for name, left in ASKED.items():
        who.puts(name)

        found = who.is_checked()
        assert len(found) == len(left), (name, found)
        assert all(any(each in text for text in found) for each in left), (name, found)
        who.who.screenshot(f"fragment-{name}")
        who.button("撤销").click()
        expect(who.page.get_by_text("没有未保存的修改")).to_be_visible()


def test_steps_follow_each_other_and_what_they_need_is_in_the_draft(desk, blank, as_person):
    who = desk().opens(blank).is_clean()
    for name in ("公示", "专家评审", "公示", "内部会签"):
        who.puts(name)
        who.is_checked()
    who.is_clean().saves()
    who.who.screenshot("fragments")

    owner = as_person("lj-owner")
    paths = {file["path"] for file in owner.get(f"/studio/drafts/{blank}")["files"]}
    assert {"bpmn/shared/publicity.bpmn", "bpmn/shared/expert_review.bpmn"} <= paths
    [drawn] = [path for path in paths if path.startswith("bpmn/liangjiang/")]
    text = owner.get(f"/studio/drafts/{blank}/files/{drawn}")["text"]
    assert 'dataKey="publicity"' in text
    assert "condition" in text
    assert "publicity_2.outcome" in text
    names = [
        text.index(f'name="{name}"') for name in ("公示是否通过？", "专家评审", "评审是否通过？")
    ]
    assert names == sorted(names)
    assert owner.post(f"/studio/drafts/{blank}/check", {})["findings"] == []


@pytest.mark.parametrize("key", ["n", "t"])
def test_a_node_is_put_and_connected_without_a_mouse(desk, blank, key):
    who = desk().opens(blank).is_clean()
    who.page.locator(".lc-canvas svg[data-element-id]").first.focus()
    who.page.keyboard.press("Alt+ArrowRight")
    expect(who.page.get_by_label("编号")).to_have_value("start")
    if key == "n":
        who.page.keyboard.press("n")
        who.page.keyboard.type("办理任务")
        who.page.keyboard.press("End")
        expect(who.page.locator(".djs-popup .entry")).to_have_count(1)
        expect(who.page.locator(".djs-popup .entry.selected")).to_have_text("办理任务")
        who.page.keyboard.press("Enter")
        expect(who.findings).to_contain_text("没有表单")
    else:
        who.page.keyboard.press("t")
        who.page.keyboard.type("办结")
        who.page.keyboard.press("Enter")
        assert any("开始" in text for text in who.is_checked())
    who.who.is_accessible()


def test_a_called_process_is_opened_in_place_and_one_comes_back(desk, draft):
    who = desk().opens(draft).is_clean().selects("publicity")
    who.page.locator(".djs-context-pad [data-action=open-called]").click()
    expect(
        who.page.get_by_role("group", name="流程图编辑区：bpmn/shared/publicity.bpmn")
    ).to_be_visible()
    who.is_clean().selects("handle_objections")
    who.page.locator(".lc-canvas svg[data-element-id]").first.focus()
    who.page.keyboard.press("o")
    way = who.page.get_by_role("navigation", name="从哪里打开")
    expect(way).to_contain_text("公示与异议处理›")
    who.is_clean()
    who.button("缩略图").click()
    who.who.screenshot("studio-called")
    who.who.is_accessible()
    way.get_by_role("button").nth(1).click()
    expect(
        who.page.get_by_role("group", name="流程图编辑区：bpmn/liangjiang/application.bpmn")
    ).to_be_visible()
    assert way.count() == 0


def test_shortcuts_are_told(desk, draft):
    who = desk().opens(draft).is_clean()
    who.button("快捷键").click()
    expect(who.page.get_by_role("dialog")).to_contain_text("沿连线选中下一个")
    who.who.screenshot("studio-keys")
    who.who.is_accessible()
