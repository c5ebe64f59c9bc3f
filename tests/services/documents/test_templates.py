"""Templates are data: they are read strictly, and their names are checked before a case runs."""

import json
from pathlib import Path

import pytest

import forms
from services.service_tasks.catalogue import CATALOGUE
from workflows import feel
from workflows.bundles import Bundle
from workflows.documents import Filling, TemplateError, read_template
from workflows.documents.places import words
from workflows.verification import check_bundle

GOOD = """
id: one
kind: acceptance
name: 受理通知书
title: 受理
issued_on: {activity: A-COMPLETE, condition: 'answers.outcome = "accept"'}
blocks:
  - paragraph: "你好，{{ answers.outcome }}"
"""


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (GOOD.replace("kind: acceptance\n", ""), "缺少“kind”"),
        (GOOD.replace("paragraph:", "poem:"), "没有种类"),
        (GOOD + "colour: red\n", "不认得“colour”"),
        (GOOD.replace("{{ answers.outcome }}", "{{ if }}"), "表达式有误"),
        (GOOD + "number: 受1号\n", "{year}"),
        (GOOD.replace("issued_on", "x_on"), "不认得“x_on”"),
        ("- 1", "名称: 值"),
    ],
)
def test_a_wrong_template_is_refused_with_a_sentence(wrong, sentence):
    with pytest.raises(TemplateError, match=sentence):
        read_template(wrong.encode())


def test_places_are_filled_with_data_never_with_markup_or_code():
    template = read_template(GOOD.encode())
    scope = {"answers": {"outcome": "#eval(1) {{ 1 + 1 }}"}}

    blocks = Filling(template, scope, feel.DEFAULT).blocks()

    assert blocks[0]["text"] == "你好，#eval(1) {{ 1 + 1 }}"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (True, "是"),
        ("2026-09-01", "2026年9月1日"),
        (["甲", "乙"], "甲、乙"),
        ("LJ-1", "LJ-1"),
    ],
)
def test_values_are_written_as_a_paper_writes_them(value, text):
    assert words(value) == text


def findings(library, change):
    jurisdiction = library.jurisdictions["liangjiang"]
    procedure = next(p for p in jurisdiction.procedures if p["id"] == "liangjiang.application")
    bundle = library.bundle(jurisdiction, procedure)
    path = next(p for p in bundle.files if p.endswith("/acceptance.yaml"))
    files = {**bundle.files, path: change(bundle.files[path].decode()).encode()}
    compiled = [forms.compile_form(json.loads(d)) for d in bundle.under("forms").values()]
    found = check_bundle(
        Bundle(bundle.procedure_id, files),
        {form.id: form for form in compiled},
        CATALOGUE,
        library.assumptions.keys(),
    )
    return [(f.rule, f.message) for f in found if f.rule.startswith("document.")]


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("answers.copies_received", "answers.copies_recieved", "document.name-unknown"),
        ("{{ case.number }}", "{{ kase.number }}", "document.name-unknown"),
        ("A-COMPLETE", "A-COMPLETELY", "document.activity-unknown"),
        ("blocks:", "block:", "document.unreadable"),
    ],
)
def test_the_check_names_what_a_template_has_wrong(library, old, new, rule):
    assert findings(library, lambda text: text) == []

    found = findings(library, lambda text: text.replace(old, new))

    assert rule in {each for each, _message in found}


def test_a_jurisdictions_own_template_replaces_the_shared_one(library):
    for code in ("liangjiang", "lingang", "baoshan", "ningbo", "yrd"):
        jurisdiction = library.jurisdictions[code]
        procedure = next(p for p in jurisdiction.procedures if p["id"] == f"{code}.application")
        papers = [p for p in library.bundle(jurisdiction, procedure).files if "documents/" in p]

        assert f"documents/{code}/application_form.yaml" in papers
        assert "documents/shared/application_form.yaml" not in papers
        assert "documents/shared/acceptance.yaml" in papers


def test_no_python_names_an_activity_that_issues_papers():
    root = Path(__file__).parents[3]
    for folder in ("services/documents", "services/rendering", "workflows/documents"):
        for path in (root / folder).glob("*.py"):
            assert "A-" not in path.read_text("utf-8").replace("RFC-A-", "")
