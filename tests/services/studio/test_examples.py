"""Examples beside a table of a draft: tried as it is edited, kept with it, and what stops it."""

import json

import pytest

from services.errors import ConflictError
from services.studio import checks, drafts, editing, examples, files, joining

TABLE = "dmn/liangjiang/lj_scope.dmn"
BESIDE = "examples/liangjiang/lj_scope.json"
OTHER = "dmn/liangjiang/lj_window.dmn"


def tried(studio, draft, path=TABLE, edits=None):
    def given(session, _runtime, actor):
        return checks.material(session, drafts.find(session, actor, draft), edits)

    return examples.tried(studio.act("lj-owner", given), path)


def expecting(text, route):
    rows = json.loads(text)
    rows["examples"][0]["expect"]["route"] = route
    return json.dumps(rows, ensure_ascii=False)


def test_examples_are_tried_on_what_is_typed_and_tell_the_rows_that_fired(studio):
    draft = studio.open()
    text = studio.read(draft, TABLE)["text"].replace("<text>3</text>", "<text>4</text>", 1)

    now, then = tried(studio, draft), tried(studio, draft, edits={TABLE: text})

    [scope] = now["decisions"]
    assert [each["name"] for each in scope["reads"]][:2] == [
        "start_info.operating_region",
        "start_info.registered_region",
    ]
    assert scope["reads"][0]["about"] == "实际经营地"
    assert scope["outputs"] == ["route"]
    assert [(each["is_met"], each["rows"][0]["row"]) for each in now["results"]] == [
        (True, 1),
        (True, 3),
        (True, 2),
    ]
    assert [each["is_met"] for each in then["results"]] == [False, True, True]


def test_a_table_without_examples_tells_what_it_reads_and_a_broken_one_why(studio):
    draft = studio.open()
    broken = studio.read(draft, TABLE)["text"].replace("<text>3</text>", "<text>3 3</text>", 1)

    assert tried(studio, draft, OTHER)["results"] == []
    assert tried(studio, draft, OTHER)["decisions"][0]["outputs"][0] == "state"
    assert tried(studio, draft, edits={TABLE: broken})["problem"]
    assert "JSON" not in tried(studio, draft)["problem"]
    assert "应写成" in tried(studio, draft, edits={BESIDE: '{"a": 1}'})["problem"]


def test_a_failing_example_stands_in_the_way_until_one_of_both_is_mended(studio):
    draft = studio.open()
    studio.change(draft, BESIDE, lambda text: expecting(text, "TRANSFER"))

    [error] = studio.errors(draft)
    assert (error["file"], error["element_id"]) == (BESIDE, "all_three")
    with pytest.raises(ConflictError, match="应为 TRANSFER，实为 DIRECT"):
        studio.send(draft)
    told = "决策表的例子 liangjiang/lj_scope.json“三地都在直接适用区域”的期望由“route = DIRECT”"
    assert studio.changes(draft) == [f"{told}改为“route = TRANSFER”"]

    studio.change(draft, BESIDE, lambda text: expecting(text, "DIRECT"))
    assert studio.errors(draft) == []


def test_two_who_begin_the_examples_of_a_table_at_once_keep_what_both_wrote(studio):
    draft, path = studio.open(), "examples/liangjiang/lj_window.json"
    mine, theirs = (
        json.dumps({"examples": [{"id": each, "name": each, "decision": "lj_window"}]})
        for each in ("甲", "乙")
    )
    studio.act("lj-owner2", editing.save, draft, path, text=theirs, base=editing.NEW)
    with pytest.raises(ConflictError, match="已先保存"):
        studio.act("lj-owner", editing.save, draft, path, text=mine, base=editing.NEW)

    actor = studio.desk.actor("lj-owner")
    more = {"text": mine, "base": editing.NEW, "choices": {}}
    merged = studio.reading(joining.join, actor, draft, path, **more)

    assert [each["id"] for each in json.loads(merged["text"])["examples"]] == ["甲", "乙"]


def test_examples_go_out_and_in_with_the_draft_and_come_back_after_they_were_deleted(studio):
    draft = studio.open()
    text = studio.change(draft, BESIDE, lambda text: text.replace("三地都", "三处都"))
    _name, archive = studio.reading(editing.give_out, studio.desk.actor("lj-owner"), draft)
    studio.act("lj-owner", editing.remove, draft, BESIDE, base=text["revision"])
    gone = tried(studio, draft)["results"]

    studio.act("lj-owner", editing.save, draft, BESIDE, text='{"examples": []}', base=editing.NEW)
    digest = studio.shown(draft)["digest"]
    studio.act("lj-owner", editing.take_in, draft, archive, digest)

    assert gone == []
    assert "三处都" in studio.read(draft, BESIDE)["text"]
    assert files.digest({}) != studio.shown(draft)["digest"] != digest
