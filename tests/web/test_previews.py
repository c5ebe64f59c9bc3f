"""Attachments are looked at beside the form: PDF as it is, Word as a reading version."""

import pytest
from playwright.sync_api import expect

INK = """() => { const c = document.querySelector('canvas');
  return c.getContext('2d').getImageData(0, 0, c.width, c.height).data.some((v) => v < 100); }"""


@pytest.mark.parametrize("name", ["组建协议.docx", "诚信承诺书.pdf"])
def test_an_attachment_is_drawn_beside_the_form(submitted, street, name):
    who = street.signed_in("lj-clerk", is_phone=True).go(f"/tasks/{submitted.task}")

    who.page.get_by_role("button", name=name).click()

    expect(who.page.locator("canvas").first).to_be_visible()
    who.page.wait_for_function(INK)
    who.is_accessible()
    who.fits()
