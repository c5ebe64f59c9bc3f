"""OF-7: after the publicity a name is awarded; anyone checks the certificate; a plaque is handed over."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import pytest
from playwright.sync_api import expect
from sqlalchemy import update

from services.db.engine import open_engine, open_sessions, unit_of_work
from services.db.models import Consortium
from services.rendering import qr
from tests.web.browsing import BrowserDriver


@pytest.fixture
def in_earnest(postgres):
    """A rehearsal's entry stands in the public register while a story looks at it there."""

    @contextmanager
    def shown(case: str) -> Iterator[None]:
        engine = open_engine(f"{postgres}/web")

        def mark(*, is_rehearsal: bool) -> None:
            with unit_of_work(open_sessions(engine)) as session:
                entry = update(Consortium).where(Consortium.case_id == UUID(case))
                session.execute(entry.values(is_rehearsal=is_rehearsal))

        mark(is_rehearsal=False)
        try:
            yield
        finally:
            mark(is_rehearsal=True)
            engine.dispose()

    return shown


def certificate_of(driver: BrowserDriver, case: str) -> str:
    """The number of the certificate among the case's papers."""
    papers = driver._as(driver.starters[case]).get(f"/cases/{case}/documents")
    return next(str(each["number"]) for each in papers if each["kind"] == "certificate")


def test_a_name_is_awarded_after_the_publicity_and_anyone_checks_it(told, street, in_earnest, site):
    """The decision by keyboard; result, papers and register entry; by number and by QR code."""
    driver = told("liangjiang/publicity_over_national_day", "A-DECIDE", by_keyboard=True)
    case = next(iter(driver.starters))
    lead = driver._as(driver.starters[case])
    notice = lead.get(f"/cases/{case}/notices")[-1]["number"]
    number = certificate_of(driver, case)
    name = "重庆两江新区智行汽车产业创新联合体"

    # the unit reads what was decided and takes its certificate home
    applicant = street.signed_in("lead-op").go(f"/cases/{case}")
    applicant.keys.press(applicant.page.get_by_role("tab", name="文书"))
    applicant.sees("产业创新联合体证书").sees(number).sees("已结束")
    with applicant.page.expect_download() as paper:
        applicant.keys.press(applicant.page.get_by_label("产业创新联合体证书 PDF"))
    assert Path(paper.value.path()).read_bytes().startswith(b"%PDF-")
    applicant.screenshot("OF-7-award")
    applicant.is_accessible()

    # anyone sees how the publicity ended; of a rehearsal nothing stands in the register
    stranger = street.anyone().go(f"/public/notices/{notice}")
    stranger.sees("公示期已过").sees("公示通过")
    stranger.go(f"/public/certificates/{number}").sees("名册中没有这个证书编号")

    with in_earnest(case):
        stranger.go("/public/register")
        stranger.keys.type(stranger.page.locator("#register-search"), number)
        stranger.page.keyboard.press("Enter")
        stranger.keys.press(stranger.page.get_by_role("link", name=name))
        stranger.sees(number).sees("2026-10-13 – 2029-10-12").sees("演示大学")
        code = stranger.page.request.get(f"{site}/api/v1/public/consortia/{number}/qr")
        assert code.text() == qr.svg(f"{site}/public/certificates/{number}")
        stranger.screenshot("OF-7-certificate")
        stranger.is_accessible()

        phone = street.anyone(is_phone=True).go("/public/certificates")
        phone.keys.type(phone.page.get_by_label("证书编号"), number)
        phone.page.keyboard.press("Enter")
        phone.sees(name)
        assert phone.page.url == f"{site}/public/certificates/{number}"  # where the QR code leads
        expect(phone.page.locator(".qr")).to_be_visible()
        phone.fits()
        phone.screenshot("OF-7-certificate-phone")


def test_a_plaque_is_handed_over_where_the_diagram_says_so(told, street):
    """A measure that knows a plaque: who received it, and its number, stand in the case."""
    driver = told("lingang/approval", "hand_over_plaque", by_keyboard=True)
    case = next(iter(driver.starters))

    clerk = street.signed_in("lg-clerk").go(f"/cases/{case}")
    clerk.keys.press(clerk.page.get_by_role("tab", name="意见与决定"))

    plaque = clerk.page.locator(".opinions li", has_text="移交牌匾并登记").first
    clerk.keys.press(plaque.locator("summary").first)
    expect(plaque).to_contain_text("LG-P-001")
    clerk.screenshot("OF-7-plaque")
    clerk.is_accessible()
