"""JSON at the edge: what no later layer should have to think about is refused here."""

import json
import math
from typing import Any

from flask_smorest import Blueprint as SmorestBlueprint
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import BadRequest

MAX_DEPTH = 40
MAX_NODES = 60_000
MAX_DIGITS = 40


class NotAcceptableJsonError(ValueError):
    """The text is not JSON as we take it; the message is a Chinese sentence."""


def loads(text: bytes | str) -> Any:
    """Parse JSON; no NaN, no lone surrogates, no control characters, bounded depth and size.

    Raises NotAcceptableJsonError.
    """
    try:
        value = json.loads(
            text,
            parse_constant=_refuse_constant,
            parse_int=_bounded_int,
            parse_float=_finite_float,
        )
    except NotAcceptableJsonError:
        raise
    except (ValueError, RecursionError) as error:
        raise NotAcceptableJsonError("请求内容不是合法的 JSON") from error
    _check(value)
    return value


def _refuse_constant(name: str) -> Any:
    raise NotAcceptableJsonError(f"JSON 中不允许 {name}")


def _bounded_int(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise NotAcceptableJsonError("数字位数过多")
    return int(digits)


def _finite_float(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value) or len(digits) > MAX_DIGITS:
        raise NotAcceptableJsonError("数字超出范围")
    return value


def _check(root: Any) -> None:
    stack, seen = [(root, 0)], 0
    while stack:
        value, depth = stack.pop()
        seen += 1
        if depth > MAX_DEPTH or seen > MAX_NODES:
            raise NotAcceptableJsonError("JSON 嵌套过深或内容过多")
        if isinstance(value, str):
            _check_text(value)
        elif isinstance(value, dict):
            for key, item in value.items():
                _check_text(key)
                stack.append((item, depth + 1))
        elif isinstance(value, list):
            stack.extend((item, depth + 1) for item in value)


def _check_text(text: str) -> None:
    for char in text:
        if (char < " " and char not in "\n\r\t") or "\ud800" <= char <= "\udfff":
            raise NotAcceptableJsonError("文本含有不允许的控制字符")


class StrictParser(FlaskParser):
    """Reads request bodies with ``loads``; query strings are checked as text."""

    def _raw_load_json(self, req: Any) -> Any:
        if not req.content_length and not req.get_data(cache=True):
            return {}
        try:
            return loads(req.get_data(cache=True))
        except NotAcceptableJsonError as error:
            raise BadRequest(str(error)) from error


class Blueprint(SmorestBlueprint):
    """A blueprint whose arguments are read strictly."""

    ARGUMENTS_PARSER = StrictParser()
