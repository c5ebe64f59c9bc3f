"""Two process owners at one draft: nothing is lost, nothing overwritten, what is locked stays."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from services.errors import ConflictError
from services.gateways.clock import FakeClock
from services.studio import commenting, drafts, editing, joining, locks, merging
from tests.services.studio.conftest import Studio

DIAGRAM = "bpmn/liangjiang/application.bpmn"
SETTINGS = "procedure.json"


def renamed(element: str, name: str):
    """Give an element of a diagram another name."""

    def change(text: str) -> str:
        before, start, rest = text.partition(f'id="{element}" name="')
        return before + start + name + rest[rest.index('"') :]

    return change


def join(studio, draft, opened, text, login="lj-owner", **choices):
    return studio.reading(
        joining.join,
        studio.desk.actor(login),
        draft,
        opened["path"],
        text=text,
        base=opened["revision"],
        choices=choices,
    )


def test_an_unsaved_edit_and_a_save_of_somebody_else_go_together(studio):
    draft = studio.open()
    opened = studio.read(draft, DIAGRAM)
    studio.change(draft, DIAGRAM, renamed("publicity", "名单公示"), "lj-owner2")
    mine = renamed("decision", "最终审定")(opened["text"])

    merged = join(studio, draft, opened, mine)

    assert merged["conflicts"] == []
    assert merged["changes"] == ["调用环节“名单公示”的名称由公示与异议处理改为名单公示"]
    studio.act("lj-owner", editing.save, draft, DIAGRAM, text=merged["text"], base=2)
    now = studio.read(draft, DIAGRAM)
    assert 'name="名单公示"' in now["text"]
    assert 'name="最终审定"' in now["text"]


def test_what_both_changed_is_asked(studio):
    draft = studio.open()
    opened = studio.read(draft, DIAGRAM)
    studio.change(draft, DIAGRAM, renamed("publicity", "乙"), "lj-owner2")
    mine = renamed("publicity", "甲")(opened["text"])

    asked = join(studio, draft, opened, mine)
    merged = join(studio, draft, opened, mine, publicity="mine")

    assert asked["text"] is None
    [conflict] = asked["conflicts"]
    assert (conflict["what"], conflict["mine"], conflict["theirs"]) == ("名称", "甲", "乙")
    assert 'name="甲"' in merged["text"]


def test_clauses_are_merged_one_by_one_and_their_locks_hold_one_by_one(studio):
    draft, path = studio.open(), "clauses.yaml"
    opened = studio.read(draft, path)
    first, second = '题名"\n  strength: may', "说明性质，不设程序义务"
    studio.act("lj-owner2", locks.take, draft, path=path, element_id="一.1")
    studio.change(draft, path, lambda text: text.replace(second, "不设义务", 1), "lj-owner2")
    mine = opened["text"].replace(first, first.replace("may", "should"), 1)

    merged = join(studio, draft, opened, mine)

    assert merged["conflicts"] == []
    assert merged["text"] == mine.replace(second, "不设义务", 1)
    studio.act("lj-owner", editing.save, draft, path, text=merged["text"], base=2)
    with pytest.raises(ConflictError, match="正在修改"):
        studio.change(draft, path, lambda text: text.replace("不设义务", "不设", 1))


def test_a_locked_step_stays_and_the_rest_may_be_edited(studio):
    draft = studio.open()
    where = {"path": DIAGRAM, "element_id": "publicity"}
    studio.act("lj-owner", locks.take, draft, **where)

    studio.change(draft, DIAGRAM, renamed("decision", "最终审定"), "lj-owner2")
    with pytest.raises(ConflictError, match="正在修改“公示与异议处理”") as refused:
        studio.change(draft, DIAGRAM, renamed("publicity", "乙"), "lj-owner2")
    with pytest.raises(ConflictError, match="正在修改"):
        studio.act("lj-owner2", locks.take, draft, **where)
    studio.change(draft, DIAGRAM, renamed("publicity", "甲"))

    assert refused.value.code == "LOCKED"
    assert 'name="甲"' in studio.read(draft, DIAGRAM)["text"]
    assert studio.read(draft, DIAGRAM)["revision"] == 3


def test_a_lock_ends_by_itself_or_by_its_holder(studio):
    draft = studio.open()
    [lock] = studio.act("lj-owner", locks.take, draft, path=DIAGRAM, element_id="")
    assert lock["is_own"]
    assert studio.act("lj-owner2", locks.give_back, draft, path=DIAGRAM, element_id="") != []
    assert studio.act("lj-owner", locks.give_back, draft, path=DIAGRAM, element_id="") == []

    studio.act("lj-owner", locks.take, draft, path=DIAGRAM, element_id="")
    with pytest.raises(ConflictError, match="这个文件"):
        studio.change(draft, DIAGRAM, renamed("publicity", "乙"), "lj-owner2")
    runtime = studio.desk.runtime
    later = FakeClock(runtime.clock.now() + locks.LEASE + timedelta(seconds=1))
    elsewhere = Studio(replace(studio.desk, runtime=replace(runtime, clock=later)))
    elsewhere.change(draft, DIAGRAM, renamed("publicity", "乙"), "lj-owner2")


def test_a_comment_is_made_and_settled_and_whoever_makes_it_may_still_review(studio):
    draft = studio.open()
    where = {"path": DIAGRAM, "element_id": "publicity"}
    [made] = studio.act("lj-owner2", commenting.add, draft, **where, text=" 公示期够吗？ ")
    assert (made["text"], made["settled_by"]) == ("公示期够吗？", None)

    [settled] = studio.act("lj-owner", commenting.settle, draft, made["id"])
    assert settled["settled_by"] != made["by"]

    studio.set_days(draft, 7)
    studio.send(draft)
    assert studio.decide(draft, "lj-owner2")["state"] == "PUBLISHED"
    with pytest.raises(ConflictError, match="已经结束"):
        studio.act("lj-owner2", commenting.add, draft, **where, text="再看")


def test_a_draft_takes_over_a_newer_version_parameter_by_parameter(studio):
    first, second = studio.open(), studio.open("lj-owner2")
    studio.set_days(first, 7)
    studio.send(first)
    studio.decide(first)

    def title(text):
        settings = json.loads(text)
        settings["procedure"]["title"]["zh"] = "新名称"
        return json.dumps(settings, ensure_ascii=False)

    studio.change(second, SETTINGS, title, "lj-owner2")
    studio.act("lj-owner2", merging.merge, second)

    procedure = json.loads(studio.read(second, SETTINGS)["text"])["procedure"]
    assert procedure["title"]["zh"] == "新名称"
    assert procedure["profile"]["publicity.days"]["value"] == 7


def test_of_a_parameter_that_both_changed_somebody_decides(studio):
    first, second = studio.open(), studio.open("lj-owner2")
    studio.set_days(first, 7)
    studio.send(first)
    studio.decide(first)
    studio.set_days(second, 9, "lj-owner2")

    with pytest.raises(ConflictError) as asked:
        studio.act("lj-owner2", merging.merge, second)
    [conflict] = asked.value.details["conflicts"]
    element = conflict["element_id"]
    assert (conflict["mine"], conflict["theirs"]) == ("9", "7")
    studio.act("lj-owner2", merging.merge, second, choices={SETTINGS: {element: "theirs"}})

    profile = json.loads(studio.read(second, SETTINGS)["text"])["procedure"]["profile"]
    assert profile["publicity.days"]["value"] == 7
    assert studio.act("lj-owner2", drafts.discard, second)["is_outdated"] is False
