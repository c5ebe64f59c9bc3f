"""A procedure beside its law, on the page and on paper."""

import json

import pytest

from services import rendering
from services.studio import clause_matrix, description, drafts
from workflows.bundles import Bundle
from workflows.diagrams.picture import draw

DIAGRAM = "bpmn/liangjiang/application.bpmn"


def matrix(studio, draft):
    def query(session, actor):
        found = drafts.find(session, actor, draft)
        return clause_matrix.of_draft(session, studio.desk.runtime, found)

    return studio.reading(query, studio.desk.actor("lj-owner"))


def test_each_clause_names_what_realises_it_and_each_step_what_it_rests_on(studio):
    draft = studio.open()

    found = matrix(studio, draft)

    rows = {row["id"]: row for row in found["clauses"]}
    assert all(row["things"] or row["not_modelled"] for row in rows.values())
    assert {t["where"] for row in rows.values() for t in row["things"]} == {"here", "elsewhere"}
    publicity = rows["五(二)1.7"]
    near = [*publicity["citing"], *publicity["things"]]
    assert "publicity" in {each["element_id"] for each in near}
    steps = {step["element_id"]: step for step in found["steps"]}
    assert "五(二)1.7" in steps["publicity"]["clauses"]


def test_what_realises_a_clause_is_missing_once_it_is_deleted(studio):
    draft = studio.open()
    names = {t["id"] for row in matrix(studio, draft)["clauses"] for t in row["things"]}
    assert "profile.agreement.require_seal" in names

    def without(text):
        settings = json.loads(text)
        del settings["procedure"]["profile"]["agreement.require_seal"]
        return json.dumps(settings, ensure_ascii=False)

    studio.change(draft, "procedure.json", without)

    things = [t for row in matrix(studio, draft)["clauses"] for t in row["things"]]
    assert {t["where"] for t in things if t["id"] == "profile.agreement.require_seal"} == {
        "missing"
    }


def test_a_draft_that_cannot_be_read_still_shows_its_clauses(studio):
    draft = studio.open()
    studio.change(draft, DIAGRAM, lambda text: text.replace("bpmn:process", "bpmn:nothing"))

    assert matrix(studio, draft)["clauses"]


def test_the_description_draws_the_diagrams_and_tells_steps_limits_and_tables(library):
    bundle = library.bundle(library.jurisdictions["liangjiang"], _first(library))
    told = description.paper(bundle, ("草稿",), None)
    text = json.dumps(told, ensure_ascii=False).replace("\u200b", "")

    for words in ("流程说明书", "公示与异议处理", "5 个工作日", "任何时候都须成立的规则"):
        assert words in text
    assert "=profile.publicity.days" not in text
    assert ["由谁发起", "牵头单位经办人"] in told["blocks"][1]["rows"]
    pictures = [block for block in told["blocks"] if block["kind"] == "diagram"]
    assert len(pictures) > 10
    assert rendering.render_pdf(told, None).startswith(b"%PDF")


def _first(library):
    return next(
        p
        for p in library.jurisdictions["liangjiang"].procedures
        if p["id"] == "liangjiang.application"
    )


def test_what_people_write_is_text_in_a_picture_and_never_markup(library):
    bundle = library.bundle(library.jurisdictions["liangjiang"], _first(library))
    hostile = "&lt;/text&gt;&lt;script&gt;x&lt;/script&gt;&quot;"
    data = bundle.files[DIAGRAM].replace("公示与异议处理".encode(), hostile.encode())

    [*slices] = draw(data, 'Noto" onload="x').slices(2400)

    assert len(slices) > 1
    assert all("<script" not in svg and 'onload="' not in svg for svg in slices)


@pytest.mark.parametrize("data", [b"<a/>", b"<definitions/>"])
def test_what_is_no_diagram_gives_an_empty_picture(data):
    assert draw(data, "x").slices(2400)[0].startswith("<svg")
    told = description.paper(Bundle("a.b", {"bpmn/a/b.bpmn": data}), (), None)
    assert rendering.render_pdf(told, None).startswith(b"%PDF")
