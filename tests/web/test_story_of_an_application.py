"""AP-1: eleven units apply: invited, signing, fifty people on the team, one item supplemented, withdrawn."""

import re
from pathlib import Path

import pytest
import yaml
from playwright.sync_api import expect

from services.scenarios.samples import sample
from tests.web.keyboard import KeyboardFiller

ROOT = Path(__file__).parents[2]
ANSWERS = ROOT / "workflows" / "bpmn" / "liangjiang" / "scenarios" / "answers"
OTHERS, TEAM = 10, 50
BY_KEYBOARD = ("agreement_effective_date", "industry_field", "platforms", "sealed_form_file")
INTENT, SIGNATURE = "A-INTENT", "sign_agreement"


def of_file(name):
    return yaml.safe_load((ANSWERS / f"{name}.yaml").read_text())


def application():
    """The answers to the application form: eleven units and a team of fifty."""
    members = of_file("application_many")["members"][:OTHERS]
    lead = of_file("application")["lead_unit"]
    units = [{**lead, "is_foreign": False}, *members]
    statements = [
        {key: unit[key] for key in ("unit_name", "is_foreign", "uscc")}
        | {"position_and_division": "承担部件研发和装车验证", "is_main": number < 3}
        for number, unit in enumerate(units)
    ]
    team = [
        {"name": f"研发人员{n}", "age": 30 + n % 30, "post_title": "工程师", "specialty": "整车电控", "work_unit": members[n % OTHERS]["unit_name"]}
        for n in range(TEAM)
    ]  # fmt: skip
    return {
        "$from": "application", "member_total": OTHERS + 1, "members": members,
        "member_statements": statements, "research_team": team,
    }  # fmt: skip


STEPS = [
    {"include": "start"},
    {"task": "list_candidates", "answers": {"candidates": of_file("candidates_many")["candidates"][:OTHERS]}},
    {"task": INTENT, "each": True, "answers": {"$from": "intent"}},
    {"task": "confirm_members", "answers": {"$from": "confirm_members"}},
    {"task": "agreement_draft", "answers": {"$from": "agreement_draft"}},
    {"task": SIGNATURE, "each": True, "answers": {"$from": "signature"}},
    {"task": "A-PLAN", "answers": {"$from": "plan"}},
    {"task": "A-COMMIT", "answers": {"$from": "commitment"}},
    {"task": "A-FORM", "answers": application()},
    {"task": "A-COMPLETE", "answers": {"$from": "supplement_needed"}},
]  # fmt: skip


@pytest.fixture
def form_on_page(driver, monkeypatch):
    """The application form is begun, left, found again, checked and submitted on its page."""
    complete = driver.complete

    def act(login, task, answers):
        if task["activity_code"] != "A-FORM":
            complete(login, task, answers)
            return
        driver.seen.clear()
        _save_resume_and_submit(driver, login, task["id"], driver._sent(login, answers))

    monkeypatch.setattr(driver, "complete", act)


def _fill_by_keyboard(who, components, answers):
    """Text, list, date, rows (one too many, which is removed again) and a file."""
    filler = KeyboardFiller(who.page, {}, who.keys)
    rows = [*answers["platforms"], {"platform_name": "多加的一行"}]
    some = {key: answers[key] for key in BY_KEYBOARD if key != "sealed_form_file"}
    filler.fill(components, some | {"platforms": rows})
    filler.fill(components, {"platforms": answers["platforms"]})
    file = {
        "name": "盖章件.pdf",
        "mimeType": "application/pdf",
        "buffer": sample("盖章件.pdf", 2_000),
    }
    upload = who.page.locator('[id$="-F_sealed_form_file"]')
    who.keys.attach(upload, file)
    who.sees("盖章件.pdf").sees("草稿已保存")


