"""Drafts: opened, saved without ever overwriting, taken out and in byte for byte."""

import io
import re
import zipfile
from uuid import uuid4

import pytest
from sqlalchemy import select

from services import jurisdiction_audit, procedures
from services.db.engine import unit_of_work
from services.db.models import DraftRevision, JurisdictionAct, Procedure
from services.errors import ConflictError, InvalidError, NotAllowedError, NotFoundError
from services.procedures import read_bundle
from services.studio import archives, drafts, editing
from tests.services.studio.conftest import APPLICATION, DIAGRAM, SETTINGS


def base_files(studio, procedure=APPLICATION):
    with unit_of_work(studio.desk.runtime.sessions) as session:
        row = session.get_one(Procedure, procedure)
        return dict(read_bundle(session, row.bundle_hash).files)


def archive(studio, draft):
    actor = studio.desk.actor("lj-owner")
    with unit_of_work(studio.desk.runtime.sessions) as session:
        return editing.give_out(session, actor, draft)[1]


def test_a_draft_holds_the_files_of_its_version_byte_for_byte(studio):
    draft = studio.open()

    found = archives.unpacked(archive(studio, draft))

    assert found == base_files(studio)
    assert studio.changes(draft) == []


def test_an_exported_draft_taken_in_again_is_the_same_byte_for_byte(studio):
    draft = studio.open()
    studio.set_days(draft, 7)
    given, before = archive(studio, draft), studio.shown(draft)

    studio.act("lj-owner", editing.take_in, draft, given, before["digest"])

    assert archive(studio, draft) == given
    assert studio.shown(draft)["files"] == before["files"]


def test_a_zip_with_a_folder_around_its_files_is_taken_in(studio):
    draft = studio.open()
    files = base_files(studio) | {"clauses.yaml": b"[]\n"}
    around = archives.packed({f"bundle/{path}": data for path, data in files.items()})

    studio.act("lj-owner", editing.take_in, draft, around, studio.shown(draft)["digest"])

    assert archives.unpacked(archive(studio, draft)) == files


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"../evil.yaml": b"a: 1"}, "文件名"),
        ({"bpmn/x/..bpmn": b"<a/>"}, "文件名"),
        ({"clauses.yaml": b"a: &a [1]\nb: *a"}, "读不出来"),
        ({"forms/X.json": b"[" * 100_000}, "读不出来"),
        ({"dmn/a/b.dmn": b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"}, "DOCTYPE"),
        ({"clauses.yaml": "编".encode("gbk")}, "UTF-8"),
        ({SETTINGS: b'{"procedure": {"id": "yrd.application"}}'}, "辖区须为 liangjiang"),
    ],
)
def test_a_zip_with_a_file_that_no_bundle_has_is_refused_and_changes_nothing(studio, files, words):
    draft = studio.open()
    before = studio.shown(draft)
    given = archives.packed(base_files(studio) | files)

    with pytest.raises(InvalidError, match=words):
        studio.act("lj-owner", editing.take_in, draft, given, before["digest"])

    assert studio.shown(draft) == before


def test_a_zip_that_unpacks_to_too_much_is_refused():
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("clauses.yaml", b"a" * (archives.MAX_UNPACKED + 1))

    with pytest.raises(InvalidError, match="解开后超过"):
        archives.unpacked(target.getvalue())


@pytest.mark.parametrize("data", [b"", b"no zip", b"PK\x05\x06" + bytes(10)])
def test_what_is_no_zip_is_refused(data):
    with pytest.raises(InvalidError):
        archives.unpacked(data)


def test_a_stale_save_is_refused_and_told_what_changed_and_by_whom(any_studio):
    draft = any_studio.open()
    mine = any_studio.read(draft, SETTINGS, "lj-owner2")
    any_studio.set_days(draft, 7)

    with pytest.raises(ConflictError) as refused:
        any_studio.act("lj-owner2", editing.save, draft, SETTINGS, text=mine["text"] + " ", base=1)

    assert refused.value.code == "STALE"
    assert refused.value.details["changed_by"] == "冯七（流程管理员）"
    assert refused.value.details["changes"] == [
        "参数“公示天数”由 5 个工作日改为 7 个工作日（法定参数，须与五(二)一致）"
    ]
    assert '"value": 7' in any_studio.read(draft, SETTINGS)["text"]


