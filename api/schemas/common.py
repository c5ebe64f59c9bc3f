"""Shared pieces: strict schemas, pages, cursors."""

import binascii
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import date, datetime
from typing import Any
from uuid import UUID

from marshmallow import RAISE, Schema, ValidationError, fields, validate


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


def encode_cursor(*parts: Any) -> str:
    """Return an opaque cursor."""
    return urlsafe_b64encode(json.dumps(parts, default=str).encode()).decode()


def as_date(part: str) -> date:
    """Return a cursor's part as a date. Raises ValidationError."""
    try:
        return date.fromisoformat(part)
    except ValueError as error:
        raise ValidationError({"cursor": ["游标有误"]}) from error


def as_place(parts: list[str] | None) -> tuple[datetime, UUID] | None:
    """Return a cursor of an instant and an id. Raises ValidationError."""
    if parts is None:
        return None
    try:
        moment = datetime.fromisoformat(parts[0])
        place = (moment, UUID(parts[1]))
    except ValueError as error:
        raise ValidationError({"cursor": ["游标有误"]}) from error
    if moment.tzinfo is None:
        raise ValidationError({"cursor": ["游标有误"]})
    return place


def decode_cursor(cursor: str | None, size: int) -> list[str] | None:
    """Return a cursor's parts. Raises ValidationError."""
    if cursor is None:
        return None
    try:
        parts = json.loads(urlsafe_b64decode(cursor.encode()))
    except (ValueError, binascii.Error, UnicodeEncodeError) as error:
        raise ValidationError({"cursor": ["游标有误"]}) from error
    if not isinstance(parts, list) or len(parts) != size or not all(
        isinstance(p, str) for p in parts
    ):
        raise ValidationError({"cursor": ["游标有误"]})
    return parts


