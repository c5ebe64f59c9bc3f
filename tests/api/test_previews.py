"""Previews: the same access as a download, nothing that a browser would run."""

import io
import time

import docx
import openpyxl
import pypdf
import pytest
from docx.shared import Cm

from services.db.engine import unit_of_work
from services.db.models import Rendering
from services.rendering import reading_version
from services.scenarios.samples import sample


def a_word_file():
    document = docx.Document()
    document.add_heading("组建协议", 1)
    document.add_paragraph("甲方：两江演示智行汽车科技有限公司 #strong[注入]")
    document.add_paragraph("第一项", style="List Bullet")
    table = document.add_table(rows=2, cols=2)
    table.rows[0].cells[0].text, table.rows[1].cells[1].text = "单位", "演示大学"
    document.add_picture(io.BytesIO(sample("a.png", 500)), width=Cm(2))
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def upload(browser, name, data):
    reply = browser.client.post(
        "/api/v1/files",
        data={"file": (io.BytesIO(data), name)},
        headers={"X-CSRF-Token": browser.csrf},
    )
    assert reply.status_code == 201, reply.json
    return reply.json["id"]


@pytest.mark.parametrize(("name", "kind"), [("a.pdf", "application/pdf"), ("a.png", "image/png")])
def test_pdf_and_pictures_are_shown_as_they_are(as_person, name, kind):
    browser, data = as_person("lead-op"), sample(name, 2_000)
    reply = browser.get(f"/files/{upload(browser, name, data)}/preview")

    assert (reply.mimetype, reply.data) == (kind, data)
    assert reply.headers["X-Content-Type-Options"] == "nosniff"
    policy = reply.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'self'" in policy
    assert reply.headers["Content-Disposition"] == "inline"


def test_a_word_file_is_converted_once_and_marked(as_person, sqlite_runtime):
    browser = as_person("lead-op")
    file_id = upload(browser, "协议.docx", a_word_file())
    first = browser.get(f"/files/{file_id}/preview")
    began = time.monotonic()
    second = browser.get(f"/files/{file_id}/preview")

    assert first.mimetype == "application/pdf"
    assert first.data == second.data
    assert time.monotonic() - began < 1
    page = pypdf.PdfReader(io.BytesIO(first.data)).pages[0]
    text = page.extract_text().replace("\n", "")
    for words in ("阅读版", "组建协议", "#strong[注入]", "第一项", "单位", "演示大学"):
        assert words in text
    assert len(page.images) == 1
    with unit_of_work(sqlite_runtime.sessions) as session:
        assert session.query(Rendering).count() == 1


def test_a_workbook_has_no_preview_and_says_what_to_do(as_person):
    browser = as_person("lead-op")
    out = io.BytesIO()
    openpyxl.Workbook().save(out)
    file_id = upload(browser, "a.xlsx", out.getvalue())
    reply = browser.get(f"/files/{file_id}/preview")

    assert reply.status_code == 409
    assert reply.json["code"] == "NO_PREVIEW"
    assert "下载" in reply.json["message"]


def test_nobody_else_sees_a_preview(as_person, visitor):
    file_id = upload(as_person("lead-op"), "a.pdf", sample("a.pdf", 2_000))

    assert as_person("upstream-op").get(f"/files/{file_id}/preview").status_code == 404
    assert visitor.get(f"/files/{file_id}/preview").status_code == 401


def test_a_file_that_takes_too_long_is_given_up(monkeypatch):
    monkeypatch.setattr(reading_version, "SECONDS", 0.01)

    with pytest.raises(reading_version.NotReadableError):
        reading_version.make(io.BytesIO(a_word_file()), "x", None)


def test_a_damaged_word_file_is_given_up():
    with pytest.raises(reading_version.NotReadableError):
        reading_version.make(io.BytesIO(b"PK\x03\x04 nothing"), "x", None)
