"""Checks a form definition before anything trusts it. Knows no answers.

Each problem names its place in the JSON and says in Chinese what to change.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from forms import attributes, references
from forms.components import (
    AUDIENCES,
    CHECK_ATTRIBUTES,
    CONTAINERS,
    FORM_ATTRIBUTES,
    FORM_ID,
    INPUTS,
    KEY,
    LIANCHENG_ATTRIBUTES,
    MAX_COMPONENTS,
    MAX_NESTING,
    MAX_SCHEMA_VERSION,
    MIN_SCHEMA_VERSION,
    ONE_CLICK_ATTRIBUTES,
    RESERVED_KEYS,
    is_literal,
)
from forms.errors import DefinitionProblem, FormDefinitionError
from forms.texts import is_clean

Problems = Iterator[DefinitionProblem]


def check(definition: object) -> list[DefinitionProblem]:
    """Everything wrong with ``definition``; empty when it can be compiled."""
    if not isinstance(definition, Mapping):
        return [DefinitionProblem("", "表单定义应为一个 JSON 对象。")]
    problems = [*_unclean(definition), *_form(definition)]
    problems = problems or list(_components(definition["components"], "components", set(), 1))
    return problems or [*_duplicate_ids(definition), *references.check(definition)]


def ensure(definition: object) -> None:
    """Raise FormDefinitionError unless ``definition`` can be compiled."""
    if problems := check(definition):
        raise FormDefinitionError(problems)


def _unclean(definition: Mapping[str, Any]) -> Problems:
    pending: list[tuple[str, Any, int]] = [("", definition, 0)]
    while pending:
        path, value, depth = pending.pop()
        if depth > 4 * MAX_NESTING:
            yield DefinitionProblem(path, "嵌套层次过深。")
        elif isinstance(value, str):
            if not is_clean(value):
                yield DefinitionProblem(path, "含有不可见的控制字符，请删除。")
        elif isinstance(value, Mapping):
            pending += [(f"{path}.{k}".strip("."), v, depth + 1) for k, v in value.items()]
        elif isinstance(value, list):
            pending += [(f"{path}.{i}", v, depth + 1) for i, v in enumerate(value)]


def _form(definition: Mapping[str, Any]) -> Problems:
    for name in sorted(definition.keys() - FORM_ATTRIBUTES):
        yield DefinitionProblem(name, f"表单定义中不支持“{name}”，请删除。")
    form_id = definition.get("id")
    if not isinstance(form_id, str) or not FORM_ID.fullmatch(form_id):
        yield DefinitionProblem("id", "表单编号应以字母开头，只含字母、数字、点、横线、下划线。")
    if definition.get("type") != "default":
        yield DefinitionProblem("type", "表单的 type 应为 default。")
    version = definition.get("schemaVersion")
    if type(version) is not int or not MIN_SCHEMA_VERSION <= version <= MAX_SCHEMA_VERSION:
        yield DefinitionProblem(
            "schemaVersion", f"schemaVersion 应在 {MIN_SCHEMA_VERSION}–{MAX_SCHEMA_VERSION} 之间。"
        )
    if not isinstance(definition.get("components"), list):
        yield DefinitionProblem("components", "表单缺少 components 列表。")
    yield from _liancheng(definition.get("liancheng"))


def _liancheng(ours: object) -> Problems:
    if not isinstance(ours, Mapping):
        yield DefinitionProblem("liancheng", "表单缺少 liancheng 对象（至少写明 title）。")
        return
    for name in sorted(ours.keys() - LIANCHENG_ATTRIBUTES):
        yield DefinitionProblem(f"liancheng.{name}", f"liancheng 中不支持“{name}”，请删除。")
    title, basis, checks = ours.get("title"), ours.get("basis", ""), ours.get("checks", [])
    if not isinstance(title, str) or not title.strip() or not is_literal(title):
        yield DefinitionProblem("liancheng.title", "请写明表单的名称。")
    if not isinstance(basis, str):
        yield DefinitionProblem("liancheng.basis", "依据应为文字。")
    if not _is_audience(ours.get("audience", [])):
        yield DefinitionProblem(
            "liancheng.audience", f"公开对象应为列表，可选 {'、'.join(sorted(AUDIENCES))}，不重复。"
        )
    if not _is_one_click(ours.get("oneClick")):
        yield DefinitionProblem(
            "liancheng.oneClick",
            "一键办理须有 title、hint 两项文字和 choices 列表，其中每项有 label 和 answers。",
        )
    if not isinstance(checks, list):
        yield DefinitionProblem("liancheng.checks", "checks 应为列表。")
        return
    for index, rule in enumerate(checks):
        complete = isinstance(rule, Mapping) and rule.keys() == CHECK_ATTRIBUTES
        if not complete or not all(isinstance(v, str) and v.strip() for v in rule.values()):
            yield DefinitionProblem(
                f"liancheng.checks.{index}", "每条检查须有 assert、field、message 三项文字。"
            )


def _is_audience(given: object) -> bool:
    if not isinstance(given, list) or not all(isinstance(each, str) for each in given):
        return False
    return set(given) <= AUDIENCES and len(set(given)) == len(given)


def _is_one_click(given: object) -> bool:
    if given is None:
        return True
    if not isinstance(given, Mapping) or given.keys() != ONE_CLICK_ATTRIBUTES:
        return False
    choices = given["choices"]
    return (
        isinstance(choices, list)
        and bool(choices)
        and all(isinstance(given[name], str) and given[name].strip() for name in ("title", "hint"))
        and all(isinstance(each, Mapping) and _is_choice(each) for each in choices)
    )


def _is_choice(given: Mapping[str, Any]) -> bool:
    label, answers = given.get("label"), given.get("answers")
    return given.keys() == {"label", "answers"} and (
        isinstance(label, str) and bool(label.strip()) and isinstance(answers, Mapping)
    )


def _components(components: object, path: str, keys: set[str], depth: int) -> Problems:
    """``keys`` are those taken so far at this level of the answers; it grows."""
    if not isinstance(components, list) or len(components) > MAX_COMPONENTS:
        yield DefinitionProblem(path, f"components 应为列表，且不超过 {MAX_COMPONENTS} 项。")
        return
    if depth > MAX_NESTING:
        yield DefinitionProblem(path, f"分组和表格嵌套不能超过 {MAX_NESTING} 层。")
        return
    for index, component in enumerate(components):
        yield from _component(component, f"{path}.{index}", keys, depth)


def _component(component: object, path: str, keys: set[str], depth: int) -> Problems:
    if not isinstance(component, Mapping) or not isinstance(component.get("type"), str):
        yield DefinitionProblem(path, "组件应为带 type 的 JSON 对象。")
        return
    kind = component["type"]
    if kind not in attributes.KNOWN_TYPES:
        yield DefinitionProblem(f"{path}.type", f"不支持组件类型“{kind[:40]}”，请删除该组件。")
        return
    yield from _key(component, path, keys)
    for name, message in attributes.problems(component):
        yield DefinitionProblem(f"{path}.{name}", message)
    if kind in CONTAINERS:
        own = keys if kind == "group" and not component.get("path") else set()
        yield from _components(
            component.get("components", []), f"{path}.components", own, depth + 1
        )


def _key(component: Mapping[str, Any], path: str, keys: set[str]) -> Problems:
    name = "key" if component["type"] in INPUTS else "path"
    key = component.get(name)
    if component["type"] not in INPUTS | CONTAINERS:
        return
    if component["type"] == "group" and key in (None, ""):
        return
    if not isinstance(key, str) or not KEY.fullmatch(key):
        yield DefinitionProblem(
            f"{path}.{name}", "字段键应以字母开头，只含字母、数字、下划线，不超过 64 个字符。"
        )
        return
    if key in RESERVED_KEYS:
        yield DefinitionProblem(f"{path}.{name}", f"“{key}”是系统保留的名称，请换一个字段键。")
    if key in keys:
        yield DefinitionProblem(f"{path}.{name}", f"字段键“{key}”重复，请换一个。")
    keys.add(key)


def _duplicate_ids(definition: Mapping[str, Any]) -> Problems:
    seen: set[str] = set()
    pending = [("components", definition["components"])]
    total = 0
    while pending:
        path, components = pending.pop()
        for index, component in enumerate(components):
            total += 1
            here = f"{path}.{index}"
            identifier = component.get("id")
            if identifier in seen:
                yield DefinitionProblem(f"{here}.id", f"组件编号“{identifier}”重复。")
            if identifier is not None:
                seen.add(identifier)
            pending.append((f"{here}.components", component.get("components", [])))
    if total > MAX_COMPONENTS:
        yield DefinitionProblem("components", f"组件总数不能超过 {MAX_COMPONENTS} 个。")
