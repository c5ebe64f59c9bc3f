"""Substitutes, colleagues and phrases on the wire."""

from datetime import date
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from api.schemas.common import FIRST_YEAR, LAST_YEAR, Strict, text


class Day(fields.Date):
    """A date within what every layer below can count with."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> date:
        found: date = super()._deserialize(value, *args, **kwargs)
        if not FIRST_YEAR <= found.year <= LAST_YEAR:
            raise ValidationError(f"日期应在 {FIRST_YEAR} 至 {LAST_YEAR} 年之间")
        return found


class NamedSchema(Schema):
    """Somebody or something by name."""

    id = fields.UUID()
    name = fields.String()


class SearchQuery(Strict):
    """Part of a name."""

    q = fields.String(load_default="", validate=validate.Length(max=60, error="不超过 60 字"))


class ColleagueSchema(NamedSchema):
    """A person of one's own agency or unit, with the roles held there."""

    roles = fields.List(fields.String())


class SubstitutionSchema(Schema):
    """An absence and who stands in. Both days count, in Asia/Shanghai."""

    id = fields.UUID()
    principal = fields.Nested(NamedSchema)
    substitute = fields.Nested(NamedSchema)
    party = fields.Nested(NamedSchema)
    starts_on = fields.Date()
    ends_on = fields.Date()
    procedures = fields.List(
        fields.String(), allow_none=True, metadata={"description": "Null: all procedures"}
    )
    reason = fields.String()
    set_by = fields.Nested(NamedSchema)
    set_at = fields.AwareDateTime(format="iso")
    ended_at = fields.AwareDateTime(format="iso", allow_none=True)
    may_end = fields.Boolean()


class SubstitutionSetSchema(Strict):
    """A new absence; ``principal`` null: oneself."""

    principal = fields.UUID(load_default=None, allow_none=True)
    substitute = fields.UUID(required=True)
    party = fields.UUID(required=True)
    starts_on = Day(required=True)
    ends_on = Day(required=True)
    procedures = fields.List(
        fields.String(validate=validate.Length(max=64, error="编号过长")),
        load_default=None,
        allow_none=True,
        validate=validate.Length(max=200, error="不超过 200 项"),
    )
    reason = text(500)


class PhraseSchema(Schema):
    """A phrase (常用语)."""

    id = fields.UUID()
    text = fields.String()


class PhraseAddSchema(Strict):
    """A new phrase."""

    text = text(500)


class PhraseOrderSchema(Strict):
    """All phrases in their new order."""

    ids = fields.List(
        fields.UUID(), required=True, validate=validate.Length(max=100, error="不超过 100 条")
    )
