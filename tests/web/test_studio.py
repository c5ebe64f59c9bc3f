"""Process owners change a procedure on the pages: drawn, checked, refused, reviewed, published."""

import pytest
from playwright.sync_api import expect

from services.gateways.liancheng_api import ApiRefusedError
from tests.web.studio.desk import Desk

APPLICATION = "liangjiang.application"
DIAGRAM = "bpmn/liangjiang/application.bpmn"


@pytest.fixture
def draft(as_person) -> str:
    """A draft that lj-owner has opened."""
    made = as_person("lj-owner").post(f"/studio/procedures/{APPLICATION}/drafts", {})
    return str(made["id"])


def test_a_dangerous_edit_is_refused_with_its_way_drawn_and_undone_to_the_byte(
    street, draft, as_person
):
    desk = Desk(street.signed_in("lj-owner")).opens(draft).is_clean().selects("publicity")
    who = desk.who
    expect(who.page.get_by_label("条款", exact=True)).to_have_value("五(二)1.7")
    who.sees("审定通过的名单向社会公示5个工作日")
    who.is_accessible()
    who.page.locator(".lc-canvas svg[data-element-id]").press("Delete")
    expect(who.page.locator(".findings")).to_contain_text("此前没有节点写入它")
    who.page.get_by_role("button", name="撤销").click()
    desk.is_clean()

    who.page.get_by_role("button", name="全图").click()
    desk.selects("gw_committee")
    who.page.locator(".djs-context-pad [data-action=connect]").click()
    who.page.locator("[data-element-id=decision] .djs-hit").first.click(force=True)
    who.page.get_by_label("条件（FEEL）").fill('=case.number = "x"')
    broken = who.page.get_by_role("listitem").filter(has_text="公示通过之后才能授予名称")
    broken.get_by_role("button").click()
    assert who.page.locator(".djs-shape.lc-path").count() > 10
    assert who.page.locator(".djs-connection.lc-path").count() > 10
    who.screenshot("studio-dangerous-edit")
    who.page.get_by_role("button", name="保存").click()
    expect(who.page.get_by_text("没有未保存的修改")).to_be_visible()

    who.go(f"/studio/drafts/{draft}/review").sees("新增从选择“是否同意？”到调用环节")
    expect(who.page.get_by_role("button", name="送审")).to_be_disabled()
    who.sees("现在不能送审")
    with pytest.raises(ApiRefusedError, match="FINDINGS"):
        as_person("lj-owner").post(f"/studio/drafts/{draft}/review", {"effective_on": "2099-01-01"})


def test_a_harmless_edit_goes_through_review_and_new_cases_run_on_it(
    street, draft, as_person, applied
):
    before = applied()
    author = street.signed_in("lj-owner").go(f"/studio/drafts/{draft}/profile")
    author.page.get_by_label("流程管理员核对效力的期限 值").fill("12")
    author.page.get_by_role("button", name="保存参数").click()
    author.go(f"/studio/drafts/{draft}/review")
    author.sees("参数“流程管理员核对效力的期限”由 10 个工作日改为 12 个工作日")
    author.page.get_by_label("说明（给复核人）").fill("与实际办理时间相符")
    author.page.get_by_role("button", name="送审").click()
    author.sees("须由另一位流程负责人复核")
    author.is_sound()
    assert author.page.get_by_role("button", name="同意并发布").count() == 0

    second = street.signed_in("lj-owner2").go("/studio")
    second.page.locator(f"a[href='/studio/drafts/{draft}']").click()
    second.page.get_by_role("link", name="修改与复核").click()
    second.sees("与实际办理时间相符")
    second.page.get_by_role("button", name="同意并发布").click()
    second.sees("本草稿已经发布")
    second.screenshot("studio-published")

    [now, first, *_] = as_person("lj-owner").get(f"/procedures/{APPLICATION}/versions")
    assert before["bundle"] == first["hash"]
    assert applied()["bundle"] == now["hash"]


def test_a_save_never_overwrites_what_somebody_else_has_saved(street, draft, as_person):
    who = Desk(street.signed_in("lj-owner")).opens(draft).is_clean().selects("plan").who
    name = who.page.get_by_label("名称", exact=True)
    name.fill("编制方案")
    expect(who.page.get_by_text("有未保存的修改", exact=True)).to_be_visible()
    other, path = as_person("lj-owner2"), f"/studio/drafts/{draft}/files/{DIAGRAM}"
    text = other.get(path)["text"].replace("出具诚信承诺书", "签署诚信承诺书")
    assert other.http.put(other.base + path, json={"text": text, "base": 1}).ok

    who.page.get_by_role("button", name="保存").click()

    who.sees("任务“签署诚信承诺书”的名称由出具诚信承诺书改为签署诚信承诺书")
    assert other.get(path)["text"] == text
    who.page.on("dialog", lambda dialog: dialog.accept())
    who.page.get_by_role("button", name="放弃我的修改，打开最新内容").click()
    expect(who.page.get_by_text("没有未保存的修改")).to_be_visible()


