"""PO-4: an edit that would leave the publicity out is refused; an internal 会签 instead is accepted.

What is published here is for another century: cases of other tests go on as they were.
"""

import pytest
from playwright.sync_api import expect

from services.gateways.liancheng_api import ApiRefusedError
from tests.web.studio.desk import Desk


def test_the_publicity_stays_and_a_step_within_the_agency_is_added(street, as_person):
    owner = as_person("lj-owner")
    draft = owner.post("/studio/procedures/liangjiang.application/drafts", {})["id"]
    author = street.signed_in("lj-owner")
    who = Desk(author).opens(draft).is_clean().selects("publicity")
    who.page.locator(".lc-canvas svg[data-element-id]").press("Delete")
    assert who.is_checked()
    who.saves()
    with pytest.raises(ApiRefusedError, match="FINDINGS"):
        owner.post(f"/studio/drafts/{draft}/review", {"effective_on": "2099-01-01"})
    who.button("撤销").click()
    who.is_checked()
    who.is_clean()

    who.selects("initial_opinion").puts("内部会签")
    who.is_checked()
    who.is_clean().saves()
    author.screenshot("story-po-4-cosign")
    author.go(f"/studio/drafts/{draft}/review").sees("新增任务“内部会签”")
    author.page.get_by_label("自哪一天起施行").fill("2099-01-01")
    author.page.get_by_role("button", name="送审").click()
    author.sees("须由另一位流程负责人复核")

    second = street.signed_in("lj-owner2").go(f"/studio/drafts/{draft}/review")
    second.page.get_by_role("button", name="同意并发布").click()
    second.sees("本草稿已经发布")
    expect(second.page.get_by_text("2099").first).to_be_visible()
