"""Attachments are looked at beside the form: PDF as it is, Word as a reading version."""

import pytest
from playwright.sync_api import expect


@pytest.mark.parametrize("name", ["组建协议.docx", "诚信承诺书.pdf"])
def test_an_attachment_is_drawn_beside_the_form(brought, driver, street, name):
    case = brought("liangjiang.application", [{"include": "to_submitted"}])
    task = next(t["id"] for t in driver.tasks(case) if t["activity_code"] == "A-COMPLETE")
    who = street.signed_in("lj-clerk", is_phone=True).go(f"/tasks/{task}")

    who.page.get_by_role("button", name=name).click()

    page = who.page.locator("canvas").first
    expect(page).to_be_visible()
    assert page.evaluate("c => c.getContext('2d').getImageData(0, 0, c.width, c.height).data.some(v => v < 100)")  # fmt: skip
    who.is_accessible()
    who.fits()
