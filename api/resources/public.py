"""What anyone may read and do without login: notices, objections, the register."""

from datetime import date
from typing import Any

from flask import Response
from flask.views import MethodView
from marshmallow import Schema, fields

from api import auth
from api.resources.notices import ConsortiumSchema, NoticeSchema
from api.schemas.common import (
    PageQuery,
    Strict,
    decode_cursor,
    encode_cursor,
    text,
)
from api.shell import command_publicly, read_publicly
from api.strict_json import Blueprint
from services import case_pages, publicity, registers

blueprint = Blueprint("public", __name__, url_prefix="/api/v1/public", description="Without login")


class NoticeListSchema(Schema):
    """A page of notices."""

    items = fields.List(fields.Nested(NoticeSchema))
    next = fields.String(allow_none=True)


class NoticesQuery(PageQuery):
    """Which notices."""

    open = fields.Boolean(load_default=True)


class ObjectionIntakeSchema(Strict):
    """An objection (异议): the answers of the form that the notice's case names for it."""

    answers = fields.Dict(keys=fields.String(), required=True)


class ObjectionReceiptSchema(Schema):
    """The receipt. ``code`` is shown this once; it opens the reply."""

    number = fields.String()
    code = fields.String()
    is_within_period = fields.Boolean()
    received_at = fields.AwareDateTime(format="iso")


class ReplyQuery(Strict):
    """The receipt code."""

    code = text(100)


class ReplySchema(Schema):
    """What has become of one's objection."""

    number = fields.String()
    content = fields.String()
    received_at = fields.AwareDateTime(format="iso")
    is_within_period = fields.Boolean()
    finding = fields.String(allow_none=True)
    reply = fields.String(allow_none=True)
    replied_at = fields.AwareDateTime(format="iso", allow_none=True)


@blueprint.route("/notices")
class Notices(MethodView):
    @blueprint.arguments(NoticesQuery, location="query")
    @blueprint.response(200, NoticeListSchema)
    @blueprint.doc(security=[])
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """List notices, newest first."""
        place = decode_cursor(query["cursor"], date.fromisoformat, str)
        limit = query["limit"]
        found = read_publicly(
            lambda session: publicity.list_notices(
                session, only_open=query["open"], after=place, limit=limit + 1
            )
        )
        last = found[limit - 1] if len(found) > limit else None
        cursor = encode_cursor(last.starts_on.isoformat(), last.number) if last else None
        return {"items": found[:limit], "next": cursor}


@blueprint.route("/notices/<number>")
class OneNotice(MethodView):
    @blueprint.response(200, NoticeSchema)
    @blueprint.alt_response(404, description="No such notice")
    @blueprint.doc(security=[])
    def get(self, number: str) -> Any:
        """Read a notice."""
        return read_publicly(lambda session: publicity.find_notice(session, number))


@blueprint.route("/notices/<number>/objections")
class Objections(MethodView):
    @blueprint.arguments(ObjectionIntakeSchema)
    @blueprint.response(201, ObjectionReceiptSchema)
    @blueprint.alt_response(404, description="No such notice")
    @blueprint.alt_response(409, description="The notice was withdrawn")
    @blueprint.doc(security=[])
    def post(self, body: dict[str, Any], number: str) -> Response:
        """Object to a notice. After the period it is kept and passed on, but does not count."""

        def act(session: Any) -> dict[str, Any]:
            objection, code = publicity.object_to(session, auth.runtime(), number, body["answers"])
            return {
                "number": objection.number,
                "code": code,
                "is_within_period": objection.is_within_period,
                "received_at": objection.received_at,
            }

        return command_publicly(ObjectionReceiptSchema, act, status=201)


@blueprint.route("/objections/<number>")
class OneObjection(MethodView):
    @blueprint.arguments(ReplyQuery, location="query")
    @blueprint.response(200, ReplySchema)
    @blueprint.alt_response(404, description="No such objection, or a wrong code")
    @blueprint.doc(security=[])
    def get(self, query: dict[str, Any], number: str) -> Any:
        """Read the reply to one's objection, by number and receipt code."""
        return read_publicly(lambda session: publicity.read_reply(session, number, query["code"]))


class CodeQuery(Strict):
    """The case's progress code."""

    code = text(100)


class ProgressSchema(Schema):
    """How far a case is; nothing of what it holds."""

    number = fields.String()
    title = fields.String()
    state = fields.String()
    status = fields.String()
    outcome = fields.String(allow_none=True)
    started_at = fields.AwareDateTime(format="iso")
    finished_at = fields.AwareDateTime(format="iso", allow_none=True)
    waiting_for = fields.List(fields.String())
    is_rehearsal = fields.Boolean()


@blueprint.route("/cases/<number>")
class Progress(MethodView):
    @blueprint.arguments(CodeQuery, location="query")
    @blueprint.response(200, ProgressSchema)
    @blueprint.alt_response(404, description="No such case, or a wrong code")
    @blueprint.doc(security=[])
    def get(self, query: dict[str, Any], number: str) -> Any:
        """Follow a case by its number and progress code."""
        return read_publicly(lambda session: case_pages.progress(session, number, query["code"]))


@blueprint.route("/consortia")
class Register(MethodView):
    @blueprint.response(200, ConsortiumSchema(many=True))
    @blueprint.doc(security=[])
    def get(self) -> Any:
        """Read the register of established consortia."""
        return read_publicly(registers.public_consortia)


@blueprint.route("/consortia/<certificate_no>")
class Certificate(MethodView):
    @blueprint.response(200, ConsortiumSchema)
    @blueprint.alt_response(404, description="Not in the register")
    @blueprint.doc(security=[])
    def get(self, certificate_no: str) -> Any:
        """Check a certificate."""
        return read_publicly(lambda session: registers.certificate(session, certificate_no))
