"""Where other installations deliver envelopes, and the keys to check them by. No login."""

from typing import Any

from flask import Response
from flask.views import MethodView
from marshmallow import Schema, fields

from api import auth
from api.resources import register
from api.schemas.common import Strict
from api.shell import command_publicly, read_publicly
from services.db.models import HandoffState
from services.handoffs import keys, receiving

blueprint = register.blueprint  # of ``public``: everything there needs no login


class DeliverySchema(Strict):
    """A signed envelope of another installation."""

    envelope = fields.Dict(keys=fields.String(), required=True)


class DeliveredSchema(Schema):
    """How the envelope stands here; the receipt once there is one."""

    id = fields.UUID()
    state = fields.Enum(HandoffState, by_value=True)
    receipt = fields.Dict(keys=fields.String(), allow_none=True)


class KeySchema(Schema):
    """A party's public key."""

    id = fields.String()
    party = fields.String()
    party_name = fields.String()
    public_key = fields.String(metadata={"description": "Ed25519, hexadecimal"})
    valid_from = fields.String()
    valid_to = fields.String(allow_none=True)


@blueprint.route("/handoffs")
class Inbox(MethodView):
    @blueprint.doc(security=[])
    @blueprint.arguments(DeliverySchema)
    @blueprint.response(200, DeliveredSchema)
    @blueprint.alt_response(422, description="Refused; code and message say why")
    def post(self, body: dict[str, Any]) -> Response:
        """Deliver a signed envelope; its signature is the sender's credential.

        Delivering it again changes nothing and gives the receipt once there is one.
        """
        return command_publicly(
            DeliveredSchema,
            lambda session: receiving.deliver(session, auth.runtime(), body["envelope"]),
        )


@blueprint.route("/keys")
class Keys(MethodView):
    @blueprint.doc(security=[])
    @blueprint.response(200, KeySchema(many=True))
    def get(self) -> Any:
        """List the public keys by which envelopes and receipts are checked."""
        return read_publicly(keys.published)
