"""Checks the attributes of one component of a definition, type by type."""

import math
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

from forms.components import (
    ATTRIBUTES,
    CHOICES,
    DEFAULT_PROPERTIES,
    DEFAULT_VALIDATIONS,
    EXPRESSION_MARK,
    FILE_TYPES,
    INPUTS,
    MAX_DECIMAL_DIGITS,
    MAX_EXPRESSION,
    PREFILL,
    PROPERTIES,
    RECONSTRUCTED_MARK,
    TEXTS,
    VALIDATIONS,
    is_literal,
)
from forms.limits import MAX_FILES, MAX_ROWS
from forms.patterns import PATTERNS, named

Component = Mapping[str, Any]
Found = Iterator[tuple[str, str]]  # (place inside the component, Chinese sentence)

KNOWN_TYPES: Final = frozenset(ATTRIBUTES)
MAX_TEXT: Final = 20_000


def problems(component: Component) -> Found:
    """Everything wrong with the component itself, apart from its key and its children."""
    found = [problem for part in _GENERAL for problem in part(component)]
    yield from found
    special = _SPECIAL.get(component["type"])
    if special and not found:
        yield from special(component)


def _unknown(component: Component) -> Found:
    for name in sorted(component.keys() - ATTRIBUTES[component["type"]]):
        yield name, f"这类组件不支持“{name[:40]}”，请删除。"


def _texts(component: Component) -> Found:
    for name in TEXTS:
        text = component.get(name)
        if text is None:
            continue
        if not isinstance(text, str) or len(text) > MAX_TEXT:
            yield name, "应为文字。"
        elif not is_literal(text):
            yield name, "只能写固定的文字，不能含表达式、模板、链接或 HTML。"
    if component["type"] in INPUTS and not (component.get("label") or component.get("dateLabel")):
        yield "label", "请写明这一项的名称。"
    if not isinstance(component.get("id", ""), str):
        yield "id", "组件编号应为文字。"


def _flags(component: Component) -> Found:
    for name in ("readonly", "multiple", "isRepeating", "allowAddRemove", "showOutline"):
        if not isinstance(component.get(name, False), bool):
            yield name, "只能是 true 或 false，不能是表达式。"
    if not isinstance(component.get("layout", {}), Mapping):
        yield "layout", "应为对象。"
    appearance = component.get("appearance", {})
    adorners = appearance.values() if isinstance(appearance, Mapping) else [None]
    if not all(isinstance(value, str) and is_literal(value) for value in adorners):
        yield "appearance", "只能写固定的文字。"
    if isinstance(value := component.get("defaultValue"), str) and not is_literal(value):
        yield "defaultValue", "默认值只能是固定的值。"


def _conditional(component: Component) -> Found:
    conditional = component.get("conditional", {})
    if not isinstance(conditional, Mapping) or conditional.keys() - {"hide"}:
        yield "conditional", "只支持 conditional.hide。"
    elif "hide" in conditional and not _is_expression(conditional["hide"]):
        yield "conditional.hide", "隐藏条件应为以“=”开头的 FEEL 表达式。"


def _is_expression(source: object) -> bool:
    return (
        isinstance(source, str)
        and source.startswith(EXPRESSION_MARK)
        and 1 < len(source) <= MAX_EXPRESSION
    )


def _validate(component: Component) -> Found:
    rules = component.get("validate", {})
    if not isinstance(rules, Mapping):
        yield "validate", "应为对象。"
        return
    allowed = VALIDATIONS.get(component["type"], DEFAULT_VALIDATIONS)
    for name in sorted(rules.keys() - allowed):
        yield f"validate.{name[:40]}", "这类组件不支持这条校验，请删除。"
    if not isinstance(rules.get("required", False), bool):
        yield "validate.required", "只能是 true 或 false。"
    for low, high in (("minLength", "maxLength"), ("min", "max")):
        yield from _bounds(rules, low, high, whole=low == "minLength")
    if "pattern" in rules and (
        not isinstance(rules["pattern"], str) or not named(rules["pattern"])
    ):
        names = "、".join(PATTERNS)
        yield "validate.pattern", f"不能自写正则表达式，只能用已命名的格式：{names}。"


def _bounds(rules: Mapping[str, Any], low: str, high: str, *, whole: bool) -> Found:
    for name in (low, high):
        value = rules.get(name, 1)
        fits = isinstance(value, int) or (isinstance(value, float) and math.isfinite(value))
        if isinstance(value, bool) or not fits or (whole and not _is_length(value)):
            yield f"validate.{name}", "应为数字，不能是表达式。"
            return
    if low in rules and high in rules and rules[low] > rules[high]:
        yield f"validate.{low}", "下限不能大于上限。"


def _is_length(value: float) -> bool:
    return isinstance(value, int) and 1 <= value <= MAX_TEXT


def _properties(component: Component) -> Found:
    properties = component.get("properties", {})
    if not isinstance(properties, Mapping):
        yield "properties", "应为对象。"
        return
    allowed = PROPERTIES.get(component["type"], DEFAULT_PROPERTIES)
    for name, value in properties.items():
        if name not in allowed:
            yield f"properties.{name[:40]}", "不认识这个自定义属性，请删除或更正。"
        elif not isinstance(value, str) or not value.strip():
            yield f"properties.{name}", "自定义属性的值应为文字。"
        elif problem := _property_problem(name, value):
            yield f"properties.{name}", problem


