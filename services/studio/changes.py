"""What differs between two versions, in sentences: 公示期限由 5 个工作日改为 7 个工作日."""

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from types import MappingProxyType
from typing import Any

from forms import FormDefinitionError, compiled
from services.studio import diagram_changes
from workflows import strict_yaml
from workflows.bundles.bundle import PROCEDURE_FILE
from workflows.diagrams import read_diagram
from workflows.xml import parse_xml

_UNITS = {"working_days": "个工作日", "calendar_days": "个自然日", "months": "个月", "years": "年"}
_KINDS = {
    "forms": "表单",
    "examples": "决策表的例子",
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
_NONE: diagram_changes.Labels = MappingProxyType({})
Change = dict[str, Any]


def between(old: Mapping[str, bytes], new: Mapping[str, bytes]) -> list[Change]:
    """Return every difference: file, element, kind (added, removed, changed), sentence."""
    paths = sorted(p for p in old.keys() | new.keys() if old.get(p) != new.get(p))
    labels = dict(labels_of({**old, **new})) if paths else {}
    return [each for p in paths for each in of_file(p, old.get(p), new.get(p), labels)]


def labels_of(files: Mapping[str, bytes]) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Yield what the fields of each form are called, where a diagram speaks of fields."""
    if not any(b"access=" in data for path, data in files.items() if path.endswith(".bpmn")):
        return
    for path, data in files.items():
        if path.startswith("forms/"):
            with suppress(FormDefinitionError):
                form = compiled(data)
                yield form.id, {each.path: each.label for each in form.fields}


def of_file(
    path: str, old: bytes | None, new: bytes | None, labels: diagram_changes.Labels = _NONE
) -> list[Change]:
    """Return the differences of one file; None: it is not there. ``labels`` are those of fields."""
    if old is None or new is None:
        kind, word = ("added", "新增") if old is None else ("removed", "删除")
        return [_change(path, "", kind, f"{word}{_called(path)}")]
    try:
        found = list(_inside(path, old, new, labels))
    except (ValueError, KeyError, TypeError, AttributeError):
        found = []  # one of them cannot be read as what it is: that it changed is all to be said
    return found or [_change(path, "", "changed", f"修改{_called(path)}")]


def _called(path: str) -> str:
    kind = _KINDS.get(path) or _KINDS.get(path.partition("/")[0], "文件")
    return kind if path in _KINDS else f"{kind} {path.partition('/')[2]}"


def _change(path: str, element: str, kind: str, text: str) -> Change:
    return {"file": path, "element_id": element, "kind": kind, "text": text}


def _inside(path: str, old: bytes, new: bytes, labels: diagram_changes.Labels) -> Iterator[Change]:
    if path == PROCEDURE_FILE:
        yield from _settings(path, json.loads(old), json.loads(new))
    elif path.endswith(".bpmn"):
        pair = read_diagram(old), read_diagram(new)
        for element, kind, text in diagram_changes.between(*pair, labels):
            yield _change(path, element, kind, text)
    elif path.endswith(".dmn"):
        yield from _tables(path, old, new)
    elif path in ("clauses.yaml", "invariants.yaml"):
        yield from _listed(path, strict_yaml.read(old) or [], strict_yaml.read(new) or [])
    elif path.startswith("forms/"):
        yield from _form(path, json.loads(old), json.loads(new))
    elif path.startswith("examples/"):
        yield from _examples(path, json.loads(old)["examples"], json.loads(new)["examples"])


def _listed(path: str, old: list[Any], new: list[Any]) -> Iterator[Change]:
    """Tell which clauses or invariants came, went, or say something else."""
    word = "条款" if path.startswith("clauses") else "不变式"
    for key, a, b in _pairs(old, new):
        if a is None or b is None:
            told = f"{word} {key}：{(b or a or {}).get('text')}"
            yield _came_or_went(path, key, told, has_come=a is None)
        elif a.get("text") != b.get("text"):
            text = f"{word} {key} 由“{a.get('text')}”改为“{b.get('text')}”"
            yield _change(path, key, "changed", text)
        else:
            yield _change(path, key, "changed", f"{word} {key} 的强度、条次或落实之处有修改")


def _examples(path: str, old: list[Any], new: list[Any]) -> Iterator[Change]:
    """Tell which examples came, went, or expect something else."""
    for key, a, b in _pairs(old, new):
        name = f"{_called(path)}“{(b or a or {}).get('name')}”"
        if a is None or b is None:
            yield _came_or_went(path, key, name, has_come=a is None)
        elif a.get("expect") != b.get("expect"):
            text = f"{name}的期望由{_values(a.get('expect'))}改为{_values(b.get('expect'))}"
            yield _change(path, key, "changed", text)
        else:
            yield _change(path, key, "changed", f"{name}的输入或说明有修改")


def _pairs(old: list[Any], new: list[Any]) -> Iterator[tuple[str, Any, Any]]:
    """Yield the rows that differ by id, as they were and as they are; None: not there."""
    before, after = ({str(row["id"]): row for row in rows} for rows in (old, new))
    for key in [*before, *(k for k in after if k not in before)]:
        if before.get(key) != after.get(key):
            yield key, before.get(key), after.get(key)


def _came_or_went(path: str, key: str, name: str, *, has_come: bool) -> Change:
    kind, word = ("added", "新增") if has_come else ("removed", "删除")
    return _change(path, key, kind, f"{word}{name}")


def _values(expect: Any) -> str:
    told = "，".join(f"{name} = {_cut(value)}" for name, value in (expect or {}).items())
    return f"“{told or '没有'}”"


def _settings(path: str, old: Any, new: Any) -> Iterator[Change]:
    before, after = (each["procedure"].get("profile") or {} for each in (old, new))
    for key in sorted(before.keys() | after.keys()):
        if before.get(key) == after.get(key):
            continue
        entry = after.get(key) or before[key]
        name = f"参数“{entry.get('label') or key}”"
        if key not in before or key not in after:
            told = f"{name}（{amount_of(entry)}）"
            yield _came_or_went(path, key, told, has_come=key not in before)
        elif amount_of(before[key]) != amount_of(entry):
            text = f"{name}{diagram_changes.turned(amount_of(before[key]), amount_of(entry))}"
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


def amount_of(entry: Mapping[str, Any]) -> str:
    """Return a parameter's value in words, a long one cut."""
    value = entry.get("value")
    unit = _UNITS.get(str(entry.get("unit")), "")
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, (dict, list)):
        return _cut(value)
    return f"{value} {unit}".strip()


def _cut(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONG else f"{text[:_LONG]}…"


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
