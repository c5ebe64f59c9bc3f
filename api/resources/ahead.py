"""Looking ahead: what comes next, and what a form would break, before it is handed in."""

from typing import Any
from uuid import UUID

from flask.views import MethodView

from api import auth
from api.schemas import ahead as schemas
from api.schemas.cases import AnswersSchema
from api.shell import read
from api.strict_json import Blueprint
from services import next_steps, self_checks

blueprint = Blueprint("ahead", __name__, url_prefix="/api/v1", description="Looking ahead (预判)")


@blueprint.route("/tasks/<uuid:task_id>/next")
class Next(MethodView):
    @blueprint.response(200, schemas.NextStepSchema(many=True))
    @blueprint.alt_response(403, description="The case is not with you")
    @blueprint.alt_response(404, description="No such task")
    @blueprint.alt_response(409, description="The task is over")
    def get(self, task_id: UUID) -> Any:
        """Read what may come after an open task, on which conditions, and who gets it."""
        return read(
            lambda session, actor: next_steps.of_task(session, auth.runtime(), actor, task_id)
        )


@blueprint.route("/tasks/<uuid:task_id>/check")
class Check(MethodView):
    @blueprint.arguments(AnswersSchema)
    @blueprint.response(200, schemas.CheckSchema)
    @blueprint.alt_response(403, description="Not addressed to you, or duties are separate")
    @blueprint.alt_response(404, description="No such task")
    @blueprint.alt_response(409, description="The task is over")
    @blueprint.alt_response(413, description="More than a draft may hold")
    def post(self, body: dict[str, Any], task_id: UUID) -> Any:
        """Check answers against the form and the rules applied next; nothing is kept."""
        return read(
            lambda session, actor: self_checks.of_task(
                session, auth.runtime(), actor, task_id, body["answers"]
            )
        )


@blueprint.route("/procedures/<procedure_id>/check")
class CheckStart(MethodView):
    @blueprint.arguments(schemas.CheckStartSchema)
    @blueprint.response(200, schemas.CheckSchema)
    @blueprint.alt_response(403, description="The person may not start this for that party")
    @blueprint.alt_response(404, description="No such procedure")
    @blueprint.alt_response(413, description="More than a draft may hold")
    def post(self, body: dict[str, Any], procedure_id: str) -> Any:
        """Check the first form of a procedure; nothing is kept."""
        return read(
            lambda session, actor: self_checks.of_start(
                session,
                auth.runtime(),
                actor,
                procedure_id=procedure_id,
                party_id=body["party"],
                answers=body["answers"],
            )
        )
