"""Checking drafts over HTTP: the same findings as on the command line, with the path to draw."""

import pytest

from services import checking

PATH = "bpmn/liangjiang/application.bpmn"
PROCEDURE = "/studio/procedures/liangjiang.application/check"


@pytest.fixture
def owner(as_person):
    return as_person("lj-owner")


@pytest.fixture
def drawn(library) -> str:
    jurisdiction = library.jurisdictions["liangjiang"]
    return (jurisdiction.folder / "application.bpmn").read_text("utf-8")


def test_a_draft_that_changes_nothing_is_clean(owner, library, drawn):
    [procedure] = [
        each
        for each in library.jurisdictions["liangjiang"].procedures
        if each["id"] == "liangjiang.application"
    ]
    bundle = library.bundle(library.jurisdictions["liangjiang"], procedure)
    files = {path: data.decode() for path, data in bundle.files.items()}

    whole = owner.post(PROCEDURE, {"files": files}).json
    changed = owner.post(PROCEDURE, {"files": {PATH: drawn}, "is_whole": False}).json

    assert whole["is_clean"]
    assert whole["findings"] == []
    assert whole["hash"] == changed["hash"]
    assert whole["checker"] == checking.version()


def test_a_lost_join_is_told_with_the_path_to_draw(owner, drawn):
    torn = drawn.replace(
        '<bpmn:parallelGateway id="join_review"', '<bpmn:exclusiveGateway id="join_review"'
    )
    start = torn.index('id="join_review"')
    stop = torn.index("</bpmn:parallelGateway>", start)
    torn = torn[:stop] + torn[stop:].replace("parallelGateway", "exclusiveGateway", 1)

    found = owner.post(PROCEDURE, {"files": {PATH: torn}, "is_whole": False}).json

    [finding] = [each for each in found["findings"] if each["severity"] == "error"]
    assert not found["is_clean"]
    assert found["counts"]["error"] == 1
    assert finding["rule"] == "soundness.doubled"
    assert finding["file"] == PATH
    assert finding["path"][0] == "application_start"
    assert finding["message_en"].isascii()
    assert not finding["message"].isascii()


def test_a_file_taken_away_is_missed(owner):
    found = owner.post(PROCEDURE, {"files": {PATH: None}, "is_whole": False}).json

    assert "structure.process" in {each["rule"] for each in found["findings"]}


def test_what_is_no_procedure_at_all_is_findings_too(owner):
    for text in ("", "<a>", "[" * 9_000, "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"):
        reply = owner.post(PROCEDURE, {"files": {PATH: text, "procedure.json": text}})
        assert reply.status_code == 200
        assert reply.json["counts"]["error"] > 0


def test_the_same_files_are_checked_once(owner, drawn, monkeypatch):
    body = {"files": {PATH: drawn + "<!-- once -->"}, "is_whole": False}
    first = owner.post(PROCEDURE, body).json
    monkeypatch.setattr(checking, "check_one", None)

    assert owner.post(PROCEDURE, body).json == first


def test_paths_outside_a_bundle_and_strangers_are_refused(owner, as_person):
    odd = owner.post(PROCEDURE, {"files": {"../x.bpmn": "", "bpmn/a.exe": ""}})
    nothing = owner.post("/studio/procedures/no.such/check", {"files": {PATH: ""}})
    stranger = as_person("lj-reviewer").post(PROCEDURE, {"files": {PATH: ""}})

    assert odd.status_code == 422
    assert set(odd.json["errors"]) == {"files.../x.bpmn", "files.bpmn/a.exe"}
    assert nothing.status_code == 404
    assert stranger.status_code == 403


def test_a_draft_beyond_all_measure_is_refused(owner):
    text = "a" * 900_000
    files = {f"bpmn/a/{number}.bpmn": text for number in range(8)}

    assert owner.post(PROCEDURE, {"files": files}).status_code == 413
