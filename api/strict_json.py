"""JSON at the edge: what no later layer should have to think about is refused here."""

import json
import math
import re
from typing import Any

from flask_smorest import Blueprint as SmorestBlueprint
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import BadRequest

MAX_BYTES = 1_000_000
MAX_DEPTH = 40
MAX_KEYS = 1_000
MAX_NODES = 60_000
MAX_DIGITS = 40


_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")
_RESERVED = re.compile("typename|__.*__", re.DOTALL)  # what serialisers and languages read as types


class NotAcceptableJsonError(ValueError):
    """The text is not JSON as we take it; the message is a Chinese sentence."""


def loads(text: bytes | str) -> Any:
    """Parse JSON; no NaN, no lone surrogates, no control characters, no key twice or reserved.

    Depth, size, keys of an object and digits of a number are bounded.

    Raises NotAcceptableJsonError.
    """
    try:
        value = json.loads(
            text,
            parse_constant=_refuse_constant,
            parse_int=_bounded_int,
            parse_float=_finite_float,
            object_pairs_hook=_object,
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


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise NotAcceptableJsonError("JSON 对象中有重复的键")
    if len(found) > MAX_KEYS:
        raise NotAcceptableJsonError("JSON 对象的键过多")
    if any(_RESERVED.fullmatch(key) for key in found):
        raise NotAcceptableJsonError("JSON 对象中有不允许的键")
    return found


def _check(root: Any) -> None:
    stack, seen = [(root, 0)], 0
    while stack:
        value, depth = stack.pop()
        seen += 1
        if depth > MAX_DEPTH or seen > MAX_NODES:
            raise NotAcceptableJsonError("JSON 嵌套过深或内容过多")
        if isinstance(value, str):
            check_text(value)
        elif isinstance(value, dict):
            for key, item in value.items():
                check_text(key)
                stack.append((item, depth + 1))
        elif isinstance(value, list):
            stack.extend((item, depth + 1) for item in value)


def check_text(text: str) -> None:
    """Refuse control characters and lone surrogates. Raises NotAcceptableJsonError."""
    if _CONTROL.search(text):
        raise NotAcceptableJsonError("文本含有不允许的控制字符")


class StrictParser(FlaskParser):
    """Reads request bodies with ``loads``; query strings are checked as text."""

    DEFAULT_UNKNOWN_BY_LOCATION: dict[str, str | None] = {  # noqa: RUF012 - webargs' own idiom
        **FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION,
        "query": None,  # as the schema says: unknown names are refused there too
    }

    def _raw_load_json(self, req: Any) -> Any:
        if not req.content_length and not req.get_data(cache=True):
            return {}
        try:
            return loads(req.get_data(cache=True))
        except NotAcceptableJsonError as error:
            raise BadRequest(str(error)) from error

    def load_querystring(self, req: Any, schema: Any) -> Any:
        """Return the query after its texts were looked at."""
        try:
            for name, value in req.args.items(multi=True):
                check_text(name)
                check_text(value)
        except NotAcceptableJsonError as error:
            raise BadRequest(str(error)) from error
        return super().load_querystring(req, schema)


class Blueprint(SmorestBlueprint):
    """A blueprint whose arguments are read strictly."""

    ARGUMENTS_PARSER = StrictParser()
