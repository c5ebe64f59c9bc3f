"""Papers are issued by the step that completes the activity their template names."""

import io
from datetime import UTC, datetime

import docx
import pypdf
import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import undefer

from services import audit
from services.audit import canonical_hash
from services.db.engine import unit_of_work
from services.db.models import AuditEntry, Case, Counter, Document
from services.documents import rendering
from services.numbers import next_value


def papers(runtime, case_id):
    with unit_of_work(runtime.sessions) as session:
        rows = session.scalars(
            select(Document)
            .where(Document.case_id == case_id)
            .options(undefer(Document.content))
            .order_by(Document.issued_at, Document.template)
        )
        return list(rows)


def text_of_pdf(data):
    pages = pypdf.PdfReader(io.BytesIO(data)).pages
    return "\n".join(page.extract_text() for page in pages)


def text_of_docx(data):
    document = docx.Document(io.BytesIO(data))
    cells = [c.text for t in document.tables for r in t.rows for c in r.cells]
    return "\n".join([p.text for p in document.paragraphs] + cells)


def test_an_approval_issues_its_papers_in_order(runtime, played):
    case_id = played(runtime, "liangjiang/approval")

    found = papers(runtime, case_id)
    kinds = [p.kind for p in found]
    assert set(kinds) == {"application_form", "acceptance", "notice", "decision", "certificate"}
    by_kind = {p.kind: p for p in found}
    assert by_kind["acceptance"].number == "演练两江新区科技创新局受〔2026〕1号"
    assert by_kind["application_form"].number is None
    assert by_kind["certificate"].number == "YL-LIANGJIANG-2026-C0001"
    assert by_kind["notice"].number.endswith("-GS01")
    for paper in found:
        assert paper.content_sha256 == canonical_hash(paper.content).hex()
        assert paper.is_rehearsal


def test_the_audit_chain_seals_what_was_issued(sqlite_runtime, played):
    case_id = played(sqlite_runtime, "liangjiang/approval")

    with unit_of_work(sqlite_runtime.sessions) as session:
        payloads = session.scalars(
            select(AuditEntry.payload).where(AuditEntry.case_id == case_id).order_by(AuditEntry.seq)
        )
        sealed = {row[2] for p in payloads for row in (p or {}).get("documents", [])}
        assert list(audit.verify(session)).count(None) == session.scalar(
            select(func.count(Case.id))
        )
    assert sealed == {p.content_sha256 for p in papers(sqlite_runtime, case_id)}


def test_pdf_and_docx_say_the_same_in_chinese_with_embedded_fonts(sqlite_runtime, played):
    case_id = played(sqlite_runtime, "liangjiang/approval")

    for paper in papers(sqlite_runtime, case_id):
        pdf = rendering.of_paper(sqlite_runtime, paper.content, paper.content_sha256, "pdf")
        again = rendering.made(sqlite_runtime, paper.content, "pdf")
        word = rendering.of_paper(sqlite_runtime, paper.content, paper.content_sha256, "docx")
        assert pdf == again
        assert word == rendering.made(sqlite_runtime, paper.content, "docx")
        for text in (text_of_pdf(pdf), text_of_docx(word)):
            flat = text.replace("\n", "").replace(" ", "")
            assert paper.title.replace("\u3000", "").replace(" ", "") in flat.replace("\u3000", "")
            assert "演练" in flat
            if paper.number:
                assert paper.number.replace(" ", "") in flat
        for page in pypdf.PdfReader(io.BytesIO(pdf)).pages:
            for font in page["/Resources"]["/Font"].values():
                inner = font.get_object()["/DescendantFonts"][0].get_object()
                assert "/FontFile3" in inner["/FontDescriptor"].get_object()


def test_a_refusal_names_the_failed_rules_with_clauses_and_remedy(sqlite_runtime, played):
    case_id = played(sqlite_runtime, "ningbo/equipment_below")

    refusal = next(p for p in papers(sqlite_runtime, case_id) if p.kind == "refusal")
    text = text_of_pdf(rendering.made(sqlite_runtime, refusal.content, "pdf"))
    assert "NB-E-13" in text
    assert "三(一)2" in text
    assert "1999.99" in text
    assert "行政复议" in text


def test_a_supplement_notice_lists_the_items_and_the_last_day(sqlite_runtime, played):
    case_id = played(sqlite_runtime, "liangjiang/supplement_pauses_the_clock")

    found = papers(sqlite_runtime, case_id)
    notices = [p for p in found if p.kind == "supplement"]
    assert [p.sequence for p in notices] == list(range(1, len(notices) + 1))
    text = text_of_docx(rendering.made(sqlite_runtime, notices[0].content, "docx"))
    assert "24时前（15个工作日" in text
    assert "认定文件" in text or "补正" in text


def test_numbers_have_no_gap_after_a_roll_back(desk):
    case = desk.start()
    session = desk.runtime.sessions()
    next_value(session, "document:x:acceptance:2026")
    session.rollback()
    session.close()

    with unit_of_work(desk.runtime.sessions) as session:
        assert next_value(session, "document:x:acceptance:2026") == 1
    assert case.id


def test_two_cases_that_issue_at_once_get_successive_numbers(desk, at_once):
    def draw(_index):
        with unit_of_work(desk.runtime.sessions) as session:
            return next_value(session, "document:x:acceptance:2026")

    assert sorted(at_once(2, draw)) == [1, 2]


def test_two_papers_never_bear_one_number_of_a_series(runtime, played):
    from sqlalchemy.exc import IntegrityError

    case_id = played(runtime, "liangjiang/supplement_pauses_the_clock")
    first, second = [p for p in papers(runtime, case_id) if p.kind == "supplement"][:2]

    with pytest.raises(IntegrityError), unit_of_work(runtime.sessions) as session:
        session.execute(
            update(Document).where(Document.id == second.id).values(sequence=first.sequence)
        )
