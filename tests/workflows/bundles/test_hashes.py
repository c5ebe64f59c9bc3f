"""Two bundles are the same when their files say the same, however they are written."""

import json
from copy import deepcopy

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from workflows.bundles import Bundle

ATTRIBUTES = '<bpmn:userTask id="t" name="任务" implementation="x" />'


def test_reading_the_same_files_twice_gives_the_same_hash(disk):
    assert disk.bundle().hash == disk.bundle().hash


def test_the_shipped_procedures_keep_their_hash_when_read_again(library):
    again = type(library)(library.bpmn_root, library.forms_root)

    assert [b.hash for b in again.bundles()] == [b.hash for b in library.bundles()]


def test_procedures_with_the_same_files_differ(disk):
    bundle = disk.bundle()

    assert Bundle("tiny.other", bundle.files).hash != bundle.hash


def test_layout_and_order_of_a_jurisdiction_file_do_not_count(disk):
    before = disk.bundle().hash
    reversed_keys = dict(reversed(disk.settings.items()))
    text = yaml.safe_dump(
        reversed_keys, allow_unicode=False, default_flow_style=True, sort_keys=False, width=40
    )

    disk.put("bpmn/tiny/jurisdiction.yaml", f"# 说明\n{text}".replace("\n", "\r\n"))

    assert disk.bundle().hash == before


def test_layout_and_order_of_a_form_do_not_count(disk):
    before = disk.bundle().hash
    said = json.loads(disk.form("F-OWN"))

    text = json.dumps(dict(reversed(said.items())), ensure_ascii=False, indent=3)
    disk.put("forms/tiny/F-OWN.json", text.replace("\n", "\r\n"))

    assert disk.bundle().hash == before


def test_layout_and_remarks_of_clauses_do_not_count(disk):
    disk.put("bpmn/tiny/clauses.yaml", "- {id: 一, text: 甲}\n")
    before = disk.bundle().hash

    disk.put("bpmn/tiny/clauses.yaml", '# 第一条\r\n-   text: "甲"\r\n    id: 一\r\n')

    assert disk.bundle().hash == before


@pytest.mark.parametrize("path", ["bpmn/tiny/application.bpmn", "bpmn/shared/weight.dmn"])
def test_attribute_order_line_ends_and_indentation_of_xml_do_not_count(disk, path):
    before = disk.bundle().hash
    root = etree.fromstring((disk.root / path).read_bytes())
    for element in root.iter():
        kept = list(element.attrib.items())
        element.attrib.clear()
        element.attrib.update(reversed(kept))
    etree.indent(root, "\t")

    disk.put(path, etree.tostring(root, encoding="UTF-16").replace(b"\n\0", b"\r\0\n\0"))

    assert disk.bundle().hash == before


def test_remarks_in_xml_do_not_count(disk):
    before = disk.bundle().hash
    source = (disk.root / "bpmn/shared/inner.bpmn").read_text("utf-8")

    disk.put(
        "bpmn/shared/inner.bpmn", source.replace("<bpmn:process", "<!-- 说明 --><bpmn:process")
    )

    assert disk.bundle().hash == before


def settings_with(disk, change):
    settings = deepcopy(disk.settings)
    change(settings)
    return settings


@pytest.mark.parametrize(
    "change",
    [
        lambda s: s["legal_basis"].update(title="另一办法"),
        lambda s: s["name"].update(zh="大区"),
        lambda s: s["roles"].update(leader={"agency": "tiny-office"}),
        lambda s: s.update(notifications={"done": {"zh": {"subject": "好", "body": "好"}}}),
        lambda s: s["procedures"][0]["profile"]["check.days"].update(value=6),
        lambda s: s["procedures"][0]["profile"]["check.days"].update(value="5"),
        lambda s: s["procedures"][0].update(started_by=["leader"]),
    ],
    ids=["basis", "name", "role", "notification", "parameter", "type", "starter"],
)
def test_a_changed_setting_counts(disk, change):
    before = disk.bundle().hash

    disk.settle(**settings_with(disk, change))

    assert disk.bundle().hash != before


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("bpmn/tiny/application.bpmn", 'id="fill"', 'id="fill2"'),
        ("bpmn/shared/inner.bpmn", 'isExecutable="true"', 'isExecutable="true" name="称重"'),
        ("bpmn/shared/weight.dmn", '"yes"', '"no"'),
        ("bpmn/shared/weight.dmn", '"yes"', '"y es"'),
        ("forms/shared/C-LOOK.json", "18", "17"),
    ],
)
def test_a_changed_value_in_a_file_counts(disk, path, old, new):
    before = disk.bundle().hash
    source = (disk.root / path).read_text("utf-8")
    assert old in source

    disk.put(path, source.replace(old, new))

    assert disk.bundle().hash != before


def test_the_order_of_a_list_counts(disk):
    disk.put("bpmn/tiny/clauses.yaml", "[甲, 乙]")
    before = disk.bundle().hash

    disk.put("bpmn/tiny/clauses.yaml", "[乙, 甲]")

    assert disk.bundle().hash != before


def test_what_the_procedure_does_not_use_does_not_count(disk):
    before = disk.bundle().hash

    disk.put("bpmn/shared/unused.bpmn", disk.diagram("shared.unused", disk.task("x", "C-NO")))
    disk.put("forms/shared/C-NO.json", disk.form("C-NO", "改了"))
    disk.settle(agencies=[])

    assert disk.bundle().hash == before


def test_a_table_of_ones_own_instead_of_the_shared_one_counts(disk):
    before = disk.bundle().hash

    disk.put("bpmn/tiny/weight.dmn", disk.table("weight"))

    assert disk.bundle().hash != before


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(JSON, JSON)
def test_json_files_share_a_hash_exactly_when_they_say_the_same(one, other):
    def hashed(value, **layout):
        return Bundle("x", {"forms/a.json": json.dumps(value, **layout).encode()}).hash

    assert hashed(one) == hashed(one, indent=2, ensure_ascii=False, sort_keys=True)
    assert (hashed(one) == hashed(other)) == (
        json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
    )
