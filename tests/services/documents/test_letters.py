"""Working papers and letters: composed from the case, never numbered, never kept."""

import io

import pypdf
import pytest
from sqlalchemy import func, select

from services import tasks
from services.db.engine import unit_of_work
from services.db.models import Counter, Document, Draft
from services.documents import drafting, letters, rendering
from services.errors import NotAllowedError


@pytest.fixture
def at_refusal(sqlite_desk):
    """A case that waits for the agency to decide on an application from outside its area."""
    return sqlite_desk.start("other")


def test_a_working_paper_is_marked_and_draws_no_number(sqlite_desk):
    case = sqlite_desk.start()
    task, runtime = sqlite_desk.task(case), sqlite_desk.runtime
    actor = sqlite_desk.actor("lead-op")
    with unit_of_work(runtime.sessions) as session:
        before = session.scalar(select(func.count(Counter.series)))
        content = drafting.paper(
            session,
            runtime,
            actor,
            task.id,
            {"candidates": [{"unit_name": "甲单位", "areas": ["rd"]}, "x"], "z": {}},
            None,
        )
        assert session.scalar(select(func.count(Counter.series))) == before

    pages = pypdf.PdfReader(io.BytesIO(rendering.made(runtime, content, "pdf"))).pages
    text = "".join(p.extract_text() for p in pages)
    assert content["number"] is None
    assert "草稿" in text
    assert "甲单位" in text


def test_a_letter_is_only_for_officials(sqlite_desk):
    case = sqlite_desk.start()
    task, runtime = sqlite_desk.task(case), sqlite_desk.runtime
    actor = sqlite_desk.actor("lead-op")
    with pytest.raises(NotAllowedError), unit_of_work(runtime.sessions) as session:
        letters.compose(session, runtime, actor, task.id, "refusal")


def test_a_supplement_letter_lists_the_items_marked_in_the_draft(sqlite_desk, at_refusal):
    task, runtime = sqlite_desk.task(at_refusal), sqlite_desk.runtime
    actor = sqlite_desk.actor("lj-reviewer")
    marked = {
        "materials": [
            {"material": "组建协议", "present": True, "valid": False, "remark": "缺第三页"},
            {"material": "实施方案", "present": False},
            {"material": "申请表", "present": True, "valid": True},
        ],
        "results": [
            {"rule_id": "LJ-E-05", "result": "not_met", "remark": "未见收益分配办法"},
            {"rule_id": "LJ-E-08", "result": "met"},
        ],
    }
    with unit_of_work(runtime.sessions) as session:
        tasks.save_draft(session, runtime, actor, task.id, marked, None)
    with unit_of_work(runtime.sessions) as session:
        letter = letters.compose(session, runtime, actor, task.id, "supplement")

    assert [d["material"] for d in letter["defects"]] == [
        "组建协议",
        "实施方案",
        "协作机制责任清晰、权利透明、利益共享",
    ]
    assert "组建协议：缺第三页" in letter["text"]
    assert "未见收益分配办法（依据：二(三)）" in letter["text"]
    assert "24时前（15个工作日" in letter["text"]


def test_a_refusal_letter_names_rules_facts_and_clauses(sqlite_desk, at_refusal):
    task, runtime = sqlite_desk.task(at_refusal), sqlite_desk.runtime
    actor = sqlite_desk.actor("lj-reviewer")
    with unit_of_work(runtime.sessions) as session:
        from services.db.models import Case
        from sqlalchemy.orm.attributes import flag_modified

        case = session.get(Case, at_refusal.id)
        case.document = {
            **case.document,
            "eligibility": {
                "rules": {
                    "hits": [
                        {
                            "rule_id": "LJ-E-10",
                            "strength": "HARD",
                            "curable": False,
                            "fact": "两家",
                            "text": "牵头单位未注册在直管区",
                            "article": "三(一)",
                        }
                    ],
                    "rules": ["LJ-E-10"],
                },
                "attest": {
                    "results": [{"rule_id": "LJ-E-14", "result": "not_met", "remark": None}]
                },
            },
        }
        flag_modified(case, "document")
    with unit_of_work(runtime.sessions) as session:
        letter = letters.compose(session, runtime, actor, task.id, "refusal")

    assert [f["rule_id"] for f in letter["findings"]] == ["LJ-E-10", "LJ-E-14"]
    assert "牵头单位未注册在直管区（查得：两家）" in letter["text"]
    assert letter["findings"][0]["clause"]
    assert letter["fields"]["article"] == "三(一)、三(二)1"
    assert "合作基础" in letter["fields"]["reason"]
    with unit_of_work(runtime.sessions) as session:
        assert (
            list(session.scalars(select(Document.id).where(Document.case_id == at_refusal.id)))
            == []
        )
