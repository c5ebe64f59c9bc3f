"""Publicity and the register, for those signed in."""

from typing import Any
from uuid import UUID

from flask.views import MethodView
from marshmallow import Schema, fields

from api.shell import read
from api.strict_json import Blueprint
from services import registers
from services.db.models import ConsortiumState, NoticeStatus

blueprint = Blueprint(
    "notices", __name__, url_prefix="/api/v1", description="Notices, objections, the register"
)


class EvidenceSchema(Schema):
    """A file handed in with an objection; downloaded like any other."""

    id = fields.UUID()
    name = fields.String()
    media_type = fields.String()
    size_bytes = fields.Integer()
    sha256 = fields.String()


class ObjectionSchema(Schema):
    """An objection as the handling agency sees it."""

    id = fields.UUID()
    number = fields.String()
    notice_id = fields.UUID()
    objector_name = fields.String()
    objector_contact = fields.String()
    is_real_name = fields.Boolean()
    content = fields.String()
    received_at = fields.AwareDateTime(format="iso")
    is_within_period = fields.Boolean()
    finding = fields.String(allow_none=True)
    reply = fields.String(allow_none=True)
    replied_at = fields.AwareDateTime(format="iso", allow_none=True)
    files = fields.List(fields.Nested(EvidenceSchema))


class NoticeSchema(Schema):
    """A publicity (公示)."""

    number = fields.String()
    title = fields.String()
    items = fields.List(fields.Dict())
    contact = fields.String()
    starts_on = fields.Date()
    ends_on = fields.Date()
    ends_at = fields.AwareDateTime(format="iso")
    status = fields.Enum(NoticeStatus, by_value=True)
    result = fields.String(allow_none=True)
    content_sha256 = fields.String()
    is_rehearsal = fields.Boolean()


class ConsortiumSchema(Schema):
    """A register entry (一体一档)."""

    id = fields.UUID()
    jurisdiction = fields.String()
    title_name = fields.String()
    certificate_no = fields.String()
    industry_field = fields.String()
    members = fields.List(fields.Dict())
    valid_from = fields.Date()
    valid_to = fields.Date(allow_none=True)
    state = fields.Enum(ConsortiumState, by_value=True)
    is_rehearsal = fields.Boolean()


@blueprint.route("/cases/<uuid:case_id>/notices")
class CaseNotices(MethodView):
    @blueprint.response(200, NoticeSchema(many=True))
    @blueprint.alt_response(404, description="No such case")
    def get(self, case_id: UUID) -> Any:
        """List the notices of a case."""
        return read(lambda session, actor: registers.notices_of(session, actor, case_id))


@blueprint.route("/cases/<uuid:case_id>/objections")
class CaseObjections(MethodView):
    @blueprint.response(200, ObjectionSchema(many=True))
    @blueprint.alt_response(403, description="Only officials")
    @blueprint.alt_response(404, description="No such case")
    def get(self, case_id: UUID) -> Any:
        """List the objections to the notices of a case, late ones too."""
        return read(lambda session, actor: registers.objections_of(session, actor, case_id))


@blueprint.route("/consortia")
class Consortia(MethodView):
    @blueprint.response(200, ConsortiumSchema(many=True))
    def get(self) -> Any:
        """List the register entries one's agencies and units may see."""
        return read(registers.consortia)
