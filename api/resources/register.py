"""What anyone may read without login of results: the register, certificates, a case's progress."""

from datetime import date
from typing import Any
from urllib.parse import quote

from flask import Response
from flask.views import MethodView
from marshmallow import Schema, fields, validate

from api import auth
from api.resources import public
from api.resources.notices import ConsortiumSchema
from api.schemas.common import PageQuery, Strict, decode_cursor, encode_cursor, text
from api.shell import read_publicly
from services import progress, registers
from services.rendering import qr
from workflows.calendar import TIME_ZONE

blueprint = public.blueprint


class CodeQuery(Strict):
    """The case's progress code."""

    code = text(100)


class RunningLimitSchema(Schema):
    """A running limit with the ledger of its days: [date, kind, reason]."""

    name = fields.String()
    amount = fields.Integer()
    unit = fields.String()
    basis = fields.String()
    due_on = fields.Date()
    working_days_left = fields.Integer(metadata={"description": "Negative once it is over"})
    is_provisional = fields.Boolean()
    ledger = fields.List(fields.List(fields.String()))


class StandstillSchema(Schema):
    """Since when and why a case stands still (中止)."""

    since = fields.AwareDateTime(format="iso")
    reason = fields.String()


class ProgressSchema(Schema):
    """How far a case is; nothing of what it holds."""

    number = fields.String()
    title = fields.String()
    state = fields.String()
    status = fields.String()
    outcome = fields.String(allow_none=True)
    started_at = fields.AwareDateTime(format="iso")
    finished_at = fields.AwareDateTime(format="iso", allow_none=True)
    suspension = fields.Nested(StandstillSchema, allow_none=True)
    waiting_for = fields.List(fields.String())
    limits = fields.List(fields.Nested(RunningLimitSchema))
    is_rehearsal = fields.Boolean()


@blueprint.route("/cases/<number>")
class Progress(MethodView):
    @blueprint.arguments(CodeQuery, location="query")
    @blueprint.response(200, ProgressSchema)
    @blueprint.alt_response(404, description="No such case, or a wrong code")
    @blueprint.doc(security=[])
    def get(self, query: dict[str, Any], number: str) -> Any:
        """Follow a case by its number and progress code."""
        return read_publicly(
            lambda session: progress.followed(session, auth.runtime(), number, query["code"])
        )


class PublicConsortiumSchema(ConsortiumSchema):
    """A register entry with its lead and what its certificate is worth today."""

    lead = fields.String()
    document_no = fields.String(allow_none=True)
    ended_on = fields.Date(allow_none=True)
    validity = fields.String(
        metadata={"description": "valid, pending, expired, revoked or dissolved"}
    )
    checked_on = fields.Date()


class RegisterSchema(Schema):
    """A page of the register."""

    items = fields.List(fields.Nested(PublicConsortiumSchema))
    next = fields.String(allow_none=True)


class RegisterQuery(PageQuery):
    """What to look for in names, numbers, fields and lead units."""

    search = fields.String(
        load_default="", validate=validate.Length(max=100, error="不超过 100 字")
    )
    jurisdiction = fields.String(
        load_default=None, allow_none=True, validate=validate.Length(max=64, error="不超过 64 字")
    )


@blueprint.route("/consortia")
class Register(MethodView):
    @blueprint.arguments(RegisterQuery, location="query")
    @blueprint.response(200, RegisterSchema)
    @blueprint.doc(security=[])
    def get(self, query: dict[str, Any]) -> Any:
        """Search the register of established consortia."""
        limit, place = query["limit"], decode_cursor(query["cursor"], str)
        found = read_publicly(
            lambda session: registers.public_page(
                session,
                _today(),
                search=query["search"].strip(),
                jurisdiction=query["jurisdiction"],
                after=place[0] if place else None,
                limit=limit + 1,
            )
        )
        last = found[limit - 1] if len(found) > limit else None
        return {
            "items": found[:limit],
            "next": encode_cursor(last["certificate_no"]) if last else None,
        }


def _today() -> date:
    return auth.runtime().clock.now().astimezone(TIME_ZONE).date()


@blueprint.route("/consortia/<certificate_no>")
class Certificate(MethodView):
    @blueprint.response(200, PublicConsortiumSchema)
    @blueprint.alt_response(404, description="Not in the register")
    @blueprint.doc(security=[])
    def get(self, certificate_no: str) -> Any:
        """Check a certificate: whether it is valid today, and its dates."""
        return read_publicly(
            lambda session: registers.certificate(session, certificate_no, _today())
        )


@blueprint.route("/consortia/<certificate_no>/qr")
class CertificateCode(MethodView):
    @blueprint.response(200, {"type": "string"}, content_type="image/svg+xml")
    @blueprint.alt_response(404, description="Not in the register")
    @blueprint.doc(security=[])
    def get(self, certificate_no: str) -> Response:
        """Draw the QR code that leads to the page where this certificate is checked."""
        read_publicly(lambda session: registers.certificate(session, certificate_no, _today()))
        base = auth.runtime().settings.public_url.rstrip("/")
        address = f"{base}/public/certificates/{quote(certificate_no)}"
        reply = Response(qr.svg(address), mimetype="image/svg+xml")
        reply.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
        return reply
