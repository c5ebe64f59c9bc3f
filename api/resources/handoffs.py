"""Handoffs: what came in and what went out, signed envelopes and receipts."""

from typing import Any
from uuid import UUID

from flask import Response
from flask.views import MethodView
from marshmallow import Schema, fields, validate

from api import auth
from api.schemas.common import PageQuery, Strict, as_instant, decode_cursor, encode_cursor
from api.shell import command, read
from api.strict_json import Blueprint
from services.db.models import HandoffState
from services.handoffs import reading

blueprint = Blueprint("handoffs", __name__, url_prefix="/api/v1", description="Handoffs")

_NO_SUCH = "No such handoff, or it is not your party's"


class HandoffQuery(PageQuery):
    """Which handoffs."""

    box = fields.String(
        load_default="in", validate=validate.OneOf(["in", "out"], error="应为 in 或 out")
    )
    case = fields.UUID(load_default=None, allow_none=True)


class PartyRefSchema(Schema):
    """A party by code and name."""

    code = fields.String()
    name = fields.String()


class HandoffSchema(Schema):
    """A handoff in a list."""

    id = fields.UUID()
    box = fields.String(metadata={"description": "in or out"})
    sender = fields.Nested(PartyRefSchema)
    receiver = fields.Nested(PartyRefSchema)
    sequence = fields.Integer(metadata={"description": "Counts within sender and receiver"})
    subject = fields.String()
    state = fields.Enum(HandoffState, by_value=True)
    at = fields.AwareDateTime(format="iso")
    envelope_sha256 = fields.String()
    remark = fields.String(allow_none=True)


class HandoffListSchema(Schema):
    """A page of handoffs."""

    items = fields.List(fields.Nested(HandoffSchema))
    next = fields.String(allow_none=True)


class HandoffPageSchema(HandoffSchema):
    """One handoff; the content only after the receipt."""

    case = fields.Dict(keys=fields.String())
    topic = fields.String(allow_none=True)
    manifest = fields.List(fields.Dict(keys=fields.String()))
    content = fields.Raw(allow_none=True)
    receipt = fields.Dict(keys=fields.String(), allow_none=True)


class ExportSchema(Schema):
    """Envelope and receipt as signed, for ``liancheng handoff verify``."""

    envelope = fields.Dict(keys=fields.String())
    receipt = fields.Dict(keys=fields.String(), allow_none=True)
    keys = fields.List(fields.Dict(keys=fields.String()))


class AnswerSchema(Strict):
    """Received, or returned with a reason."""

    status = fields.String(
        required=True,
        validate=validate.OneOf(["RECEIVED", "RETURNED"], error="应为 RECEIVED 或 RETURNED"),
    )
    reason = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.Length(max=2000, error="不超过 2000 字"),
    )


@blueprint.route("/handoffs")
class Handoffs(MethodView):
    @blueprint.arguments(HandoffQuery, location="query")
    @blueprint.response(200, HandoffListSchema)
    def get(self, query: dict[str, Any]) -> Any:
        """List what was handed over to one's parties, or by them, newest first."""
        after = decode_cursor(query["cursor"], as_instant, UUID)
        limit = query["limit"]
        found = read(
            lambda session, actor: reading.listed(
                session,
                actor,
                box=query["box"],
                after=after,
                limit=limit + 1,
                only_case=query["case"],
            )
        )
        last = found[limit - 1] if len(found) > limit else None
        cursor = encode_cursor(last["at"].isoformat(), last["id"]) if last else None
        return {"items": found[:limit], "next": cursor}


@blueprint.route("/handoffs/<uuid:handoff_id>")
class OneHandoff(MethodView):
    @blueprint.response(200, HandoffPageSchema)
    @blueprint.alt_response(404, description=_NO_SUCH)
    def get(self, handoff_id: UUID) -> Any:
        """Read one handoff: manifest, and content from the receipt on."""
        return read(lambda session, actor: reading.page(session, actor, handoff_id))


@blueprint.route("/handoffs/<uuid:handoff_id>/export")
class HandoffExport(MethodView):
    @blueprint.response(200, ExportSchema)
    @blueprint.alt_response(404, description=_NO_SUCH)
    @blueprint.alt_response(409, description="Not received yet")
    def get(self, handoff_id: UUID) -> Any:
        """Export envelope and receipt with the keys to check them by."""
        return read(lambda session, actor: reading.export(session, actor, handoff_id))


@blueprint.route("/handoffs/<uuid:handoff_id>/receipt")
class HandoffReceipt(MethodView):
    @blueprint.arguments(AnswerSchema)
    @blueprint.response(200, HandoffPageSchema)
    @blueprint.alt_response(403, description="Not a receiving role")
    @blueprint.alt_response(404, description=_NO_SUCH)
    @blueprint.alt_response(409, description="Answered already, or answered in a task")
    def post(self, body: dict[str, Any], handoff_id: UUID) -> Response:
        """Receive or return an envelope that came from another installation."""
        return command(
            HandoffPageSchema,
            lambda session, actor: reading.answer_by_hand(
                session,
                auth.runtime(),
                actor,
                handoff_id,
                status=HandoffState(body["status"]),
                reason=body["reason"],
            ),
        )
