"""Diagrams of other tools taken into a draft, alone or in a zip: told element by element, none clean by silence."""

import io
import zipfile

import pytest

from tests.workflows.verification.foreign.all_models import ALL_MODELS


def path_of(number: int) -> str:
    return f"bpmn/liangjiang/foreign_{number:02}.bpmn"


def renamed(model, number: int) -> bytes:
    """A diagram whose process has a name of its own among the others."""
    return model.source.replace(b'"Process_1"', f'"liangjiang.foreign_{number:02}"'.encode())


@pytest.fixture
def owner(as_person):
    return as_person("lj-owner")


@pytest.fixture
def draft(owner) -> str:
    body = {"name": "other_tool", "title": "外来流程"}
    return str(owner.post("/studio/jurisdictions/liangjiang/drafts", body).json["id"])


def taken_in(owner, draft, files, digest):
    """Import files as a zip with a folder around them, as people pack theirs."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for path, data in files.items():
            archive.writestr(f"流程/{path}", data)
    return owner.client.post(
        f"/api/v1/studio/drafts/{draft}/archive?digest={digest}",
        data={"file": (io.BytesIO(target.getvalue()), "draft.zip")},
        headers=owner._headers(None),
    )


def require_told(models, findings):
    for number, model in models:
        told = [each for each in findings if each["file"] == path_of(number)]
        for element, word in model.named:
            assert any(
                each["element_id"] == element
                and word in each["message"]
                and each["severity"] in {"error", "warning"}
                for each in told
            ), (model.name, element, word)


def test_they_come_in_by_themselves_and_by_a_zip_and_are_told_element_by_element(owner, draft):
    at, models = f"/studio/drafts/{draft}", list(enumerate(ALL_MODELS))
    shown = owner.get(at).json
    own = {f["path"]: owner.get(f"{at}/files/{f['path']}").json["text"] for f in shown["files"]}
    halves = (models[::2], models[1::2])  # a draft has at most sixty processes
    for number, model in halves[0]:
        body = {"text": renamed(model, number).decode(), "base": 0}
        assert owner.put(f"{at}/files/{path_of(number)}", body).status_code == 200, model.name
    alone = owner.post(f"{at}/check", {"edits": {}}).json["findings"]
    require_told(halves[0], alone)

    digest = owner.get(at).json["digest"]
    for half in halves:
        files = {**own, **{path_of(number): renamed(model, number) for number, model in half}}
        imported = taken_in(owner, draft, files, digest)
        assert imported.status_code == 200, imported.json
        digest = imported.json["digest"]
        whole = owner.post(f"{at}/check", {"edits": {}}).json["findings"]
        require_told(half, whole)
        assert half is halves[1] or whole == alone
    refused = owner.post(f"{at}/review", {"effective_on": "2099-01-01"})
    assert refused.json["code"] == "FINDINGS"