def test_saving_the_same_again_makes_no_revision(studio):
    draft = studio.open()

    first = studio.set_days(draft, 7)
    again = studio.change(draft, SETTINGS, lambda text: text)
    twice = studio.act(
        "lj-owner", editing.save, draft, SETTINGS, text=studio.read(draft, SETTINGS)["text"], base=1
    )

    assert first["revision"] == again["revision"] == twice["revision"] == 2


def test_of_two_who_save_at_once_one_wins_and_nothing_is_lost(any_studio, at_once):
    draft = any_studio.open()
    text = any_studio.read(draft, "clauses.yaml")["text"]

    def save(number):
        try:
            given = f"{text}# {number}\n"
            any_studio.act(
                ("lj-owner", "lj-owner2")[number],
                editing.save,
                draft,
                "clauses.yaml",
                text=given,
                base=1,
            )
        except ConflictError:
            return None
        return given

    found = at_once(2, save)

    [kept] = [each for each in found if each]
    assert any_studio.read(draft, "clauses.yaml")["text"] == kept


def test_drafts_are_known_to_the_jurisdictions_process_owners_alone(studio):
    draft = studio.open()

    for login in ("bs-owner", "lj-clerk", "lead-op"):
        with pytest.raises(NotFoundError):
            studio.shown(draft, login)
        with pytest.raises(NotAllowedError):
            studio.open(login)


def test_a_new_procedure_begins_with_a_diagram_that_has_no_error(studio):
    made = studio.act("lj-owner", drafts.open_blank, "liangjiang", "renewal", "续期")

    assert studio.errors(made["id"]) == []
    with pytest.raises(InvalidError, match="编号"):
        studio.act("lj-owner", drafts.open_blank, "liangjiang", "application", "重复")


def test_a_draft_given_up_is_kept_and_takes_no_change(studio):
    draft = studio.open()

    studio.act("lj-owner", drafts.discard, draft)

    with pytest.raises(ConflictError, match="放弃"):
        studio.set_days(draft, 7)
    assert studio.read(draft, SETTINGS)["revision"] == 1


def test_a_broken_edit_is_found_before_it_is_saved(studio):
    draft = studio.open()
    text = studio.read(draft, DIAGRAM)["text"]
    broken = re.sub(
        r'(<bpmn:userTask id="scope_decision"[^>]*) liancheng:form="[^"]*"', r"\1", text
    )
    broken = broken.replace('calledElement="shared.publicity"', 'calledElement="nowhere"')

    found = studio.errors(draft, {DIAGRAM: broken})

    assert {row["element_id"] for row in found} & {"publicity"}
    assert studio.errors(draft) == []


def test_each_act_stands_in_the_jurisdictions_chain(any_studio):
    draft = any_studio.open()
    any_studio.set_days(draft, 7)

    with unit_of_work(any_studio.desk.runtime.sessions) as session:
        acts = jurisdiction_audit.listed(session, "liangjiang", 10)
        assert [each["what"] for each in acts] == ["draft.saved", "draft.opened"]
        assert acts[0]["by"] == "冯七（流程管理员）"
        assert list(jurisdiction_audit.verify(session)) == [None]
        session.scalars(select(JurisdictionAct)).first().what = "draft.discarded"
        [found] = jurisdiction_audit.verify(session)
    assert found == jurisdiction_audit.Break("liangjiang", 1, "条目被改动")


def test_what_is_not_there_is_not_found(studio):
    with pytest.raises(NotFoundError):
        studio.shown(uuid4())
    with pytest.raises(NotFoundError):
        studio.read(studio.open(), "forms/NONE.json")
    with pytest.raises(NotFoundError):
        studio.open(version=99)


def test_a_file_that_is_no_text_can_be_taken_out_though_not_edited(studio):
    draft = studio.open()
    with unit_of_work(studio.desk.runtime.sessions) as session:
        row = session.get_one(DraftRevision, (draft, DIAGRAM, 1))
        row.sha256 = procedures.keep_blob(session, "图".encode("utf-16"))

    with pytest.raises(InvalidError, match="UTF-8"):
        studio.read(draft, DIAGRAM)
    assert archives.unpacked(archive(studio, draft))[DIAGRAM] == "图".encode("utf-16")
    assert studio.changes(draft) == ["修改流程图 liangjiang/application.bpmn"]
    assert studio.errors(draft)
