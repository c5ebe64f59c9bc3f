"""Moving running cases to the version of their procedure that new cases start with (迁移)."""

from typing import Any
from uuid import UUID

from flask import Response
from flask.views import MethodView

from api import auth
from api.schemas.migrating import (
    MigrationPlanSchema,
    MigrationSchema,
    MoveSchema,
    PlanWantedSchema,
    UndoSchema,
)
from api.shell import command, read
from api.strict_json import Blueprint
from services.migrating import moving, planning

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


@blueprint.route("/cases/<uuid:case_id>/migration")
class CaseMigration(MethodView):
    @blueprint.arguments(MoveSchema)
    @blueprint.response(200, MigrationSchema)
    @blueprint.alt_response(403, description="Only process owners of the jurisdiction")
    @blueprint.alt_response(404, description="No such case")
    @blueprint.alt_response(409, description="It cannot move, or another version came meanwhile")
    def post(self, body: dict[str, Any], case_id: UUID) -> Response:
        """Move a case; limits that run keep their instants."""
        return command(
            MigrationSchema,
            lambda session, actor: moving.migrate(session, auth.runtime(), actor, case_id, **body),
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
