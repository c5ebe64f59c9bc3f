"""Every shipped file opens in the studio's editors, is edited, undone, saved, and equals itself.

The editors are those of the page, opened one after the other in one page.
"""

import json
import re
from collections import Counter
from functools import cache
from itertools import combinations
from pathlib import Path

import pytest
from lxml import etree
from playwright.sync_api import expect

from tests.workflows.verification.foreign.all_models import ALL_MODELS
from tests.workflows.verification.foreign.drawings import drawn
from workflows.bundles import Library
from workflows.diagrams import read_diagram
from workflows.xml import parse_xml

ROOT = Path(__file__).parents[3]
MANIFEST = ROOT / "web" / "dist" / ".vite" / "manifest.json"
# the five jurisdictions with what they share; a new one makes these more
LEAST = {"bpmn": 40, "dmn": 20, "forms": 100}
# what the standards say where nothing is said: the editors leave it out
DEFAULTS = {
    ("isSequential", "false"),
    ("isInterrupting", "true"),
    ("cancelActivity", "true"),
    ("triggeredByEvent", "false"),
    ("hitPolicy", "UNIQUE"),
}

_PREPARE = """async (url) => { window.editors = await import(url); }"""
_QUIET = """const quiet = { changed() {}, opened() {}, picked() {} };
  const nothing = { words: () => ({ clauses: [], roles: [], forms: [], decisions: [], processes: [], parameters: [],
    operations: [], fragments: [], functions: [], library: { forms: [], decisions: [], processes: [] } }), take() {} };
  """
_PLACES = """const places = { canvas: document.createElement('div'), panel: document.createElement('div') };
  Object.assign(places.canvas.style, { width: '900px', height: '600px' });
  document.body.append(places.canvas, places.panel);"""
_DIAGRAM = (
    """async ([path, xml]) => {
  """
    + _QUIET
    + _PLACES
    + """
  const open = await window.editors.openModeler(places, xml, nothing, quiet);
  const svg = places.canvas.querySelector('svg[data-element-id]');
  const id = [...svg.querySelectorAll('.djs-shape')].map((each) => each.dataset.elementId).find((each) => !each.includes('label') && each !== svg.dataset.elementId);
  const push = () => { open.show(id); svg.focus(); svg.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight', code: 'ArrowRight', bubbles: true })); };
  const told = { path, isSame: (await open.text()) === xml && !open.isChanged() };
  push();
  told.isChanged = open.isChanged() && (await open.text()) !== xml;
  open.undo();
  told.isBack = !open.isChanged() && (await open.text()) === xml;
  push();
  open.kept(await open.text());  // saved, and what it was before is then saved over it
  open.undo();
  told.text = open.isChanged() ? await open.text() : null;
  open.close();
  places.canvas.remove(); places.panel.remove();
  return told;
}"""
)
_ARRANGED = (
    """async (xml) => {
  """
    + _QUIET
    + _PLACES
    + """
  const open = await window.editors.openModeler(places, xml, nothing, quiet);
  const told = { isArranged: open.isArranged, isChanged: open.isChanged(), text: await open.text() };
  open.close();
  places.canvas.remove(); places.panel.remove();
  return told;
}"""
)
_DRAWING = re.compile(r"<bpmndi:BPMNDiagram[\s\S]*</bpmndi:BPMNDiagram>\s*")
_TABLE = (
    """async ([path, xml]) => {
  """
    + _PLACES
    + """
  const open = await window.editors.openTables(places.canvas, xml, () => {});
  const told = { path, isSame: (await open.text()) === xml && !open.isChanged(), views: open.views.length };
  const type = async () => {
    const cell = places.canvas.querySelector('td.annotation .content-editable, td.output-cell .content-editable');
    cell.focus();
    getSelection().selectAllChildren(cell);
    getSelection().collapseToEnd();
    document.execCommand('insertText', false, '1');
    for (let wait = 0; wait < 40 && !open.isChanged(); wait++) await new Promise((on) => setTimeout(on, 25));
  };
  await type();
  told.isChanged = open.isChanged() && (await open.text()) !== xml;
  while (open.canUndo() && open.isChanged()) open.undo();
  told.isBack = !open.isChanged() && (await open.text()) === xml;
  await type();
  open.kept(await open.text());
  while (open.canUndo()) open.undo();
  told.text = open.isChanged() ? await open.text() : null;
  open.close();
  places.canvas.remove(); places.panel.remove();
  return told;
}"""
)
_FORM = """([path, text]) => {
  const { add, lines, read, remove } = window.editors.forms;
  const last = lines(read(text).components).at(-1).component.id;
  const made = add(text, last, 'textfield', '名称');
  return { path, isChanged: made.text !== text, text: remove(made.text, made.id) };
}"""


