"""Procedures, the law behind them, and application notices."""

from typing import Any

from flask import Response
from flask.views import MethodView
from marshmallow import Schema, fields, validate

from api import auth
from api.schemas import guides as guide_schemas
from api.schemas.amendments import AmendmentSchema, ImpactSchema
from api.schemas.common import Strict, text
from api.shell import command, read
from api.strict_json import Blueprint
from services import amendments, confirmations, guides, jurisdictions, procedures
from services.db.models import BasisStatus

blueprint = Blueprint(
    "jurisdictions", __name__, url_prefix="/api/v1", description="Procedures and their law"
)


class ProcedureSchema(Schema):
    """A procedure one may look at before starting it."""

    id = fields.String()
    jurisdiction = fields.String()
    jurisdiction_name = fields.String()
    title = fields.String()
    bundle = fields.String()
    version = fields.Integer()
    started_by = fields.List(fields.String())
    is_for_units = fields.Boolean(metadata={"description": "Whether applicants may start it"})
    is_open = fields.Boolean(metadata={"description": "Whether a production case may start today"})
    reason = fields.String(allow_none=True)
    legal_basis = fields.Dict(
        keys=fields.String(),
        metadata={"description": "The document today; is_demo: shown as 演示"},
    )


class ConfirmationSchema(Schema):
    """A parameter that the regulation leaves open, and its owner's word on it."""

    parameter = fields.String()
    label = fields.String()
    value = fields.Raw()
    unit = fields.String(allow_none=True)
    assumption = fields.String(allow_none=True)
    is_confirmed = fields.Boolean()
    reason = fields.String(allow_none=True)
    confirmed_at = fields.AwareDateTime(format="iso", allow_none=True)
    is_demo = fields.Boolean()


class ProcedurePageSchema(ProcedureSchema):
    """A procedure with its start form, its parameters and its files."""

    form = fields.Dict(keys=fields.String(), allow_none=True)
    profile = fields.Dict(keys=fields.String())
    confirmations = fields.List(fields.Nested(ConfirmationSchema))
    files = fields.List(fields.String())


class BasisSchema(Schema):
    """A legal basis as recorded, and what it is worth today."""

    jurisdiction = fields.String()
    title = fields.String()
    number = fields.String(allow_none=True)
    status = fields.Enum(BasisStatus, by_value=True)
    status_today = fields.Enum(BasisStatus, by_value=True)
    days_left = fields.Integer(
        allow_none=True, metadata={"description": "Days in force after today; null: no end, or not"}
    )
    advice = fields.String(
        allow_none=True, metadata={"description": "What to do: it ends soon, or is not in force"}
    )
    effective_from = fields.Date(allow_none=True)
    effective_to = fields.Date(allow_none=True)
    is_demo = fields.Boolean()
    note = fields.String()
    recorded_at = fields.AwareDateTime(format="iso")


class BasisRecordSchema(Strict):
    """An act about the document: adoption, extension, confirmation, end."""

    status = fields.Enum(BasisStatus, by_value=True, required=True)
    title = text(200)
    number = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=200))
    effective_from = fields.Date(load_default=None, allow_none=True)
    effective_to = fields.Date(load_default=None, allow_none=True)
    note = text(1000, required=False, load_default="")
    document_id = fields.UUID(load_default=None, allow_none=True)


class CallSchema(Schema):
    """An application notice (申报通知)."""

    id = fields.UUID()
    number = fields.String()
    jurisdiction = fields.String()
    title = fields.String()
    channel = fields.String()
    opens_on = fields.Date()
    closes_on = fields.Date(allow_none=True)
    materials = fields.List(fields.String())
    status = fields.String()


@blueprint.route("/jurisdictions/<jurisdiction>/amendment-impact")
class AmendmentImpact(MethodView):
    @blueprint.arguments(AmendmentSchema)
    @blueprint.response(200, ImpactSchema)
    @blueprint.alt_response(403, description="Not a process owner there")
    @blueprint.alt_response(404, description="No such jurisdiction")
    @blueprint.alt_response(422, description="Unknown clauses, unreadable list, nothing changes")
    def post(self, wanted: dict[str, Any], jurisdiction: str) -> Any:
        """List what an amendment touches: nodes, rules, forms, parameters, papers, running cases."""
        return read(
            lambda session, actor: amendments.for_owner(
                session,
                auth.runtime(),
                actor,
                jurisdiction,
                clauses=wanted["clauses"],
                proposed=wanted["proposed"],
            )
        )


