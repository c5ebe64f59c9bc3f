"""Texts with places: ``{{ expression }}`` stands for what the expression gives."""

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from workflows import feel
from workflows.calendar import TIME_ZONE

_PLACE = re.compile(r"\{\{(.+?)\}\}", re.DOTALL)


def expressions(text: str) -> Iterator[feel.Expression]:
    """Yield the expressions of a text's places. Raises feel.FeelError."""
    for place in _PLACE.finditer(text):
        yield feel.parse(place[1].strip())


def fill(text: str, scope: Mapping[str, Any], context: feel.Context) -> str:
    """Return the text with every place filled. Raises feel.FeelError."""
    return _PLACE.sub(lambda place: words(_value(place[1], scope, context)), text)


def _value(source: str, scope: Mapping[str, Any], context: feel.Context) -> Any:
    return feel.parse(source.strip()).evaluate(scope, context)


def words(value: Any) -> str:
    """Return a value as a paper writes it: dates in Chinese, yes and no, lists with 、."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, datetime):
        return _day(value.astimezone(TIME_ZONE).date() if value.tzinfo else value.date())
    if isinstance(value, date):
        return _day(value)
    if isinstance(value, (list, tuple)):
        return "、".join(words(each) for each in value)
    if isinstance(value, Mapping):
        return "；".join(f"{key}：{words(each)}" for key, each in value.items())
    return in_chinese(str(value))


def in_chinese(text: str) -> str:
    """Write a whole text that is an ISO date or instant as a Chinese date; leave others."""
    if not re.fullmatch(r"\d{4}-\d\d-\d\d(T[\d:.]+(Z|[+-]\d\d:\d\d)?)?", text):
        return text
    try:
        return words(datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text))
    except ValueError:
        return text


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
