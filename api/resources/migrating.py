"""Moving running cases to the version of their procedure that new cases start with (迁移)."""

from typing import Any
from uuid import UUID

from flask import Response
from flask.views import MethodView

from api import auth
from api.resources.workbench import download
from api.schemas.migrating import (
    MigrationPlanSchema,
    MigrationSchema,
    MovedSchema,
    MoveSchema,
    PlanWantedSchema,
    RehearsalWantedSchema,
    RehearsedSchema,
    ReportWantedSchema,
    UndoSchema,
)
from api.shell import command, pretend, read
from api.strict_json import Blueprint
from services.migrating import moving, planning, rehearsing, reporting
from services.workbench import exports

blueprint = Blueprint(
    "migrating", __name__, url_prefix="/api/v1", description="Moving running cases to a version"
)


@blueprint.route("/procedures/<procedure_id>/migration-plan")
class MigrationPlan(MethodView):
    @blueprint.arguments(PlanWantedSchema)
    @blueprint.response(200, MigrationPlanSchema)
    @blueprint.alt_response(403, description="Only process owners of the jurisdiction")
    @blueprint.alt_response(404, description="No such procedure")
    def post(self, body: dict[str, Any], procedure_id: str) -> Any:
        """Judge how every running case would fare, in groups; changes nothing."""
        return read(
            lambda session, actor: planning.of_procedure(
                session, actor, procedure_id, body["mapping"]
            )
        )


@blueprint.route("/procedures/<procedure_id>/migrations")
class MigrationReport(MethodView):
    @blueprint.arguments(ReportWantedSchema, location="query")
    @blueprint.response(200, content_type=exports.CSV_TYPE)
    @blueprint.alt_response(403, description="Only process owners of the jurisdiction")
    @blueprint.alt_response(404, description="No such procedure")
    def get(self, query: dict[str, Any], procedure_id: str) -> Response:
        """Every move of the procedure's cases as a table (CSV or XLSX), the last first."""
        table = read(lambda session, actor: reporting.table(session, actor, procedure_id))
        return download([table], query["format"], "migrations")


@blueprint.route("/cases/<uuid:case_id>/migration")
class CaseMigration(MethodView):
    @blueprint.response(200, MigrationSchema(many=True))
    @blueprint.alt_response(403, description="Neither a process owner nor shown the whole case")
    @blueprint.alt_response(404, description="No such case, or it was never moved")
    def get(self, case_id: UUID) -> Any:
        """The moves of a case with their proofs, the last first."""
        return read(lambda session, actor: reporting.of_case(session, actor, case_id))

    @blueprint.arguments(MoveSchema)
    @blueprint.response(200, MovedSchema)
    @blueprint.alt_response(403, description="Only process owners of the jurisdiction")
    @blueprint.alt_response(404, description="No such case")
    @blueprint.alt_response(
        409, description="It cannot move, differs from its rehearsal, or a newer version came"
    )
    def post(self, body: dict[str, Any], case_id: UUID) -> Response:
        """Move a case; limits that run keep their instants."""
        return command(
            MovedSchema,
            lambda session, actor: moving.migrate(
                session, auth.runtime(), actor, case_id, moving.Wanted(**body)
            ),
        )


@blueprint.route("/cases/<uuid:case_id>/migration/rehearsal")
class MigrationRehearsal(MethodView):
    @blueprint.arguments(RehearsalWantedSchema)
    @blueprint.response(200, RehearsedSchema)
    @blueprint.alt_response(403, description="Only process owners of the jurisdiction")
    @blueprint.alt_response(404, description="No such case")
    @blueprint.alt_response(409, description="Finished, or another version came meanwhile")
    def post(self, body: dict[str, Any], case_id: UUID) -> Any:
        """Move a copy, see how it stands and where it goes when something is due; keeps nothing."""
        wanted = moving.Wanted(**body, reason="演练")
        return pretend(
            lambda session, actor: rehearsing.rehearse(
                session, auth.runtime(), actor, case_id, wanted
            )
        )


@blueprint.route("/cases/<uuid:case_id>/migration/undo")
class MigrationUndo(MethodView):
    @blueprint.arguments(UndoSchema)
    @blueprint.response(200, MigrationSchema)
    @blueprint.alt_response(403, description="Only process owners of the jurisdiction")
    @blueprint.alt_response(404, description="No such case, or it was never moved")
    @blueprint.alt_response(409, description="It has been worked on since")
    def post(self, body: dict[str, Any], case_id: UUID) -> Response:
        """Put a case back on the version it came from, while nothing has happened since."""
        return command(
            MigrationSchema,
            lambda session, actor: moving.undo(session, auth.runtime(), actor, case_id, **body),
        )