@cache
def shipped() -> dict[str, dict[str, str]]:
    """All files of all bundles by kind and path, each once."""
    library = Library(ROOT / "workflows" / "bpmn", ROOT / "forms")
    files = {path: data for bundle in library.bundles() for path, data in bundle.files.items()}
    return {
        kind: {p: d.decode() for p, d in sorted(files.items()) if p.startswith(f"{kind}/")}
        for kind in LEAST
    }


@pytest.fixture(scope="module")
def bench(browsers, site):
    """A page with nothing but the editors in it; no fault of it is overlooked."""
    who = browsers.lend()
    who.go("/sign-in")
    entry = json.loads(MANIFEST.read_text())["src/studio/editors.ts"]["file"]
    who.page.evaluate(_PREPARE, f"{site}/{entry}")
    yield who.page
    faults = who.collected()
    browsers.take_back(who)
    assert not faults, "\n".join(faults)


def differences(one: str, other: str) -> list[str]:
    """What only one of two files says, whatever the order of attributes and of neighbours."""
    said = [Counter(map(_said, parse_xml(text.encode()).iter("{*}*"))) for text in (one, other)]
    found = (said[0] - said[1]) + (said[1] - said[0])
    # bpmn-js measures the labels beside shapes anew; nothing else may differ
    return sorted(each for each in found if "BPMNLabel" not in each)


def _said(element: etree._Element) -> str:
    place = "/".join(each.get("id") or str(each.tag) for each in element.iterancestors())
    attributes = sorted(set(element.attrib.items()) - DEFAULTS)
    return f"{place} {element.tag} {attributes} {(element.text or '').strip()}"


def assert_round(told, before):
    assert told["isSame"], told["path"]
    assert told["isChanged"], told["path"]
    assert told["isBack"], told["path"]
    assert told["text"], told["path"]
    assert differences(told["text"], before) == [], told["path"]


def test_every_diagram_is_saved_as_it_was_and_equals_itself_after_an_edit_undone(bench):
    files = shipped()["bpmn"]
    assert len(files) >= LEAST["bpmn"]
    for path, text in files.items():
        told = bench.evaluate(_DIAGRAM, [path, text])
        assert_round(told, text)
        assert read_diagram(told["text"].encode()) == read_diagram(text.encode()), path


def test_every_table_is_saved_as_it_was_and_equals_itself_after_an_edit_undone(bench):
    files = shipped()["dmn"]
    assert len(files) >= LEAST["dmn"]
    for path, text in files.items():
        assert_round(bench.evaluate(_TABLE, [path, text]), text)


def test_every_form_equals_itself_after_a_field_is_added_and_removed(bench):
    files = shipped()["forms"]
    assert len(files) >= LEAST["forms"]
    for path, text in files.items():
        told = bench.evaluate(_FORM, [path, text])
        assert told["isChanged"], path
        assert json.loads(told["text"]) == json.loads(text), path


def test_diagrams_of_other_tools_open_and_nothing_of_them_is_lost(bench):
    assert len(ALL_MODELS) >= 60  # noqa: PLR2004
    for model in ALL_MODELS:
        told = bench.evaluate(_DIAGRAM, [model.name, drawn(model).decode()])
        assert told["isSame"] and told["isBack"], model.name
        words = {word for _id, word in model.named if word.isascii() and word.isalpha()}
        assert told["text"], model.name
        assert not [word for word in words if word not in told["text"]], model.name


