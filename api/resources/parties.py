"""Agencies and units."""

from typing import Any

from flask.views import MethodView
from marshmallow import Schema, fields, validate
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.schemas.common import PageQuery, decode_cursor, encode_cursor
from api.shell import read
from api.strict_json import Blueprint
from services.db.models import Party, PartyKind

blueprint = Blueprint(
    "parties", __name__, url_prefix="/api/v1/parties", description="Agencies and units"
)


class PartySchema(Schema):
    """An agency or a unit."""

    id = fields.UUID()
    code = fields.String()
    kind = fields.Enum(PartyKind, by_value=True)
    name = fields.String()
    name_en = fields.String(allow_none=True)
    uscc = fields.String(allow_none=True)
    is_claimed = fields.Boolean()


class PartyListSchema(Schema):
    """A page of parties."""

    items = fields.List(fields.Nested(PartySchema))
    next = fields.String(allow_none=True)


class PartyQuery(PageQuery):
    """Which parties."""

    kind = fields.Enum(PartyKind, by_value=True, load_default=None, allow_none=True)
    uscc = fields.String(
        load_default=None, allow_none=True, validate=validate.Length(max=18, error="18 位")
    )


@blueprint.route("")
class Parties(MethodView):
    @blueprint.arguments(PartyQuery, location="query")
    @blueprint.response(200, PartyListSchema)
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """List parties by code."""
        place = decode_cursor(query["cursor"], str)
        limit = query["limit"]

        def listed(session: Session, _actor: Any) -> list[Party]:
            rows = select(Party).order_by(Party.code).limit(limit + 1)
            if query["kind"] is not None:
                rows = rows.where(Party.kind == query["kind"])
            if query["uscc"] is not None:
                rows = rows.where(Party.uscc == query["uscc"])
            if place is not None:
                rows = rows.where(Party.code > place[0])
            return list(session.scalars(rows))

        found = read(listed)
        last = found[limit - 1] if len(found) > limit else None
        return {"items": found[:limit], "next": encode_cursor(last.code) if last else None}
