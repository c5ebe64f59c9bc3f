"""What anyone does without login, by keyboard alone: objects with evidence, reads the reply, checks."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from services.scenarios.samples import sample
from tests.web.keyboard import KeyboardFiller

EVIDENCE = "evidence"


@pytest.fixture
def receipts(driver, street, tmp_path, monkeypatch) -> list[tuple[str, str, str]]:
    """Objections of a story are made on the public page; notice, number and code are noted down."""
    noted: list[tuple[str, str, str]] = []

    def object_to(case: str, intake: dict) -> None:
        notice = driver._as(driver.starters[case]).get(f"/cases/{case}/notices")[-1]["number"]
        noted.append((notice, *_object(street, driver, tmp_path, notice, intake)))

    monkeypatch.setattr(driver, "object_to", object_to)
    return noted


def _object(street, driver, folder: Path, notice: str, intake: dict) -> tuple[str, str]:
    file = folder / "证据.pdf"
    file.write_bytes(sample("a.pdf", 2_000))
    stranger = street.anyone(is_phone=True).go(f"/public/notices/{notice}")
    stranger.sees("公示期逐日说明").fits()
    stranger.screenshot("OF-6-notice-phone")
    stranger.is_accessible()
    stranger.keys.press(stranger.page.get_by_role("link", name="提出异议"))
    stranger.page.locator(".fjs-form").wait_for()
    form = driver._as(next(iter(driver.starters.values()))).get(f"/public/notices/{notice}/form")
    answers = {**intake, "evidence_files": [EVIDENCE]}
    KeyboardFiller(stranger.page, {EVIDENCE: file}, stranger.keys).fill(form["components"], answers)
    stranger.is_accessible()
    stranger.keys.press(stranger.page.get_by_role("button", name="提交异议"))
    expect(stranger.page.get_by_role("heading", name="异议已收到")).to_be_visible()
    stranger.screenshot("OF-6-receipt-phone")
    stranger.is_accessible()
    number, code = stranger.page.locator(".big").all_inner_texts()
    return number, code


def test_a_stranger_objects_with_evidence_and_reads_the_reply(told, receipts, street):
    """OF-6: the notice shows its days; the objection is received, handled and answered."""
    driver = told("liangjiang/objection_dismissed", "investigate_objection")
    _notice, number, code = receipts[0]

    stranger = street.anyone().go("/public/objections")
    stranger.keys.type(stranger.page.get_by_label("受理号"), number)
    stranger.keys.type(stranger.page.get_by_label("查询码"), "wrong")
    stranger.keys.press(stranger.page.get_by_role("button", name="查询"))
    expect(stranger.page.get_by_role("alert")).to_contain_text("查询码不对")
    stranger.keys.type(stranger.page.get_by_label("查询码"), code)
    stranger.keys.press(stranger.page.get_by_role("button", name="查询"))
    stranger.sees("异议不成立")
    stranger.screenshot("OF-6-reply")
    stranger.is_accessible()
    stranger.fits()

    case = next(iter(driver.starters))
    reviewer = street.signed_in("lj-reviewer").go(f"/cases/{case}")
    reviewer.keys.press(reviewer.page.get_by_role("tab", name="文书"))
    reviewer.sees("授予").sees("异议（只有办理机关可见）")
    reviewer.keys.press(reviewer.page.get_by_role("button", name="证据.pdf"))
    expect(reviewer.page.get_by_label("预览：证据.pdf")).to_be_visible()
    reviewer.screenshot("OF-7-papers")
    reviewer.is_accessible()
    with reviewer.page.expect_download() as package:
        reviewer.keys.press(reviewer.page.get_by_role("button", name="导出办件"))
    assert Path(package.value.path()).stat().st_size > 50_000


def test_progress_is_followed_by_number_and_code(told, street, driver):
    """AP-1: the applicant's code opens stage, limit and days left, on a phone."""
    told("liangjiang/supplement_pauses_the_clock", "nothing")
    case = next(iter(driver.starters))
    found = driver._as(driver.starters[case]).get(f"/cases/{case}")

    stranger = street.anyone(is_phone=True).go("/public/progress")
    stranger.keys.type(stranger.page.get_by_label("办件编号"), found["number"])
    stranger.keys.type(stranger.page.get_by_label("查询码"), found["progress_code"])
    stranger.keys.press(stranger.page.get_by_role("button", name="查询"))
    stranger.sees("还剩")
    stranger.keys.press(stranger.page.get_by_text("逐日说明").first)
    stranger.screenshot("AP-1-progress-phone")
    stranger.is_accessible()
    stranger.fits()


def test_composed_words_go_into_the_form(told, street, driver):
    """OF-2, OF-5: an official takes over composed reasons and sees the draft on paper."""
    told("liangjiang/supplement_pauses_the_clock", "nothing")
    case = next(iter(driver.starters))
    reviewer = street.signed_in("lj-reviewer")
    task = next(
        t
        for t in driver._as("lj-reviewer").get("/tasks?limit=100")["items"]
        if t["case_id"] == case
    )
    reviewer.go(f"/tasks/{task['id']}")
    reviewer.page.locator(".fjs-form").wait_for()
    reviewer.keys.press(reviewer.page.get_by_role("tab", name="文书"))
    reviewer.keys.press(reviewer.page.get_by_role("button", name="拟写不予办理理由"))
    expect(reviewer.page.get_by_label("拟稿（请修改后使用）").last).to_have_value(
        re.compile("拟决定不予办理")
    )
    reviewer.screenshot("OF-5-letter")
    reviewer.is_accessible()
    with reviewer.page.expect_download() as paper:
        reviewer.keys.press(reviewer.page.get_by_role("button", name="看打印稿（草稿）"))
    assert Path(paper.value.path()).read_bytes().startswith(b"%PDF-")