def test_diagrams_without_a_drawing_are_arranged_and_say_what_they_said(bench):
    files = shipped()["bpmn"]
    bare = {model.name: model.source.decode() for model in ALL_MODELS[::6]}
    for path in ("bpmn/liangjiang/application.bpmn", "bpmn/shared/publicity.bpmn"):
        bare[path] = _DRAWING.sub("", files[path])
    for name, text in bare.items():
        assert "BPMNShape" not in text, name
        told = bench.evaluate(_ARRANGED, text)
        assert told["isChanged"] and told["isArranged"], name
        start, end = text.rstrip().rsplit("</", 1)
        assert told["text"].startswith(start.rstrip()) and told["text"].rstrip().endswith(
            f"</{end}"
        ), name
        root = parse_xml(told["text"].encode())
        drawn_ones = {each.get("bpmnElement") for each in root.iter("{*}BPMNShape", "{*}BPMNEdge")}
        nodes = {n for p in read_diagram(text.encode()).processes.values() for n in p.nodes}
        flows = {each.get("id") for each in root.iter("{*}sequenceFlow")}
        assert nodes | flows <= drawn_ones, name
        assert overlapping(told["text"]) == [], name


def overlapping(text: str) -> list[tuple[str, str]]:
    """Tasks, calls and gateways that stand on one another."""
    found = []
    root = parse_xml(text.encode())
    kinds = {each.get("id"): etree.QName(each).localname for each in root.iter("{*}*")}
    for plane in root.iter("{*}BPMNPlane"):
        boxes = [
            (shape.get("bpmnElement"), *(float(shape[0].get(name)) for name in ("x", "y")))
            for shape in plane.iter("{*}BPMNShape")
            if kinds[shape.get("bpmnElement")].endswith(("ask", "Activity", "Gateway", "Process"))
        ]
        found += [
            (one[0], other[0])
            for one, other in combinations(boxes, 2)
            if abs(one[1] - other[1]) < 80 and abs(one[2] - other[2]) < 50  # noqa: PLR2004
        ]
    return found


def put(owner, draft, source: bytes) -> str:
    """Put a diagram in the place of the draft's own; its path."""
    paths = {file["path"]: file for file in owner.get(f"/studio/drafts/{draft}")["files"]}
    [path] = [each for each in paths if each.startswith("bpmn/liangjiang/")]
    body = {"text": source.decode(), "base": paths[path]["revision"]}
    assert owner.http.put(f"{owner.base}/studio/drafts/{draft}/files/{path}", json=body).ok
    return f"/studio/drafts/{draft}/files/{path}"


def test_a_foreign_diagram_is_imported_and_what_does_not_run_is_told_on_it(desk, blank, as_person):
    owner = as_person("lj-owner")
    [model] = [each for each in ALL_MODELS if each.name == "flowable-form-and-people"]
    put(owner, blank, drawn(model))

    who = desk().opens(blank)
    found = who.is_checked()

    for _element, word in model.named:
        assert any(word in text for text in found), word
    expect(who.page.locator("g.lc-error[data-element-id=it]")).to_have_count(1)
    who.findings.get_by_role("button").first.click()
    who.who.screenshot("studio-foreign")
    who.who.is_accessible()

    [pools] = [each for each in ALL_MODELS if each.name == "signavio-pools"]
    path = put(owner, blank, pools.source)
    who.opens(blank)
    who.who.sees("这张图没有图形信息，已自动排布")
    found = who.is_checked()
    assert all(any(word in text for text in found) for _element, word in pools.named)
    expect(who.page.locator("g[data-element-id=p2]")).to_be_visible()
    who.who.screenshot("studio-arranged")
    who.who.is_accessible()
    assert "BPMNShape" not in owner.get(path)["text"]
    who.saves()
    who.who.page.reload()
    expect(who.page.locator("g[data-element-id=p2]")).to_be_visible()
    expect(who.page.get_by_text("已自动排布")).to_have_count(0)
    assert owner.get(path)["text"].startswith(pools.source.decode().rsplit("</", 1)[0].rstrip())
