"""Every shipped form: compiles, takes its filled example, refuses what is broken in it.

Examples stand in ``examples/<form id>.json``, hand-written variants of them in
``variants/<form id>.yaml``: what to change, and which fields must be refused (none: taken).
"""

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from stdnum.cn import uscc

from forms import FormInvalidError, load
from forms.library import ROOT

HERE = Path(__file__).parent
PATHS = {path.stem: path for path in sorted(ROOT.glob("*/*.json"))}
FORMS = {form_id: load(path) for form_id, path in PATHS.items()}
DELETE = "$delete"

every_form = pytest.mark.parametrize("form_id", FORMS)


def example(form_id: str) -> dict[str, Any]:
    return json.loads((HERE / "examples" / f"{form_id}.json").read_text("utf-8"))


def places(answers: Any, path: list[str]) -> Iterator[tuple[Any, str, str]]:
    """(container, key, dotted path) of each place where the answers hold ``path``."""
    yield from _places(answers, path, "")


def _places(level: Any, path: list[str], prefix: str) -> Iterator[tuple[Any, str, str]]:
    head, *rest = path
    key = head.removesuffix("[]")
    if not isinstance(level, dict) or key not in level:
        return
    here = f"{prefix}{key}"
    if not rest:
        yield level, key, here
    elif head.endswith("[]"):
        for number, row in enumerate(level[key]):
            yield from _places(row, rest, f"{here}.{number}.")
    else:
        yield from _places(level[key], rest, f"{here}.")


def refused(form_id: str, answers: Any) -> set[str]:
    try:
        FORMS[form_id].check(answers, {})
    except FormInvalidError as error:
        assert all(m.endswith("。") for messages in error.fields.values() for m in messages)
        return set(error.fields)
    return set()


def each_change(form_id: str, field: Any, value: Any) -> Iterator[tuple[dict[str, Any], str]]:
    """The example once for each place of ``field``, with ``value`` put there."""
    count = len(list(places(example(form_id), field.path.split("."))))
    for number in range(count):
        answers = example(form_id)
        level, key, path = list(places(answers, field.path.split(".")))[number]
        if value is DELETE:
            del level[key]
        else:
            level[key] = copy.deepcopy(value)
        yield answers, path


def test_no_form_id_is_shipped_twice_in_one_folder_and_each_has_an_example():
    examples = {path.stem for path in (HERE / "examples").glob("*.json")}

    assert examples == set(FORMS)


@every_form
def test_the_example_is_taken_and_taken_again_unchanged(form_id):
    clean = FORMS[form_id].check(example(form_id), {})

    assert FORMS[form_id].check(clean, {}) == clean
    assert json.loads(json.dumps(clean, allow_nan=False)) == clean


@every_form
def test_every_title_label_and_message_is_chinese(form_id):
    form = FORMS[form_id]
    texts = [form.title, *(field.label for field in form.fields)]
    texts += [label for field in form.fields for _, label in field.options]

    assert [text for text in texts if not any("\u4e00" <= c <= "\u9fff" for c in text)] == []


@every_form
def test_every_required_answer_is_asked_for(form_id):
    for field in FORMS[form_id].fields:
        for answers, path in each_change(form_id, field, DELETE) if field.is_required else ():
            assert path in refused(form_id, answers)


@every_form
def test_unknown_keys_are_refused_at_the_top_in_groups_and_in_rows(form_id):
    assert refused(form_id, {**example(form_id), "typename": "x"}) == {"typename"}
    for field in FORMS[form_id].fields:
        if field.type == "group":
            for answers, path in each_change(form_id, field, {"__proto__": 1}):
                assert f"{path}.__proto__" in refused(form_id, answers)
        if field.type == "dynamiclist":
            for answers, path in each_change(form_id, field, [{"typename": "x"}]):
                assert f"{path}.0.typename" in refused(form_id, answers)


WRONG = {
    "textfield": ["字" * 2001, "a\x00b", 5, {"a": 1}],
    "textarea": ["字" * 3001, "\ud800", 5, ["x"]],
    "number": ["1_000", True, "１２", 1.0000001, float("nan"), "5 "],
    "datetime": ["2026-02-30", "20261010", "昨天", 5],
    "select": ["$other", 1, ["x"]],
    "radio": ["$other", True],
    "checkbox": ["on", 1, "false"],
    "checklist": [["$other"], "x", {"a": True}],
    "filepicker": [["x"], "x", [None]],
    "group": ["x", 5],
    "dynamiclist": ["x", {"a": 1}, [5]],
}


@every_form
def test_wrong_answers_are_refused_where_they_stand(form_id):
    for field in FORMS[form_id].fields:
        for value in WRONG[field.type]:
            for answers, path in each_change(form_id, field, value):
                found = refused(form_id, answers)
                assert any(where == path or where.startswith(f"{path}.") for where in found)


def variants() -> Iterator[Any]:
    for path in sorted((HERE / "variants").glob("*.yaml")):
        for case in yaml.safe_load(path.read_text("utf-8")):
            yield pytest.param(path.stem, case, id=f"{path.stem}: {case['name']}")


@pytest.mark.parametrize(("form_id", "case"), list(variants()))
def test_a_variant_is_taken_or_refused_as_written(form_id, case):
    answers = example(form_id)
    for path, value in case["change"].items():
        put(answers, path.split("."), value)

    assert refused(form_id, answers) == set(case["refused"])


def put(level: Any, path: list[str], value: Any) -> None:
    head, *rest = path
    key = int(head) if isinstance(level, list) else head
    if rest:
        put(level[key], rest, value)
    elif value == DELETE:
        del level[key]
    elif isinstance(value, dict) and set(value) == {"$repeat", "times"}:
        level[key] = [numbered(value["$repeat"], n) for n in range(1, value["times"] + 1)]
    else:
        level[key] = value


def numbered(row: dict[str, Any], number: int) -> dict[str, Any]:
    """``row`` with # in its texts replaced by ``number``, #uscc by a valid code."""
    code = f"91510100MA{number:07d}"
    replaced = {"#uscc": code + uscc.calc_check_digit(code)}
    return {
        key: replaced.get(value) or value.replace("#", str(number))
        if isinstance(value, str)
        else value
        for key, value in row.items()
    }


def test_the_lost_parts_of_an_official_form_are_marked_wherever_they_are_shown():
    marked = {
        f"{form_id}.{each.path}"
        for form_id, form in FORMS.items()
        for each in form.fields
        if each.is_reconstructed
    }

    assert marked == {
        "F-LG-01.research_team",
        "F-LG-01.platform_count",
        "F-LG-01.platforms",
        "F-LG-01.member_statements",
    }


@pytest.mark.parametrize(
    "form_id", [f for f in FORMS if "oneClick" in FORMS[f].definition["liancheng"]]
)
def test_what_is_answered_with_one_click_is_taken(form_id):
    for choice in FORMS[form_id].definition["liancheng"]["oneClick"]["choices"]:
        assert refused(form_id, choice["answers"]) == set(), choice["label"]
