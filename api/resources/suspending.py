"""Suspending and resuming cases and procedures; moving a running limit with a second person."""

from typing import Any
from uuid import UUID

from flask import Response
from flask.views import MethodView

from api import auth
from api.schemas.operating import (
    DecisionOnLimitSchema,
    LimitChangeSchema,
    LimitsSchema,
    ProposalSchema,
    ResumeSchema,
    SuspendSchema,
    SuspensionSchema,
    SuspensionsSchema,
)
from api.shell import command, read
from api.strict_json import Blueprint
from services.operations import limit_views, limits, suspending

blueprint = Blueprint(
    "suspending", __name__, url_prefix="/api/v1", description="Suspensions, changed limits"
)


@blueprint.route("/cases/<uuid:case_id>/suspension")
class CaseSuspension(MethodView):
    @blueprint.response(200, SuspensionsSchema)
    @blueprint.alt_response(404, description="No such case")
    def get(self, case_id: UUID) -> Any:
        """Read whether and why a case stands still."""
        return read(lambda session, actor: suspending.of_case(session, actor, case_id))

    @blueprint.arguments(SuspendSchema)
    @blueprint.response(201, SuspensionSchema)
    @blueprint.alt_response(403, description="Only process owners of the agency that holds it")
    @blueprint.alt_response(404, description="No such case")
    @blueprint.alt_response(409, description="Finished, or suspended already")
    def post(self, body: dict[str, Any], case_id: UUID) -> Response:
        """Suspend a case; its timers wait, its applicants are told."""
        return command(
            SuspensionSchema,
            lambda session, actor: suspending.suspend_case(
                session, auth.runtime(), actor, case_id, **body
            ),
            status=201,
        )


@blueprint.route("/cases/<uuid:case_id>/resumption")
class CaseResumption(MethodView):
    @blueprint.arguments(ResumeSchema)
    @blueprint.response(200, SuspensionSchema)
    @blueprint.alt_response(403, description="Only process owners of the agency that holds it")
    @blueprint.alt_response(404, description="No such case")
    @blueprint.alt_response(409, description="Not suspended")
    def post(self, body: dict[str, Any], case_id: UUID) -> Response:
        """Let a suspended case go on; what has waited is due now."""
        return command(
            SuspensionSchema,
            lambda session, actor: suspending.resume_case(
                session, auth.runtime(), actor, case_id, reason=body["reason"]
            ),
        )


@blueprint.route("/procedures/<procedure_id>/suspension")
class ProcedureSuspension(MethodView):
    @blueprint.response(200, SuspensionsSchema)
    @blueprint.alt_response(403, description="Only process owners of the jurisdiction")
    @blueprint.alt_response(404, description="No such procedure")
    def get(self, procedure_id: str) -> Any:
        """Read the suspensions of a procedure."""
        return read(lambda session, actor: suspending.of_procedure(session, actor, procedure_id))

    @blueprint.arguments(SuspendSchema)
    @blueprint.response(201, SuspensionSchema)
    @blueprint.alt_response(403, description="Only process owners of the jurisdiction")
    @blueprint.alt_response(404, description="No such procedure")
    @blueprint.alt_response(409, description="Suspended already")
    def post(self, body: dict[str, Any], procedure_id: str) -> Response:
        """Take no new cases of a procedure; those that run go on."""
        return command(
            SuspensionSchema,
            lambda session, actor: suspending.suspend_procedure(
                session, auth.runtime(), actor, procedure_id, **body
            ),
            status=201,
        )


@blueprint.route("/procedures/<procedure_id>/resumption")
class ProcedureResumption(MethodView):
    @blueprint.arguments(ResumeSchema)
    @blueprint.response(200, SuspensionSchema)
    @blueprint.alt_response(403, description="Only process owners of the jurisdiction")
    @blueprint.alt_response(404, description="No such procedure")
    @blueprint.alt_response(409, description="Not suspended")
    def post(self, body: dict[str, Any], procedure_id: str) -> Response:
        """Take new cases of a procedure again."""
        return command(
            SuspensionSchema,
            lambda session, actor: suspending.resume_procedure(
                session, auth.runtime(), actor, procedure_id, reason=body["reason"]
            ),
        )


@blueprint.route("/cases/<uuid:case_id>/limit-changes")
class LimitChanges(MethodView):
    @blueprint.response(200, LimitsSchema)
    @blueprint.alt_response(403, description="Only officials it is with")
    @blueprint.alt_response(404, description="No such case")
    def get(self, case_id: UUID) -> Any:
        """List the running limits, whether each may be moved, and the changes there were."""
        return read(lambda session, actor: limit_views.of_case(session, actor, case_id))

    @blueprint.arguments(ProposalSchema)
    @blueprint.response(201, LimitChangeSchema)
    @blueprint.alt_response(403, description="Only process owners of the agency that holds it")
    @blueprint.alt_response(404, description="No such case or limit")
    @blueprint.alt_response(409, description="The law fixes the limit, or a proposal is open")
    def post(self, body: dict[str, Any], case_id: UUID) -> Response:
        """Propose another last day for a running limit."""
        return command(
            LimitChangeSchema,
            lambda session, actor: limits.propose(
                session,
                auth.runtime(),
                actor,
                case_id,
                deadline_id=body["deadline"],
                last_day=body["last_day"],
                reason=body["reason"],
            ),
            status=201,
        )


@blueprint.route("/limit-changes/<uuid:change_id>/decision")
class LimitDecision(MethodView):
    @blueprint.arguments(DecisionOnLimitSchema)
    @blueprint.response(200, LimitChangeSchema)
    @blueprint.alt_response(403, description="Only somebody else who leads or owns")
    @blueprint.alt_response(404, description="No such change")
    @blueprint.alt_response(409, description="Decided already, or the limit is over")
    def post(self, body: dict[str, Any], change_id: UUID) -> Response:
        """Approve or refuse somebody else's proposal; approved, the limit moves at once."""
        return command(
            LimitChangeSchema,
            lambda session, actor: limits.decide(session, auth.runtime(), actor, change_id, **body),
        )
