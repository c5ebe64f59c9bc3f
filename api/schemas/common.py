"""Shared pieces: strict schemas, pages, cursors."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate

from api.strict_json import loads
from services.errors import InvalidError

FIRST_YEAR, LAST_YEAR = 2000, 2089  # a rehearsal's offset in seconds fits 32 bits


class Strict(Schema):
    """Unknown fields are refused."""

    class Meta:
        """marshmallow options."""

        unknown = RAISE


class PageQuery(Strict):
    """A page of a list: at most ``limit`` rows after ``cursor``."""

    limit = fields.Integer(
        load_default=20,
        strict=False,
        validate=validate.Range(1, 100, error="每页 1 至 100 条"),
    )
    cursor = fields.String(
        load_default=None, allow_none=True, validate=validate.Length(max=500, error="游标有误")
    )


def text(max_length: int, *, required: bool = True, **more: Any) -> fields.String:
    """Return a text field of bounded length."""
    length = validate.Length(
        min=1 if required else 0, max=max_length, error=f"须填写，且不超过 {max_length} 字"
    )
    return fields.String(required=required, validate=length, **more)


class Instant(fields.AwareDateTime):
    """An aware instant that every layer below can count with."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> datetime:
        found: datetime = super()._deserialize(value, *args, **kwargs)
        if not FIRST_YEAR <= found.year <= LAST_YEAR:
            raise ValidationError(f"时间应在 {FIRST_YEAR} 至 {LAST_YEAR} 年之间")
        return found


def encode_cursor(*parts: Any) -> str:
    """Return an opaque cursor."""
    return urlsafe_b64encode(json.dumps(parts, default=str).encode()).decode()


def decode_cursor(cursor: str | None, *kinds: Callable[[Any], Any]) -> Any:
    """Return a cursor's parts, each read by its kind, or None. Raises InvalidError."""
    if cursor is None:
        return None
    try:
        parts = loads(urlsafe_b64decode(cursor.encode()))
        return tuple(kind(part) for kind, part in zip(kinds, parts, strict=True))
    except (ValueError, TypeError, AttributeError, OverflowError) as error:
        raise InvalidError("游标有误", {"cursor": ["游标有误"]}) from error


def as_instant(part: Any) -> datetime:
    """Read an aware instant. Raises ValueError, TypeError, OverflowError."""
    found = datetime.fromisoformat(part)
    if found.tzinfo is None:
        raise ValueError(part)
    return found.astimezone(UTC)
