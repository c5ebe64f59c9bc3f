"""What anyone may read and do without login: notices, objections, the register."""

from datetime import date
from typing import Any, BinaryIO, cast

from flask import Response, jsonify, request
from flask.views import MethodView
from marshmallow import Schema, fields

from api import auth
from api.resources.documents import BINARY, as_file
from api.resources.notices import EvidenceSchema, NoticeSchema
from api.schemas.common import (
    PageQuery,
    Strict,
    decode_cursor,
    encode_cursor,
    text,
)
from api.schemas.documents import FormatQuery
from api.schemas.files import ONE_FILE
from api.shell import command_publicly, read_publicly
from api.strict_json import Blueprint
from services import evidence, publicity
from services.documents import reading, rendering
from services.errors import InvalidError

blueprint = Blueprint("public", __name__, url_prefix="/api/v1/public", description="Without login")


class PeriodDaySchema(Schema):
    """One day of a period: whether it counts, and why not."""

    on = fields.Date()
    is_counted = fields.Boolean()
    reason = fields.String()


class PublicNoticeSchema(NoticeSchema):
    """A notice with every day of its period and the proof of its publication."""

    working_days = fields.Integer()
    published_at = fields.AwareDateTime(format="iso")
    closed_at = fields.AwareDateTime(format="iso", allow_none=True)
    days = fields.List(fields.Nested(PeriodDaySchema))


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
    @blueprint.response(200, PublicNoticeSchema)
    @blueprint.alt_response(404, description="No such notice")
    @blueprint.doc(security=[])
    def get(self, number: str) -> Any:
        """Read a notice, its days counted and skipped, and the hash of what was published."""
        return read_publicly(lambda session: publicity.page(session, number))


@blueprint.route("/notices/<number>/file")
class NoticeFile(MethodView):
    @blueprint.arguments(FormatQuery, location="query")
    @blueprint.response(200, BINARY, content_type="*/*")
    @blueprint.alt_response(404, description="No such notice, or none on paper")
    @blueprint.alt_response(503, description="No Chinese font on this installation")
    @blueprint.doc(security=[])
    def get(self, query: dict[str, Any], number: str) -> Response:
        """Download a notice on paper."""
        found = read_publicly(lambda session: reading.public(session, "notice", number))
        form = query["format"]
        data = rendering.of_paper(auth.runtime(), found.content, found.content_sha256, form)
        return as_file(data, form, f"公示 {number}")


@blueprint.route("/notices/<number>/form")
class ObjectionForm(MethodView):
    @blueprint.response(200, {"type": "object"})
    @blueprint.alt_response(404, description="No such notice")
    @blueprint.alt_response(409, description="The notice takes no objections")
    @blueprint.doc(security=[])
    def get(self, number: str) -> Any:
        """Read the form (form-js) that an objection to this notice is made on."""
        found = read_publicly(lambda session: publicity.objection_form(session, number))
        return jsonify(found)


@blueprint.route("/notices/<number>/evidence")
class Evidence(MethodView):
    @blueprint.doc(
        security=[],
        requestBody=ONE_FILE,
    )
    @blueprint.response(201, EvidenceSchema)
    @blueprint.alt_response(404, description="No such notice")
    @blueprint.alt_response(409, description="The notice was withdrawn")
    @blueprint.alt_response(413, description="Too large")
    @blueprint.alt_response(422, description="Not a file we take, or not what its name says")
    @blueprint.alt_response(429, description="Too many uploads from one address")
    def post(self, number: str) -> Any:
        """Upload one piece of evidence as multipart field ``file``; its id goes into the form."""
        given = request.files.get("file")
        if given is None or not given.filename:
            raise InvalidError("请选择要上传的文件", {"file": ["必填"]})
        return evidence.upload(
            auth.runtime(),
            number,
            name=given.filename,
            source=cast("BinaryIO", given.stream),
            address=request.remote_addr or "",
        )


@blueprint.route("/notices/<number>/objections")
class Objections(MethodView):
    @blueprint.arguments(ObjectionIntakeSchema)
    @blueprint.response(201, ObjectionReceiptSchema)
    @blueprint.alt_response(404, description="No such notice")
    @blueprint.alt_response(409, description="The notice was withdrawn")
    @blueprint.alt_response(429, description="Too many objections from one address")
    @blueprint.doc(security=[])
    def post(self, body: dict[str, Any], number: str) -> Response:
        """Object to a notice. After the period it is kept and passed on, but does not count."""

        def act(session: Any) -> dict[str, Any]:
            objection, code = publicity.object_to(
                session, auth.runtime(), number, body["answers"], request.remote_addr or ""
            )
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