def _save_resume_and_submit(driver, login, task, answers):
    who, client = driver.desk(login), driver._as(login)
    who.go(f"/tasks/{task}")
    name = who.page.locator('[id$="-F_consortium_name"]')
    who.keys.type(name, "写到一半的名称")
    who.sees("草稿已保存")

    # the rest as if typed on another day, but for a field of each kind
    left = {key: value for key, value in answers.items() if key not in {*BY_KEYBOARD, "copies"}}
    version = client.get(f"/tasks/{task}")["draft"]["version"]
    body = {"answers": left, "version": version}
    assert client.http.put(f"{client.base}/tasks/{task}/draft", json=body, timeout=60).ok
    who.go(f"/tasks/{task}")
    expect(name).to_have_value(answers["consortium_name"])
    team = who.page.locator('[role=group][aria-labelledby$="-F_research_team"] .lc-table-row')
    expect(team).to_have_count(TEAM)
    who.is_sound()
    who.screenshot("AP-1-form")

    _fill_by_keyboard(who, client.get(f"/tasks/{task}")["form"]["components"], answers)
    who.keys.press(who.page.get_by_role("tab", name="自查"))  # one key tells what is missing
    who.sees("还不能提交")
    missing = who.page.get_by_role("tabpanel", name="自查").locator("[role=status] > ul > li")
    expect(missing).to_have_count(1)
    who.keys.press(missing.get_by_role("button"))
    expect(who.page.locator('[id$="-F_copies"]')).to_be_focused()
    who.page.keyboard.type(str(answers["copies"]))
    who.keys.press(who.page.get_by_role("button", name="重新自查"))
    who.sees("可以提交")
    who.screenshot("AP-1-checked")
    who.keys.press(who.page.get_by_role("button", name="提交", exact=True))
    who.sees("已提交")


def test_eleven_units_apply_supplement_one_item_and_withdraw(brought, form_on_page, driver, street):
    pages = frozenset({INTENT, SIGNATURE, "list_candidates"})
    driver.by_keyboard = True  # inviting, answering and signing
    case = brought("liangjiang.application", STEPS, pages)
    assert sorted(driver.done_on_page.values()) == [1, 2, 2]  # invited; answered and signed twice

    # the notice says what is missing; the form asks for that and no more
    phone = street.signed_in("lead-op", is_phone=True).go("/applications")
    phone.sees("待补正")
    phone.is_accessible()
    phone.fits()
    [task] = driver.tasks(case)
    phone.go(f"/tasks/{task['id']}")
    items = phone.page.locator('[role=group][aria-labelledby$="-F_items"] .lc-table-row')
    expect(items).to_have_count(1)
    expect(items.get_by_label("对应的材料或事项")).to_have_value("组建申请表")
    expect(items.get_by_label("办理机关的补正要求")).to_have_value("补交平台认定文件")
    phone.screenshot("AP-1-supplement-phone")
    phone.is_accessible()
    phone.fits()
    phone.keys.type(items.get_by_label("补正说明"), "已补交认定文件")
    phone.keys.tick(phone.page.get_by_label("已加盖牵头单位公章"))
    phone.keys.type(phone.page.locator('[id$="-F_submitted_on"]'), "2026-09-01")
    phone.keys.press(phone.page.get_by_role("button", name="提交", exact=True))
    expect(phone.page.get_by_role("heading", name="已提交")).to_be_visible()
    phone.keys.press(phone.page.get_by_text("查看提交回执"))
    phone.sees("收到时间").sees("内容校验值")
    phone.screenshot("AP-1-receipt-phone")
    phone.is_accessible()
    phone.fits()
    phone.go("/me/notifications")
    number = driver._as(driver.starters[case]).get(f"/cases/{case}")["number"]
    phone.keys.type(phone.page.get_by_label("按编号或名称查找办件的通知"), number)
    phone.keys.press(phone.page.get_by_role("button", name="查找", exact=True))
    phone.sees("补正")
    phone.keys.press(phone.page.get_by_role("button", name=re.compile("补正")).first)
    phone.sees("已读 ·")
    phone.screenshot("AP-1-mailbox-phone")
    phone.is_accessible()
    phone.fits()

    # what was handed in and received stands in the case; then it is withdrawn
    lead = street.signed_in("lead-op").go(f"/cases/{case}")
    lead.keys.press(lead.page.get_by_role("tab", name="文书"))
    lead.sees("补正通知书").sees("提交回执")
    form = next(
        d
        for d in driver._as("lead-op").get(f"/cases/{case}/decisions")
        if d["activity_code"] == "A-FORM"
    )
    lead.sees(form["answers_sha256"])
    lead.is_sound()
    lead.screenshot("AP-1-papers")
    lead.keys.press(lead.page.get_by_role("tab", name="概览"))
    lead.keys.press(lead.page.get_by_role("button", name=re.compile("撤回申请")))
    lead.keys.type(lead.page.get_by_label("撤回理由"), "成员单位调整，拟重新申请。")
    lead.keys.tick(lead.page.get_by_label(re.compile("牵头单位公章")))
    lead.is_accessible()
    lead.keys.press(lead.page.get_by_role("button", name="提交", exact=True))
    lead.settles()
    lead.go(f"/cases/{case}").sees("已撤回")
    lead.screenshot("AP-1-withdrawn")
