"""OF-1, AP-1, AG-2: a morning at the workbench, an application, and four provinces on one text."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from playwright.sync_api import expect

from services.gateways.liancheng_api import ApiClient
from services.scenarios import read_scenario
from services.scenarios.accounts import Cast
from services.scenarios.player import Player
from services.scenarios.remote import RemoteDriver
from tests.web.keyboard import KeyboardFiller

ROOT = Path(__file__).parents[2]
SEAL = frozenset({"seal"})
SCENARIOS = ROOT / "workflows" / "bpmn"


@pytest.fixture
def quick(site: str, library: Any, clients: dict[str, ApiClient]) -> Callable[[str], Player]:
    """A player of a scenario over HTTP, for what a story only needs to have happened."""

    def make(path: str) -> Player:
        driver = RemoteDriver(site, Cast.of(library), clients)
        return Player(read_scenario(SCENARIOS / path), driver)

    return make


def test_of_1_an_official_sorts_filters_and_claims_two_in_the_morning(street, applied, tmp_path):
    long = (
        "面向下一代高安全长续航固态电池与车网互动协同技术的新能源智能网联汽车产业创新联合体示范项目"
    )
    names = {f"晨间生物医药{n}": "biomedicine" for n in range(3)} | {long: "nev"}
    numbers = [applied(name, industry_field=field)["number"] for name, field in names.items()]

    official = street.signed_in("lj-reviewer").go("/")
    page = official.page
    official.sees("待办").sees(long)
    expect(page.locator("tbody tr").first.locator(".light")).to_contain_text("个工作日")
    official.is_accessible()

    official.keys.press(page.get_by_text("筛选", exact=True))
    field = page.locator(".fields label", has_text="产业领域").locator("select")
    official.keys.choose(field, "生物医药")
    official.keys.type(page.get_by_role("searchbox"), "晨间生物医药")
    official.keys.press(page.get_by_role("button", name="查找"))
    expect(page.locator("tbody tr")).to_have_count(3)
    expect(page.get_by_text(long)).to_have_count(0)

    for number in numbers[:2]:
        official.keys.tick(page.get_by_role("checkbox", name=number))
    official.keys.press(page.get_by_role("button", name="签收所选（2）"))
    official.sees("2 项中签收了 2 项")
    official.keys.choose(
        page.locator(".fields label", has_text="待签收").locator("select"), "unclaimed"
    )
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("tbody tr")).to_contain_text(numbers[2])

    official.keys.press(page.get_by_role("button", name="存为视图"))
    official.keys.type(page.get_by_label("名称", exact=True), "生物医药待签收")
    official.keys.press(page.get_by_role("button", name="保存", exact=True))
    official.sees("视图已保存")
    official.keys.press(page.get_by_role("button", name="清除筛选"))
    official.keys.press(page.get_by_role("button", name="生物医药待签收", exact=True))
    expect(page.locator("tbody tr")).to_have_count(1)
    official.is_accessible()

    with page.expect_download() as caught:
        official.keys.press(page.get_by_role("button", name="导出 Excel"))
    caught.value.save_as(tmp_path / "list.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "list.xlsx").worksheets[0]
    assert [cell.value for cell in sheet[1]][:3] == ["办件编号", "事项", "申请单位"]
    assert sheet["A2"].value == numbers[2]
    official.screenshot("of-1-workbench")

    page.locator("[data-row]").first.focus()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("对适用范围外的申请作出处理")

    phone = street.signed_in("lj-reviewer2", is_phone=True).go("/")
    phone.sees(long)
    phone.fits()
    phone.is_accessible()
    phone.screenshot("of-1-phone")


def test_two_officials_claim_the_same_task_and_one_is_told_by_whom(street, applied):
    number = applied("同时签收之办件")["number"]
    first, second = street.signed_in("lj-reviewer"), street.signed_in("lj-reviewer2")
    for who in (first, second):
        who.go("/workbench/todo?text=同时签收之办件")
        who.page.get_by_role("checkbox", name=number).check()

    first.page.get_by_role("button", name="签收所选（1）").click()
    first.sees("1 项中签收了 1 项")
    second.page.get_by_role("button", name="签收所选（1）").click()

    second.sees("1 项中签收了 0 项")
    second.sees("已由他人签收")


def test_ap_1_a_lead_unit_checks_itself_starts_and_follows_its_application(street):
    lead = street.signed_in("lead-op").go("/")
    page = lead.page
    lead.sees("我的申报")
    lead.keys.press(page.get_by_role("link", name="新的申报"))
    lead.keys.press(page.get_by_role("link", name="产业创新联合体组建申请与审批"))
    lead.sees("需要的材料").sees("原则上")
    lead.is_accessible()
    lead.keys.press(page.get_by_role("link", name="开始申报"))
    page.locator(".fjs-form").wait_for()

    lead.keys.press(page.get_by_role("button", name="自查", exact=True))
    lead.sees("还不能提交")
    lead.keys.press(page.get_by_role("button", name="联合体暂用名称"))
    lead.is_accessible()
    lead.keys.press(page.get_by_role("button", name="填入表单").first)
    form = page.request.get(f"{lead.base}/api/v1/procedures/liangjiang.application").json()["form"]
    answers = {
        "working_name": "申报故事之联合体",
        "industry_field": "biomedicine",
        "registered_region": "longxing",
        "operating_region": "longxing",
        "tax_region": "longxing",
        "registered_address": "重庆市两江新区演示路1号",
    }
    KeyboardFiller(page, {}, lead.keys).fill(form["components"], answers)
    lead.keys.press(page.get_by_role("button", name="重新自查"))
    lead.sees("可以提交")
    lead.keys.press(page.get_by_role("button", name="发起", exact=True))
    expect(page.get_by_role("heading", level=1)).to_contain_text("提出拟邀单位")

    lead.keys.press(page.get_by_role("tab", name="下一步"))
    expect(page.locator(".steps li").first).to_be_visible()
    lead.is_accessible()
    phone = street.signed_in("lead-op", is_phone=True).go("/")
    phone.sees("申报故事之联合体").sees("现在：提出拟邀单位和分工")
    phone.fits()
    phone.is_accessible()
    phone.page.get_by_role("link", name="申报故事之联合体").first.click()
    phone.sees("概览")
    phone.fits()
    phone.page.get_by_role("button", name="关注", exact=True).click()
    expect(phone.page.get_by_role("button", name="取消关注")).to_be_visible()
    phone.screenshot("ap-1-case")


def test_after_a_supplement_the_official_sees_only_the_differences(street, quick):
    scene = quick("liangjiang/scenarios/hard_rule_curable.yaml")
    for step in scene.scenario.steps:
        scene.step(step)

    official = street.signed_in("lj-reviewer").go(f"/cases/{scene.case}")
    official.page.get_by_role("tab", name="前后对比").click()

    official.sees("要求补正的内容").sees("处不同")
    expect(official.page.locator(".changes li").first).to_be_visible()
    official.is_accessible()
    official.screenshot("differences")


def test_ag_2_four_provinces_sign_one_text_and_a_change_voids_what_was_signed(
    street, quick, driver
):
    scene = quick("yrd/scenarios/text_edited_after_two_seals.yaml")
    steps = iter(scene.scenario.steps)
    for step in steps:
        scene.step(step)
        if step.get("task") == "seal" and step.get("item") == "SH":
            break
    joint = scene.case
    official = street.signed_in("yrd-zj-leader").go(f"/cases/{joint}/board")
    official.sees("核对文稿并用印").sees("2 / 4 已同意")
    official.is_accessible()

    for step in steps:
        scene.step(step)
        if step.get("task") == "fix_text":
            break
    official.go(f"/cases/{joint}/board")
    official.sees("0 / 4 已同意").sees("已作废").sees("须对现行文本重新确认")
    expect(official.page.locator(".void")).to_have_count(2)
    official.screenshot("ag-2-void")

    # two of them seal the present text on their pages, by keyboard; the others elsewhere
    driver.starters, driver.on_pages, driver.by_keyboard = scene.driver.starters, SEAL, True
    driver.seen, scene.driver = scene.driver.seen, driver
    for step in steps:
        scene.step(step)
    assert driver.done_on_page == {"seal": 2}
    official.go(f"/cases/{joint}/board").sees("4 / 4 已同意")
    official.keys.press(official.page.locator(".lc-page a").first)
    official.keys.press(official.page.get_by_role("tab", name="单位与签署"))
    official.sees("4 / 4 已同意")
    official.is_accessible()
    official.page.set_viewport_size({"width": 390, "height": 844})
    official.fits()
    official.screenshot("ag-2-signed")


def test_a_leader_reads_the_figures_and_an_officer_may_not(street, quick):
    scene = quick("liangjiang/scenarios/supplement_pauses_the_clock.yaml")
    for step in scene.scenario.steps:
        scene.step(step)

    leader = street.signed_in("lj-leader").go("/dashboard")
    page, keys = leader.page, leader.keys
    keys.tick(page.get_by_label("只看演练"))
    keys.choose(page.locator("form select").first, "liangjiang.application")
    keys.type(page.get_by_label("自", exact=True), "2026-01-01")
    leader.sees("自 2026-01-01 起").sees("形式审查").sees("补正原因")
    page.locator(".djs-container").wait_for()
    keys.press(page.get_by_role("button", name="放大"))
    keys.press(page.locator(".canvas ~ ol").get_by_role("button").first)
    expect(page.get_by_role("status").filter(has_text="中位数")).to_be_visible()
    leader.is_accessible()
    leader.screenshot("dashboard")
    with page.expect_download() as caught:
        keys.press(page.get_by_role("button", name="导出 CSV"))
    assert caught.value.suggested_filename == "dashboard-steps.csv"

    owner = street.signed_in("lj-owner").go("/dashboard")
    owner.keys.tick(owner.page.get_by_label("只看演练"))
    owner.keys.choose(owner.page.locator("form select").first, "liangjiang.application")
    owner.sees("改进表单说明").is_accessible()
    owner.screenshot("dashboard-improve")
    owner.keys.press(owner.page.get_by_role("button", name="组建申请表").first)
    expect(owner.page).to_have_url(
        re.compile(r"/studio/drafts/.+/forms\?file=forms%2FF-LJ-01.json")
    )

    officer = street.signed_in("lj-clerk").go("/dashboard")
    officer.sees("只有本机关领导和流程负责人可以查看统计")
