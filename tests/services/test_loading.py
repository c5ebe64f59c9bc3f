"""Jurisdictions and sample parties from disk: twice changes nothing, a change makes a version."""

import json
import shutil
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from forms import FormInvalidError
from services import legal_bases, loading, procedures
from services.db.engine import unit_of_work
from services.db.models import (
    BasisStatus,
    Blob,
    Bundle,
    Call,
    CaseStatus,
    Expert,
    LegalBasis,
    Membership,
    Party,
    Person,
    Procedure,
)
from workflows.bundles import BundleError, Library

APPLICATION, CALL = "liangjiang.application", "liangjiang.call"
DECLINE = {"decision": "refuse", "reasons": "不在适用范围内，建议向所在地申请。"}
REFUSAL = {"reason": "不在适用范围内。", "article": "办法八", "facts": "注册地在区外。"}


@pytest.fixture
def disk(runtime, tmp_path):
    """A copy of what ships, which a test may change."""
    for name, source in (
        ("bpmn", runtime.settings.bpmn_root),
        ("forms", runtime.settings.forms_root),
    ):
        shutil.copytree(source, tmp_path / name, ignore=shutil.ignore_patterns("*.py", "*.pyc"))
    return tmp_path


def load(runtime, disk=None):
    library = Library(disk / "bpmn", disk / "forms") if disk else runtime.library
    with unit_of_work(runtime.sessions) as session:
        return list(loading.load_all(session, replace(runtime, library=library)))


def rows(runtime, *tables):
    with unit_of_work(runtime.sessions) as session:
        return [session.scalar(select(func.count()).select_from(table)) for table in tables]


def versions(runtime, procedure_id):
    with unit_of_work(runtime.sessions) as session:
        return [row.version for row in procedures.versions(session, procedure_id)]


def current(runtime, procedure_id):
    with unit_of_work(runtime.sessions) as session:
        return session.get_one(Procedure, procedure_id).bundle_hash


def change_form(disk, form_id="F-LJ-00b"):
    """Let a form ask one more question, which must be answered."""
    path = disk / "forms" / "liangjiang" / f"{form_id}.json"
    definition = json.loads(path.read_text("utf-8"))
    definition["components"].append(
        {
            "id": "F_more",
            "type": "textfield",
            "key": "consulted",
            "label": "已征求意见的部门",
            "validate": {"required": True},
        }
    )
    path.write_text(json.dumps(definition, ensure_ascii=False), "utf-8")


def test_loading_again_makes_no_new_version(runtime, disk):
    tables = Bundle, Blob, Party, LegalBasis, Procedure
    before, was = rows(runtime, *tables), current(runtime, APPLICATION)

    again = load(runtime, disk)

    assert {each.procedure_id for each in again} > {APPLICATION, CALL}
    assert [(each.version, each.is_new) for each in again] == [(1, False)] * len(again)
    assert (rows(runtime, *tables), current(runtime, APPLICATION)) == (before, was)


def test_loading_the_sample_parties_again_changes_nothing(runtime):
    tables = Party, Person, Membership, Expert, Call, LegalBasis
    before = rows(runtime, *tables)

    with unit_of_work(runtime.sessions) as session:
        loading.load_demo(session, runtime)

    assert rows(runtime, *tables) == before


def test_another_layout_of_a_file_makes_no_new_version(runtime, disk):
    path = disk / "forms" / "liangjiang" / "F-LJ-00b.json"
    definition = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps(definition, indent=7, sort_keys=True), "utf-8")

    load(runtime, disk)

    assert versions(runtime, APPLICATION) == [1]


def test_a_stored_bundle_reads_back_as_what_was_stored(runtime):
    wanted = current(runtime, APPLICATION)

    with unit_of_work(runtime.sessions) as session:
        bundle = procedures.read_bundle(session, wanted)

    assert bundle.procedure_id == APPLICATION
    assert bundle.hash == wanted


def test_a_changed_file_makes_a_version_of_the_procedures_that_use_it(runtime, disk):
    was = current(runtime, APPLICATION)
    change_form(disk)

    loaded = {each.procedure_id: each for each in load(runtime, disk)}

    assert (loaded[APPLICATION].version, loaded[APPLICATION].is_new) == (2, True)
    assert (loaded[CALL].version, loaded[CALL].is_new) == (1, False)
    assert versions(runtime, APPLICATION) == [2, 1]
    assert current(runtime, APPLICATION) == loaded[APPLICATION].bundle_hash != was


def test_files_that_stay_the_same_are_stored_once(runtime, disk):
    [before] = rows(runtime, Blob)
    change_form(disk)

    load(runtime, disk)

    assert rows(runtime, Blob) == [before + 1]


def test_what_was_there_before_is_that_version_again(runtime, disk):
    was = current(runtime, APPLICATION)
    change_form(disk)
    load(runtime, disk)

    back = {each.procedure_id: each for each in load(runtime)}

    assert (back[APPLICATION].version, back[APPLICATION].is_new) == (1, False)
    assert current(runtime, APPLICATION) == was
    assert versions(runtime, APPLICATION) == [2, 1]


def test_a_running_case_keeps_its_version_and_finishes_on_it(runtime, desk, disk):
    was = current(runtime, APPLICATION)
    old = desk.start("other")
    change_form(disk)
    load(runtime, disk)

    desk.complete("lj-reviewer", desk.task(old), DECLINE)
    old = desk.complete("lj-leader", desk.task(old), REFUSAL)

    assert (old.status, old.outcome) == (CaseStatus.FINISHED, "REJECTED")
    assert old.bundle_hash == was


def test_a_new_case_runs_on_the_new_version(runtime, desk, disk):
    change_form(disk)
    load(runtime, disk)
    new = desk.start("other")

    with pytest.raises(FormInvalidError) as caught:
        desk.complete("lj-reviewer", desk.task(new), DECLINE)
    desk.complete("lj-reviewer", desk.task(new), DECLINE | {"consulted": "规划部门"})

    assert set(caught.value.fields) == {"consulted"}
    assert new.bundle_hash == current(runtime, APPLICATION)


def test_what_cannot_be_closed_changes_nothing(runtime, disk):
    was = current(runtime, APPLICATION)
    (disk / "forms" / "liangjiang" / "F-LJ-00b.json").unlink()

    with pytest.raises(BundleError, match="F-LJ-00b"):
        load(runtime, disk)

    assert (current(runtime, APPLICATION), versions(runtime, CALL)) == (was, [1])


def test_the_sample_adoption_is_never_recorded_over_a_real_act(runtime, desk):
    owner = desk.actor("lj-owner")
    runtime.clock.advance(timedelta(seconds=1))
    with unit_of_work(runtime.sessions) as session:
        legal_bases.record(
            session,
            owner,
            runtime.clock.now(),
            jurisdiction="liangjiang",
            status=BasisStatus.EXPIRED,
            title="办法",
        )

    runtime.clock.advance(timedelta(seconds=1))
    with unit_of_work(runtime.sessions) as session:
        loading.load_demo(session, runtime)

    with unit_of_work(runtime.sessions) as session:
        assert legal_bases.current(session, "liangjiang").status is BasisStatus.EXPIRED
