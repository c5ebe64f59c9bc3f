"""What differs between two versions, in sentences: 公示期限由 5 个工作日改为 7 个工作日."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from services.studio import diagram_changes
from workflows.bundles.bundle import PROCEDURE_FILE
from workflows.diagrams import read_diagram
from workflows.xml import parse_xml

_UNITS = {"working_days": "个工作日", "calendar_days": "个自然日", "months": "个月", "years": "年"}
_KINDS = {
    "forms": "表单",
    "documents": "文书模板",
    "scenarios": "演练场景",
    "handling": "办理规则",
    "bpmn": "流程图",
    "dmn": "决策表",
    "clauses.yaml": "条款清单",
    "invariants.yaml": "不变式",
    PROCEDURE_FILE: "办理事项设置",
}
_LONG = 80
Change = dict[str, Any]


def between(old: Mapping[str, bytes], new: Mapping[str, bytes]) -> list[Change]:
    """Return every difference: file, element, kind (added, removed, changed), sentence."""
    paths = sorted(p for p in old.keys() | new.keys() if old.get(p) != new.get(p))
    return [each for path in paths for each in of_file(path, old.get(path), new.get(path))]


def of_file(path: str, old: bytes | None, new: bytes | None) -> list[Change]:
    """Return the differences of one file; None: it is not there."""
    if old is None or new is None:
        kind, word = ("added", "新增") if old is None else ("removed", "删除")
        return [_change(path, "", kind, f"{word}{_called(path)}")]
    try:
        found = list(_inside(path, old, new))
    except (ValueError, KeyError, TypeError, AttributeError):
        found = []  # one of them cannot be read as what it is: that it changed is all to be said
    return found or [_change(path, "", "changed", f"修改{_called(path)}")]


def _called(path: str) -> str:
    kind = _KINDS.get(path) or _KINDS.get(path.partition("/")[0], "文件")
    return kind if path in _KINDS else f"{kind} {path.partition('/')[2]}"


def _change(path: str, element: str, kind: str, text: str) -> Change:
    return {"file": path, "element_id": element, "kind": kind, "text": text}


def _inside(path: str, old: bytes, new: bytes) -> Iterator[Change]:
    if path == PROCEDURE_FILE:
        yield from _settings(path, json.loads(old), json.loads(new))
    elif path.endswith(".bpmn"):
        pair = read_diagram(old), read_diagram(new)
        for element, kind, text in diagram_changes.between(*pair):
            yield _change(path, element, kind, text)
    elif path.endswith(".dmn"):
        yield from _tables(path, old, new)
    elif path.startswith("forms/"):
        yield from _form(path, json.loads(old), json.loads(new))


def _settings(path: str, old: Any, new: Any) -> Iterator[Change]:
    before, after = (each["procedure"].get("profile") or {} for each in (old, new))
    for key in sorted(before.keys() | after.keys()):
        if before.get(key) == after.get(key):
            continue
        entry = after.get(key) or before[key]
        name = f"参数“{entry.get('label') or key}”"
        if key not in before or key not in after:
            kind, word = ("added", "新增") if key not in before else ("removed", "删除")
            yield _change(path, key, kind, f"{word}{name}（{_amount(entry)}）")
        elif _amount(before[key]) != _amount(entry):
            text = f"{name}{diagram_changes.turned(_amount(before[key]), _amount(entry))}"
            yield _change(path, key, "changed", text + _statutory(before[key]))
        else:
            yield _change(path, key, "changed", f"{name}的依据或说明有修改")
    titles = [each["procedure"]["title"].get("zh") for each in (old, new)]
    if titles[0] != titles[1]:
        yield _change(path, "title", "changed", f"名称由“{titles[0]}”改为“{titles[1]}”")


def _statutory(entry: Mapping[str, Any]) -> str:
    """Remind the second person of a value that is the law's own."""
    article = entry.get("article") or "所依据的条款"
    return f"（法定参数，须与{article}一致）" if entry.get("fixed") else ""


def _amount(entry: Mapping[str, Any]) -> str:
    value = entry.get("value")
    unit = _UNITS.get(str(entry.get("unit")), "")
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, (dict, list)):
        text = json.dumps(value, ensure_ascii=False)
        return text if len(text) <= _LONG else f"{text[:_LONG]}…"
    return f"{value} {unit}".strip()


def _tables(path: str, old: bytes, new: bytes) -> Iterator[Change]:
    before, after = _rows(old), _rows(new)
    for rule in [*before, *(r for r in after if r not in before)]:
        if before.get(rule) == after.get(rule):
            continue
        table, row = after.get(rule) or before[rule]
        if rule not in after:
            yield _change(path, rule, "removed", f"决策表“{table}”删除一行：{row}")
        elif rule not in before:
            yield _change(path, rule, "added", f"决策表“{table}”新增一行：{row}")
        else:
            text = f"决策表“{table}”的一行由“{before[rule][1]}”改为“{row}”"
            yield _change(path, rule, "changed", text)


def _rows(data: bytes) -> dict[str, tuple[str, str]]:
    """Return the rows of all tables of a file by id: the table's name, the cells as one text."""
    found: dict[str, tuple[str, str]] = {}
    for decision in parse_xml(data).iter("{*}decision"):
        for rule in decision.iter("{*}rule"):
            cells = [(text.text or "").strip() or "—" for text in rule.iter("{*}text")]
            cells += [note.text for note in rule.iterchildren("{*}description") if note.text]
            found[str(rule.get("id"))] = (str(decision.get("name")), " | ".join(cells))
    return found


def _form(path: str, old: Any, new: Any) -> Iterator[Change]:
    before, after = dict(_fields(old)), dict(_fields(new))
    title = f"表单 {path.removeprefix('forms/').removesuffix('.json')} "
    for key in [*before, *(k for k in after if k not in before)]:
        a, b = before.get(key), after.get(key)
        if a == b:
            continue
        label = (b or a or {}).get("label") or key
        if a is None or b is None:
            kind, word = ("added", "新增") if a is None else ("removed", "删除")
            yield _change(path, key, kind, f"{title}{word}“{label}”")
        elif a.get("label") != b.get("label"):
            text = f"{title}的“{a.get('label')}”改称“{label}”"
            yield _change(path, key, "changed", text)
        else:
            yield _change(path, key, "changed", f"{title}的“{label}”有修改")


def _fields(component: Any, above: str = "") -> Iterator[tuple[str, Any]]:
    for child in component.get("components") or []:
        name = f"{above}{child.get('key') or child.get('path') or child.get('id')}"
        yield name, {k: v for k, v in child.items() if k != "components"}
        yield from _fields(child, f"{name}.")
