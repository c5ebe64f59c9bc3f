"""For those who keep it running: calendar, jobs, incidents, the catalogue of operations."""

from typing import TYPE_CHECKING, Any
from uuid import UUID

from flask import Response
from flask.views import MethodView
from marshmallow import Schema, fields, validate

from api import auth
from api.schemas.common import Strict, text
from api.schemas.operating import (
    IncidentPageSchema,
    IncidentQuery,
    IncidentSchema,
    JobSchema,
    RetriesSchema,
    RetryRunSchema,
    SkipSchema,
)
from api.shell import command, read
from api.strict_json import Blueprint
from services.operations import bulk, days, resolving, watching
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
            lambda session, _actor: days.listed(session, query["agency"], first, query["days"])
        )

    @blueprint.arguments(DayCorrectionSchema)
    @blueprint.response(201, DaySchema)
    @blueprint.alt_response(403, description="Only the agency's process owners")
    def post(self, body: dict[str, Any]) -> Response:
        """Correct a day for one's agency; running limits are not moved by it."""
        return command(
            DaySchema,
            lambda session, actor: days.correct(session, actor, **body),
            status=201,
        )


@blueprint.route("/jobs")
class Jobs(MethodView):
    @blueprint.response(200, JobSchema(many=True))
    @blueprint.alt_response(403, description="Only process owners")
    def get(self) -> Any:
        """List what is waiting or has failed in one's cases, most urgent first."""
        return read(lambda session, actor: watching.open_jobs(session, auth.runtime(), actor))


@blueprint.route("/incidents")
class Incidents(MethodView):
    @blueprint.arguments(IncidentQuery, location="query")
    @blueprint.response(200, IncidentSchema(many=True))
    @blueprint.alt_response(403, description="Only process owners")
    def get(self, query: dict[str, Any]) -> Any:
        """List the incidents in one's cases: the open ones, oldest first."""
        filters = watching.Filters(**query)
        return read(
            lambda session, actor: watching.incidents(session, auth.runtime(), actor, filters)
        )


@blueprint.route("/incidents/<uuid:incident_id>")
class OneIncident(MethodView):
    @blueprint.response(200, IncidentPageSchema)
    @blueprint.alt_response(403, description="Only process owners")
    @blueprint.alt_response(404, description="No such incident")
    def get(self, incident_id: UUID) -> Any:
        """Read an incident with its cause: its job in words, the last tries."""
        return read(
            lambda session, actor: watching.page(session, auth.runtime(), actor, incident_id)
        )


@blueprint.route("/incidents/<uuid:incident_id>/resolution")
class Resolution(MethodView):
    @blueprint.response(200, IncidentPageSchema)
    @blueprint.alt_response(403, description="Only process owners")
    @blueprint.alt_response(404, description="No such incident")
    def post(self, incident_id: UUID) -> Response:
        """Resolve an incident; its failed job runs again."""
        return command(
            IncidentPageSchema,
            lambda session, actor: resolving.retry(session, auth.runtime(), actor, incident_id),
        )


@blueprint.route("/incidents/<uuid:incident_id>/skip")
class Skip(MethodView):
    @blueprint.arguments(SkipSchema)
    @blueprint.response(200, IncidentPageSchema)
    @blueprint.alt_response(403, description="Only process owners")
    @blueprint.alt_response(404, description="No such incident")
    @blueprint.alt_response(409, description="The job may not be skipped")
    def post(self, body: dict[str, Any], incident_id: UUID) -> Response:
        """Give up an incident's job for a reason, where that is lawful."""
        return command(
            IncidentPageSchema,
            lambda session, actor: resolving.skip(
                session, auth.runtime(), actor, incident_id, body["reason"]
            ),
        )


@blueprint.route("/incidents/retries")
class Retries(MethodView):
    @blueprint.arguments(RetriesSchema)
    @blueprint.response(202, RetryRunSchema)
    @blueprint.alt_response(403, description="Only process owners")
    def post(self, body: dict[str, Any]) -> Response:
        """Retry many incidents at once; a worker does it, the answer says where to ask."""
        return command(
            RetryRunSchema,
            lambda session, actor: bulk.begin(session, auth.runtime(), actor, body["incidents"]),
            status=202,
        )


@blueprint.route("/incidents/retries/<uuid:run_id>")
class RetryProgress(MethodView):
    @blueprint.response(200, RetryRunSchema)
    @blueprint.alt_response(404, description="No such run of one's own")
    def get(self, run_id: UUID) -> Any:
        """Tell how far a run of retries is."""
        return read(lambda session, actor: bulk.progress(session, actor, run_id))


@blueprint.route("/operations")
class Operations(MethodView):
    @blueprint.response(200, OperationSchema(many=True))
    def get(self) -> Any:
        """List the catalogue of service-task operations."""
        read(lambda _session, _actor: None)
        return list(CATALOGUE.values())
