"""For those who keep it running: calendar, jobs, incidents, the catalogue of operations."""

from typing import TYPE_CHECKING, Any
from uuid import UUID

from flask import Response
from flask.views import MethodView
from marshmallow import Schema, fields, validate

from api import auth
from api.schemas.common import Strict, text
from api.shell import command, read
from api.strict_json import Blueprint
from services import operations
from services.db.models import JobKind
from services.service_tasks.catalogue import CATALOGUE

if TYPE_CHECKING:
    from datetime import date

blueprint = Blueprint(
    "operations", __name__, url_prefix="/api/v1", description="Calendar, jobs, incidents"
)


class CalendarQuery(Strict):
    """Which days."""

    first = fields.Date(required=True)
    days = fields.Integer(load_default=31, validate=validate.Range(1, 400, error="1 至 400 天"))
    agency = fields.UUID(load_default=None, allow_none=True)


class DaySchema(Schema):
    """A day of the working calendar."""

    day = fields.Date()
    is_working = fields.Boolean()
    reason = fields.String()
    is_provisional = fields.Boolean()


class DayCorrectionSchema(Strict):
    """A correction for one's agency."""

    agency = fields.UUID(required=True)
    day = fields.Date(required=True)
    is_working = fields.Boolean(required=True)
    reason = text(200)


class JobSchema(Schema):
    """A job that is not done."""

    id = fields.UUID()
    kind = fields.Enum(JobKind, by_value=True)
    case_id = fields.UUID(allow_none=True)
    due_at = fields.AwareDateTime(format="iso")
    attempts = fields.Integer()
    failed_at = fields.AwareDateTime(format="iso", allow_none=True)
    last_error = fields.String(allow_none=True)


class IncidentSchema(Schema):
    """Something no diagram provides for."""

    id = fields.UUID()
    case_id = fields.UUID(allow_none=True)
    code = fields.String()
    node_id = fields.String()
    message = fields.String()
    opened_at = fields.AwareDateTime(format="iso")
    resolved_at = fields.AwareDateTime(format="iso", allow_none=True)


class OperationSchema(Schema):
    """An operation a service task may name."""

    name = fields.String()
    label = fields.String()
    description = fields.String()
    inputs = fields.Dict(keys=fields.String(), values=fields.String())
    is_deferred = fields.Boolean()


@blueprint.route("/calendar")
class Calendar(MethodView):
    @blueprint.arguments(CalendarQuery, location="query")
    @blueprint.response(200, DaySchema(many=True))
    def get(self, query: dict[str, Any]) -> Any:
        """Read the working calendar, corrected for an agency."""
        first: date = query["first"]
        return read(
            lambda session, _actor: operations.days(session, query["agency"], first, query["days"])
        )

    @blueprint.arguments(DayCorrectionSchema)
    @blueprint.response(201, DaySchema)
    @blueprint.alt_response(403, description="Only the agency's process owners")
    def post(self, body: dict[str, Any]) -> Response:
        """Correct a day for one's agency; running limits are not moved by it."""
        return command(
            DaySchema,
            lambda session, actor: operations.correct_day(session, actor, **body),
            status=201,
        )


@blueprint.route("/jobs")
class Jobs(MethodView):
    @blueprint.response(200, JobSchema(many=True))
    @blueprint.alt_response(403, description="Only process owners")
    def get(self) -> Any:
        """List what is waiting or has failed in one's cases, most urgent first."""
        return read(operations.open_jobs)


@blueprint.route("/incidents")
class Incidents(MethodView):
    @blueprint.response(200, IncidentSchema(many=True))
    @blueprint.alt_response(403, description="Only process owners")
    def get(self) -> Any:
        """List the open incidents in one's cases."""
        return read(operations.open_incidents)


@blueprint.route("/incidents/<uuid:incident_id>/resolution")
class Resolution(MethodView):
    @blueprint.response(200, IncidentSchema)
    @blueprint.alt_response(403, description="Only process owners")
    @blueprint.alt_response(404, description="No such incident")
    def post(self, incident_id: UUID) -> Response:
        """Resolve an incident; its failed job runs again."""
        return command(
            IncidentSchema,
            lambda session, actor: operations.resolve(session, auth.runtime(), actor, incident_id),
        )


@blueprint.route("/operations")
class Operations(MethodView):
    @blueprint.response(200, OperationSchema(many=True))
    def get(self) -> Any:
        """List the catalogue of service-task operations."""
        read(lambda _session, _actor: None)
        return list(CATALOGUE.values())
