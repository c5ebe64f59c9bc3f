"""What belongs to a procedure: everything it reaches, its own before what is shared."""

from copy import deepcopy

import pytest

from workflows.bundles import BundleError, open_bundle
from workflows.xml import MAX_BYTES

DOCTYPE = '<!DOCTYPE x [<!ENTITY a "a">]>'


def changed(disk, **procedure):
    """The tiny procedure's settings with some keys changed; None removes one."""
    settings = deepcopy(disk.settings["procedures"])
    settings[0] = {k: v for k, v in (settings[0] | procedure).items() if v is not None}
    return settings


def test_a_bundle_holds_what_its_procedure_reaches_and_nothing_else(disk):
    files = set(disk.bundle().files)

    assert files == {
        "procedure.json",
        "bpmn/tiny/application.bpmn",
        "bpmn/shared/review.bpmn",
        "bpmn/shared/inner.bpmn",
        "dmn/tiny/tiny_rules.dmn",
        "dmn/shared/weight.dmn",
        "forms/F-OWN.json",
        "forms/F-PROFILE.json",
        "forms/C-LOOK.json",
    }


def test_texts_belong_to_it_and_scenarios_of_its_own_with_their_parts(disk):
    disk.put("bpmn/tiny/clauses.yaml", "[]")
    disk.put("bpmn/tiny/invariants.yaml", "[]")
    disk.put("bpmn/tiny/scenarios/own.yaml", "procedure: tiny.application\nname: 甲")
    disk.put("bpmn/tiny/scenarios/other.yaml", "procedure: tiny.other\nname: 乙")
    disk.put("bpmn/tiny/scenarios/parts/start.yaml", "[]")
    disk.put("bpmn/tiny/scenarios/answers/start.yaml", "{}")

    bundle = disk.bundle()

    assert {"clauses.yaml", "invariants.yaml"} <= set(bundle.files)
    assert set(bundle.under("scenarios")) == {
        "scenarios/own.yaml",
        "scenarios/parts/start.yaml",
        "scenarios/answers/start.yaml",
    }


def test_a_form_named_by_a_parameter_belongs_to_it(disk):
    profile = {"check.form": {"value": "F-OTHER", "label": "核对表"}}
    disk.put("forms/tiny/F-OTHER.json", disk.form("F-OTHER"))
    disk.settle(procedures=changed(disk, profile=profile))

    files = disk.bundle().files

    assert "forms/F-OTHER.json" in files
    assert "forms/F-PROFILE.json" not in files


def test_a_decision_named_by_a_parameter_belongs_to_it(disk):
    profile = disk.settings["procedures"][0]["profile"] | {"rules": {"value": "other_rules"}}
    disk.put("bpmn/tiny/other_rules.dmn", disk.table("other_rules"))
    disk.put(
        "bpmn/shared/inner.bpmn", disk.diagram("shared.inner", disk.rule("weigh", "=profile.rules"))
    )
    disk.settle(procedures=changed(disk, profile=profile))

    files = disk.bundle().files

    assert "dmn/tiny/other_rules.dmn" in files
    assert "dmn/shared/weight.dmn" not in files


def test_processes_that_call_each_other_in_a_ring_are_closed_once(disk):
    ring = disk.diagram("shared.inner", disk.call("back", "shared.review"))
    disk.put("bpmn/shared/inner.bpmn", ring)

    assert "bpmn/shared/review.bpmn" in disk.bundle().files


def test_a_jurisdictions_own_process_wins_over_the_shared_one(disk):
    own = disk.diagram("shared.inner", disk.task("weigh", "F-OWN"))
    disk.put("bpmn/tiny/inner_of_ours.bpmn", own)

    files = disk.bundle().files

    assert files["bpmn/tiny/inner_of_ours.bpmn"] == own.encode()
    assert "bpmn/shared/inner.bpmn" not in files
    assert "dmn/shared/weight.dmn" not in files  # only the shared process asked for it


def test_a_jurisdictions_own_table_wins_over_the_shared_one(disk):
    disk.put("bpmn/tiny/weight.dmn", disk.table("weight", "own"))

    opened = disk.bundle().files

    assert "dmn/tiny/weight.dmn" in opened
    assert "dmn/shared/weight.dmn" not in opened


def test_a_jurisdictions_own_form_wins_over_the_shared_one(disk):
    own = disk.form("C-LOOK", "我们自己的表")
    disk.put("forms/tiny/C-LOOK.json", own)

    assert disk.bundle().files["forms/C-LOOK.json"] == own.encode()


def test_a_shared_form_serves_where_there_is_no_own_one(disk):
    disk.put("forms/shared/F-OWN.json", disk.form("F-OWN", "共用"))
    (disk.root / "forms/tiny/F-OWN.json").unlink()

    assert "共用" in disk.bundle().files["forms/F-OWN.json"].decode("unicode_escape")