@blueprint.route("/procedures")
class Procedures(MethodView):
    @blueprint.response(200, ProcedureSchema(many=True))
    def get(self) -> Any:
        """List the procedures and whether each is open today."""
        return read(lambda session, _actor: jurisdictions.list_procedures(session, auth.runtime()))


@blueprint.route("/procedures/<procedure_id>")
class OneProcedure(MethodView):
    @blueprint.response(200, ProcedurePageSchema)
    @blueprint.alt_response(404, description="No such procedure")
    def get(self, procedure_id: str) -> Any:
        """Read a procedure: what it needs, its parameters with article or assumption."""
        return read(
            lambda session, _actor: jurisdictions.procedure_page(
                session, auth.runtime(), procedure_id
            )
        )


class GuideSchema(Schema):
    """What somebody needs to know before starting a procedure."""

    procedure = fields.Nested(ProcedureSchema)
    materials = fields.List(fields.Nested(guide_schemas.MaterialSchema))
    conditions = fields.List(fields.Nested(guide_schemas.ConditionSchema))
    time_limits = fields.List(fields.Nested(guide_schemas.TimeLimitSchema))
    calls = fields.List(fields.Nested(guide_schemas.GuideCallSchema))
    parties = fields.List(
        fields.Nested(guide_schemas.StarterSchema),
        metadata={"description": "Those of one's own for which one may start it"},
    )
    has_form = fields.Boolean()


@blueprint.route("/procedures/<procedure_id>/guide")
class Guide(MethodView):
    @blueprint.response(200, GuideSchema)
    @blueprint.alt_response(404, description="No such procedure")
    def get(self, procedure_id: str) -> Any:
        """Read what a procedure asks for: materials, conditions, time limits, open calls."""
        return read(
            lambda session, actor: guides.of_procedure(session, auth.runtime(), actor, procedure_id)
        )


class ConfirmSchema(Strict):
    """The parameter whose present value is confirmed, and why."""

    parameter = text(64)
    reason = text(1000)


@blueprint.route("/procedures/<procedure_id>/confirmations")
class Confirmations(MethodView):
    @blueprint.arguments(ConfirmSchema)
    @blueprint.response(201, ConfirmationSchema(many=True))
    @blueprint.alt_response(403, description="Only the jurisdiction's process owners")
    @blueprint.alt_response(404, description="No such procedure")
    def post(self, body: dict[str, Any], procedure_id: str) -> Response:
        """Confirm the value of a parameter that the regulation leaves open (系统假定)."""
        return command(
            ConfirmationSchema,
            lambda session, actor: confirmations.confirm(
                session, auth.runtime(), actor, procedure_id, **body
            ),
            status=201,
            many=True,
        )


class VersionSchema(Schema):
    """A version of a procedure: its bundle."""

    hash = fields.String()
    version = fields.Integer()
    loaded_at = fields.AwareDateTime(format="iso")


@blueprint.route("/procedures/<procedure_id>/versions")
class Versions(MethodView):
    @blueprint.response(200, VersionSchema(many=True))
    @blueprint.alt_response(404, description="No such procedure")
    def get(self, procedure_id: str) -> Any:
        """List the versions of a procedure, newest first."""
        return read(lambda session, _actor: procedures.versions(session, procedure_id))


@blueprint.route("/legal-bases")
class Bases(MethodView):
    @blueprint.response(200, BasisSchema(many=True))
    def get(self) -> Any:
        """List each jurisdiction's legal basis and its standing today."""
        return read(lambda session, _actor: jurisdictions.bases(session, auth.runtime()))


@blueprint.route("/legal-bases/<jurisdiction>")
class OneBasis(MethodView):
    @blueprint.arguments(BasisRecordSchema)
    @blueprint.response(201, BasisSchema)
    @blueprint.alt_response(403, description="Only the jurisdiction's process owners")
    @blueprint.alt_response(404, description="No such jurisdiction")
    @blueprint.alt_response(409, description="Recorded at the same instant")
    def post(self, body: dict[str, Any], jurisdiction: str) -> Response:
        """Record an act about the document behind a jurisdiction."""
        return command(
            BasisSchema,
            lambda session, actor: jurisdictions.record_basis(
                session, auth.runtime(), actor, jurisdiction, body
            ),
            status=201,
        )


@blueprint.route("/calls")
class Calls(MethodView):
    @blueprint.response(200, CallSchema(many=True))
    def get(self) -> Any:
        """List the application notices, newest first, with their standing today."""
        return read(lambda session, _actor: jurisdictions.calls(session, auth.runtime()))
