"""A process owner moves running cases to a new version on the page, and puts one back."""

import json
from datetime import datetime

import pytest
from playwright.sync_api import expect

from workflows.calendar import TIME_ZONE

PROCEDURE = "liangjiang.application"
SETTINGS = "procedure.json"


@pytest.fixture
def publish(as_person):
    """Publish a version of the procedure by two people."""

    def do(name, value):
        author, second = as_person("lj-owner"), as_person("lj-owner2")
        draft = author.post(f"/studio/procedures/{PROCEDURE}/drafts", {})["id"]
        file = author.get(f"/studio/drafts/{draft}/files/{SETTINGS}")
        settings = json.loads(file["text"])
        settings["procedure"]["profile"][name]["value"] = value
        saved = {"text": json.dumps(settings, ensure_ascii=False), "base": file["revision"]}
        path = f"{author.base}/studio/drafts/{draft}/files/{SETTINGS}"
        assert author.http.put(path, json=saved).ok
        today = datetime.now(TIME_ZONE).date().isoformat()
        author.post(f"/studio/drafts/{draft}/review", {"effective_on": today})
        digest = second.get(f"/studio/drafts/{draft}")["digest"]
        second.post(f"/studio/drafts/{draft}/decision", {"is_approved": True, "digest": digest})

    return do


def test_cases_move_in_groups_with_a_reason_and_one_is_put_back(
    applied, as_person, publish, street
):
    case = applied("迁移演示联合体")
    publish("intent.reply_days", 11)
    owner = as_person("lj-owner")
    bundle = owner.get(f"/procedures/{PROCEDURE}/versions")[0]["hash"]

    who = street.signed_in("lj-owner").go("/studio")
    link = who.page.locator(f"a[href='/studio/migration/{PROCEDURE}']")
    link.click()
    group = who.page.get_by_role("region", name="可以迁移", exact=True)
    group = group.filter(has_text=case["number"]).first
    group.get_by_text("办件编号").click()
    expect(group).to_contain_text(case["number"])
    who.page.get_by_label("迁移的理由").fill("答复合作意向的期限已经调整")
    expect(group.get_by_role("button", name="迁移这")).to_be_disabled()
    who.screenshot("migration-plan")
    who.is_accessible()
    group.get_by_role("button", name="演练这").click()
    row = who.page.locator(".results > ul > li").filter(has_text=case["number"])
    expect(row).to_contain_text("已演练", timeout=60_000)
    expect(row).to_contain_text("迁移后办到：对适用范围外的申请作出处理")
    who.screenshot("migration-rehearsed")
    assert owner.get(f"/cases/{case['id']}")["bundle"] == case["bundle"]
    who.page.get_by_label("分批").fill("1000")
    group.get_by_role("button", name="迁移这").click()

    expect(row).to_contain_text("已迁移", timeout=60_000)
    expect(row).to_contain_text("与演练一致")
    row.get_by_text("迁移证明").click()
    expect(row).to_contain_text("不变式")
    assert owner.get(f"/cases/{case['id']}")["bundle"] == bundle
    who.screenshot("migration-done")
    who.is_sound()

    file = street.signed_in("lj-clerk").go(f"/cases/{case['id']}")
    file.page.get_by_role("tab", name="时间线").click()
    told = file.page.locator("section").filter(has_text="版本变更").last
    expect(told).to_contain_text("答复合作意向的期限已经调整")
    told.get_by_text("迁移证明").click()
    expect(told).to_contain_text("均未违反")
    file.screenshot("migration-of-a-case")

    row.get_by_role("button", name="撤销").click()
    expect(row).to_contain_text("已撤销")
    assert owner.get(f"/cases/{case['id']}")["bundle"] == case["bundle"]
    phone = street.signed_in("lj-owner", is_phone=True).go(f"/studio/migration/{PROCEDURE}")
    phone.sees("可以迁移")
    phone.screenshot("migration-phone")
    phone.fits()