def test_what_another_jurisdiction_has_is_not_taken(disk):
    (disk.root / "forms/tiny/F-OWN.json").unlink()
    disk.put("forms/other/F-OWN.json", disk.form("F-OWN"))

    with pytest.raises(BundleError, match="F-OWN"):
        disk.bundle()


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("bpmn/shared/inner.bpmn", "找不到流程“shared.inner”，它被 tiny.application 使用"),
        ("bpmn/tiny/application.bpmn", "找不到流程“tiny.application”"),
        ("bpmn/shared/weight.dmn", "找不到决策表“weight”，它被 tiny.application 使用"),
        ("forms/tiny/F-OWN.json", "找不到表单“F-OWN”，它被 tiny.application 使用"),
        ("forms/tiny/F-PROFILE.json", "找不到表单“F-PROFILE”"),
        ("forms/shared/C-LOOK.json", "找不到表单“C-LOOK”"),
    ],
)
def test_what_is_missing_is_named(disk, path, says):
    (disk.root / path).unlink()

    with pytest.raises(BundleError, match=says):
        disk.bundle()


def test_a_missing_parameter_is_named(disk):
    disk.settle(procedures=changed(disk, profile={}))

    with pytest.raises(BundleError, match="没有参数“check.form”"):
        disk.bundle()


@pytest.mark.parametrize("form_id", ["../tiny/F-OWN", "..", "a/b"])
def test_a_form_id_never_leads_out_of_its_folder(disk, form_id):
    disk.put("bpmn/shared/inner.bpmn", disk.diagram("shared.inner", disk.task("look", form_id)))

    with pytest.raises(BundleError, match="找不到表单"):
        disk.bundle()


@pytest.mark.parametrize(
    ("key", "says"),
    [("legal_basis", "缺少：legal_basis"), ("procedures", "缺少：procedures")],
)
def test_what_a_jurisdiction_does_not_say_is_named(disk, key, says):
    text = "\n".join(f"{k}: {{}}" for k in disk.settings if k != key)
    disk.put("bpmn/tiny/jurisdiction.yaml", text)

    with pytest.raises(BundleError, match=says):
        disk.bundle()


def test_what_a_procedure_does_not_say_is_named(disk):
    disk.settle(procedures=changed(disk, number=None))

    with pytest.raises(BundleError, match="tiny.application.*缺少：number"):
        disk.bundle()


@pytest.mark.parametrize("text", ["", "- a", "甲", "code: [", "code: {a: !!python/object:os.x {}}"])
def test_a_jurisdiction_file_that_is_no_settings_is_refused(disk, text):
    disk.put("bpmn/tiny/jurisdiction.yaml", text)

    with pytest.raises(BundleError, match="jurisdiction.yaml"):
        disk.bundle()


def test_a_process_twice_in_a_folder_is_refused(disk):
    disk.put("bpmn/shared/twin.bpmn", disk.diagram("shared.inner"))

    with pytest.raises(BundleError, match="shared.inner.*inner.bpmn.*twin.bpmn"):
        disk.bundle()


@pytest.mark.parametrize("path", ["bpmn/shared/inner.bpmn", "bpmn/shared/weight.dmn"])
def test_a_doctype_is_refused_and_its_file_named(disk, path):
    source = (
        (disk.root / path)
        .read_text("utf-8")
        .removeprefix('<?xml version="1.0" encoding="UTF-8"?>\n')
    )
    disk.put(path, DOCTYPE + source)

    with pytest.raises(BundleError, match=f"{path.rpartition('/')[2]}：.*DOCTYPE"):
        disk.bundle()


@pytest.mark.parametrize("path", ["bpmn/shared/inner.bpmn", "bpmn/shared/weight.dmn"])
def test_an_oversized_file_is_refused_and_named(disk, path):
    source = (disk.root / path).read_bytes()
    disk.put(path, source + b" " * (MAX_BYTES + 1 - len(source)))

    with pytest.raises(BundleError, match=f"{path.rpartition('/')[2]}：.*超过"):
        disk.bundle()


@pytest.mark.parametrize("data", [b"", b"<a", b"\x00\x01", "<?xml version='1.0'?><a/>".encode()])
def test_what_is_no_diagram_is_refused_and_named(disk, data):
    disk.put("bpmn/shared/inner.bpmn", data)

    with pytest.raises(BundleError, match="inner.bpmn：不是"):
        disk.bundle()


def test_a_bundle_opens_with_its_parameters_nested(disk):
    body = disk.diagram(
        "tiny.application",
        '<bpmn:startEvent id="s"/>',
        disk.task("fill", "F-OWN"),
        '<bpmn:endEvent id="e"/>',
        '<bpmn:sequenceFlow id="f1" sourceRef="s" targetRef="fill"/>',
        '<bpmn:sequenceFlow id="f2" sourceRef="fill" targetRef="e"/>',
    ).replace('liancheng:role="clerk"', 'liancheng:role="clerk" liancheng:dataKey="fill"')
    disk.put("bpmn/tiny/application.bpmn", body)

    opened = open_bundle(disk.bundle())

    assert opened.profile == {"check": {"form": "F-PROFILE", "days": 5}}
    assert opened.jurisdiction == "tiny"


def test_a_form_named_by_anything_but_a_parameter_is_refused(disk):
    inner = disk.diagram("shared.inner", disk.task("look", "=answers.form"))
    disk.put("bpmn/shared/inner.bpmn", inner)

    with pytest.raises(BundleError, match="=answers.form.*=profile"):
        disk.bundle()