def test_every_diagram_opens_and_what_nobody_changed_is_not_saved(street, draft, as_person):
    desk = Desk(street.signed_in("lj-owner")).opens(draft).is_clean()
    who = desk.who
    diagrams = who.page.get_by_label("图", exact=True)
    paths = diagrams.locator("option").evaluate_all("all => all.map((each) => each.value)")
    assert len(paths) > 15

    for path in paths:
        diagrams.select_option(path)
        expect(who.page.get_by_role("group", name=f"流程图编辑区：{path}")).to_be_visible()
        desk.is_clean()
        expect(who.page.get_by_role("button", name="保存")).to_be_disabled()

    found = as_person("lj-owner").get(f"/studio/drafts/{draft}")["files"]
    assert {file["revision"] for file in found} == {1}


def test_an_overlap_in_a_table_is_found_while_one_types_and_undone(street, draft, as_person):
    who = street.signed_in("lj-owner").go(f"/studio/drafts/{draft}/tables")
    expect(who.page.locator(".findings")).to_contain_text("没有发现问题")
    who.page.get_by_label("文件", exact=True).select_option("dmn/liangjiang/lj_scope.dmn")
    examples = who.page.get_by_role("region", name="例子", exact=True)
    expect(examples).to_contain_text("3 个例子，3 个符合，0 个不符")
    cell = who.page.locator("td.input-cell[data-row-id=lj_scope_direct]").first
    cell.click()
    who.page.keyboard.press("End")
    who.page.keyboard.type(",2")

    expect(who.page.locator(".findings")).to_contain_text("两条规则同时适用于这种情形")
    expect(who.page.locator(".findings")).to_contain_text("由主管部门决定”与决策表不符")
    expect(examples).to_contain_text("3 个例子，2 个符合，1 个不符")
    who.is_accessible()
    who.screenshot("studio-example-fails")
    undo = who.page.get_by_role("button", name="撤销")
    while undo.is_enabled():
        undo.click()
    expect(who.page.get_by_text("没有未保存的修改")).to_be_visible()
    expect(who.page.locator(".findings")).to_contain_text("没有发现问题")

    note = who.page.locator("td.annotation[data-row-id=lj_scope_direct]")
    note.click()
    who.page.keyboard.press("End")
    who.page.keyboard.type("（核对）")
    expect(who.page.get_by_text("有未保存的修改", exact=True)).to_be_visible()
    examples.get_by_role("button", name="加一个例子").click()
    examples.get_by_label("例子的名称").last.fill("都在区外")
    examples.get_by_label("都在区外 start_info.tax_region").fill("elsewhere")
    examples.get_by_label("都在区外 期望 route").fill("DIRECT")
    added = examples.get_by_role("row").last
    expect(added).to_contain_text("第 3 行")
    expect(added).to_contain_text("不符")
    who.is_accessible()
    added.get_by_role("button", name="以实际结果为期望").click()
    expect(added.get_by_label("都在区外 期望 route")).to_have_value("OFFICIAL_DECISION")
    expect(examples).to_contain_text("4 个例子，4 个符合，0 个不符")
    expect(who.page.locator(".findings")).to_contain_text("没有发现问题")

    who.page.get_by_role("button", name="保存").click()
    expect(who.page.get_by_text("没有未保存的修改")).to_be_visible()
    who.go(f"/studio/drafts/{draft}/review").sees("决策表“适用范围”的一行由")
    who.sees("新增决策表的例子 liangjiang/lj_scope.json“都在区外”")


def test_a_field_is_added_to_a_form_beside_its_preview(street, draft, as_person):
    who = street.signed_in("lj-owner").go(f"/studio/drafts/{draft}/forms")
    who.page.get_by_role("combobox", name="表单", exact=True).select_option("forms/F-LJ-00b.json")
    preview = who.page.get_by_role("region", name="预览")
    expect(preview).to_contain_text("处理决定")
    who.page.get_by_label("字段种类").select_option("radio")
    who.page.get_by_role("button", name="在所选之后添加").click()
    name = who.page.get_by_label("名称", exact=True)
    name.fill("是否现场核实")
    name.blur()

    expect(preview).to_contain_text("是否现场核实")
    expect(who.page.locator(".findings")).to_contain_text("没有发现问题")
    who.is_accessible()
    for _edit in range(2):
        who.page.get_by_role("button", name="撤销").click()
    expect(who.page.get_by_text("没有未保存的修改")).to_be_visible()
    for _edit in range(2):
        who.page.get_by_role("button", name="重做").click()
    who.page.get_by_role("button", name="保存").click()
    expect(who.page.get_by_text("没有未保存的修改")).to_be_visible()
    who.go(f"/studio/drafts/{draft}/review").sees("表单 F-LJ-00b 新增“是否现场核实”")


def test_the_studio_is_accessible_and_can_be_read_on_a_phone(street, draft):
    who = street.signed_in("lj-owner").go("/studio").sees("流程工作室")
    who.is_sound()
    for tab in ("diagram", "tables", "forms", "profile", "review", "files"):
        who.go(f"/studio/drafts/{draft}/{tab}")
        who.is_sound()
    phone = street.signed_in("lj-owner", is_phone=True).go(f"/studio/drafts/{draft}")
    phone.sees("屏幕较窄，这里只能查看")
    phone.screenshot("studio-phone")