def _reconstructed(component: Component) -> Found:
    """A part that is not the official form's says so on screen and in print."""
    properties = component.get("properties")
    if not isinstance(properties, Mapping) or "reconstructed" not in properties:
        return
    value = properties["reconstructed"]
    if value != "true":
        yield "properties.reconstructed", "应为 true。"
    elif RECONSTRUCTED_MARK not in str(component.get("label", "")):
        yield "label", f"系统重建的部分须在标题中写明“{RECONSTRUCTED_MARK}”。"


def _property_problem(name: str, value: str) -> str | None:
    if name == PREFILL and not _is_expression(value):
        return "应为以“=”开头的表达式。"
    if name == "pattern" and value not in PATTERNS:
        return f"不认识这个格式，可用的有：{'、'.join(PATTERNS)}。"
    limit = {"maxFiles": MAX_FILES, "minRows": MAX_ROWS, "maxRows": MAX_ROWS}.get(name)
    if limit is not None and not _is_count(value, limit):
        return f"应为 0 至 {limit} 的整数。"
    return None


def _is_count(value: str, limit: int) -> bool:
    return (
        value.isascii()
        and value.isdigit()
        and len(value) <= len(str(limit))
        and int(value) <= limit
    )


def _number(component: Component) -> Found:
    digits = component.get("decimalDigits")
    if type(digits) is not int or not 0 <= digits <= MAX_DECIMAL_DIGITS:
        yield "decimalDigits", f"请写明小数位数（0 至 {MAX_DECIMAL_DIGITS}）。"


def _datetime(component: Component) -> Found:
    subtype = component.get("subtype")
    if subtype not in ("date", "datetime"):
        yield "subtype", "只支持日期（date）和日期时间（datetime）。"
    zoned = component.get("timeSerializingFormat") in ("utc_offset", "utc_normalized")
    if subtype == "datetime" and not zoned:
        yield "timeSerializingFormat", "时间必须带时区，请选择 utc_offset 或 utc_normalized。"


def _choices(component: Component) -> Found:
    values, source = component.get("values"), component.get("valuesExpression")
    if (values is None) == (source is None):
        yield "values", "请给出 values 或 valuesExpression 之一。"
    elif source is not None:
        if not _is_expression(source):
            yield "valuesExpression", "应为以“=”开头的 FEEL 表达式。"
    elif not isinstance(values, list) or not values:
        yield "values", "请至少给出一个选项。"
    else:
        yield from _options(values)


def _options(values: list[Any]) -> Found:
    seen: set[str] = set()
    for index, option in enumerate(values):
        complete = isinstance(option, Mapping) and option.keys() == {"label", "value"}
        if not complete or not all(isinstance(v, str) and v for v in option.values()):
            yield f"values.{index}", "每个选项须有 label 和 value 两项文字。"
        elif not is_literal(option["label"]) or option["value"] in seen:
            yield f"values.{index}", "选项的值重复，或名称不是固定的文字。"
        else:
            seen.add(option["value"])


def _filepicker(component: Component) -> Found:
    accept = component.get("accept", FILE_TYPES[0])
    parts = accept.split(",") if isinstance(accept, str) else [""]
    if any(part.strip().lower() not in FILE_TYPES for part in parts):
        yield "accept", f"只能是下列扩展名，以逗号分隔：{'、'.join(FILE_TYPES)}。"
    several = int(component.get("properties", {}).get("maxFiles", "1") or 1) != 1
    if several != component.get("multiple", False):
        yield "multiple", "multiple 与 properties.maxFiles 不一致：多于一个文件时应为 true。"


def _dynamiclist(component: Component) -> Found:
    properties = component.get("properties", {})
    least, most = int(properties.get("minRows", 0)), int(properties.get("maxRows", MAX_ROWS))
    if least > most:
        yield "properties.minRows", "最少行数不能大于最多行数。"
    columns = component.get("components", [])
    columns = columns if isinstance(columns, list) else []
    if not any(isinstance(c, Mapping) and c.get("key") for c in columns):
        yield "components", "表格里至少要有一列。"
    unique = [part.strip() for part in properties.get("uniqueBy", "").split(",") if part]
    columns = [c for c in columns if isinstance(c, Mapping)]
    single = [c.get("key") for c in columns if c.get("type") in _SINGLE]
    if not all(column in single for column in unique):
        yield "properties.uniqueBy", "应为表格中单值列的字段键，以逗号分隔。"


_SINGLE: Final = ("textfield", "textarea", "number", "datetime", "select", "radio")
_GENERAL: Final = (
    _unknown,
    _texts,
    _flags,
    _conditional,
    _validate,
    _properties,
    _reconstructed,
)
_SPECIAL: Final[Mapping[str, Callable[[Component], Found]]] = MappingProxyType(
    {
        "number": _number,
        "datetime": _datetime,
        "filepicker": _filepicker,
        "dynamiclist": _dynamiclist,
        **dict.fromkeys(CHOICES, _choices),
    }
)
