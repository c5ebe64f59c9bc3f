"""Acts on a task besides deciding it: 转办, 委派, 加签, 撤回."""

from typing import Any
from uuid import UUID

from flask import Response
from flask.views import MethodView

from api import auth
from api.schemas import acts as schemas
from api.schemas.cases import TaskSchema
from api.shell import command, read
from api.strict_json import Blueprint
from services.handling import countersigns, delegations, overview, transfers, withdrawals

blueprint = Blueprint(
    "handling", __name__, url_prefix="/api/v1", description="Acts on a task besides deciding it"
)


@blueprint.route("/tasks/<uuid:task_id>/handling")
class Handling(MethodView):
    @blueprint.response(200, schemas.HandlingSchema)
    @blueprint.alt_response(404, description="No such task")
    def get(self, task_id: UUID) -> Any:
        """Read which acts are possible now, why others are not, and what was done so far."""
        return read(lambda s, actor: overview.of_task(s, auth.runtime(), actor, task_id))


@blueprint.route("/tasks/<uuid:task_id>/colleagues")
class Receivers(MethodView):
    @blueprint.arguments(schemas.ReceiverQuery, location="query")
    @blueprint.response(200, schemas.ReceiverSchema(many=True))
    @blueprint.alt_response(403, description="Another agency's task")
    @blueprint.alt_response(404, description="No such task")
    def get(self, query: dict[str, Any], task_id: UUID) -> Any:
        """List the colleagues who may receive, prepare or be asked about a task."""
        return read(
            lambda s, actor: overview.receivers(s, actor, task_id, query["act"], query["q"])
        )


@blueprint.route("/tasks/<uuid:task_id>/transfer")
class Transfer(MethodView):
    @blueprint.arguments(schemas.TransferAddSchema)
    @blueprint.response(200, TaskSchema)
    @blueprint.alt_response(403, description="Not yours to do, or not lawful on this task")
    @blueprint.alt_response(404, description="No such task")
    @blueprint.alt_response(409, description="The task has ended")
    def post(self, body: dict[str, Any], task_id: UUID) -> Response:
        """Hand a task on to a colleague with the same role (转办)."""
        return command(
            TaskSchema,
            lambda s, actor: transfers.transfer(s, auth.runtime(), actor, task_id, **body),
        )


@blueprint.route("/tasks/<uuid:task_id>/delegation")
class Delegation(MethodView):
    @blueprint.arguments(schemas.DelegationAddSchema)
    @blueprint.response(201, schemas.DelegationSchema)
    @blueprint.alt_response(403, description="Not yours to do, or not lawful on this task")
    @blueprint.alt_response(404, description="No such task")
    @blueprint.alt_response(409, description="The task has ended")
    def post(self, body: dict[str, Any], task_id: UUID) -> Response:
        """Let a colleague prepare a task (委派); it comes back and you decide."""
        return command(
            schemas.DelegationSchema,
            lambda s, actor: delegations.shown(
                s, delegations.delegate(s, auth.runtime(), actor, task_id, **body)
            ),
            status=201,
        )

    @blueprint.response(200, schemas.DelegationSchema)
    @blueprint.alt_response(403, description="Somebody else delegated it")
    @blueprint.alt_response(404, description="No such task")
    @blueprint.alt_response(409, description="It is not delegated")
    def delete(self, task_id: UUID) -> Response:
        """Take a delegated task back unprepared."""
        return command(
            schemas.DelegationSchema,
            lambda s, actor: delegations.shown(
                s, delegations.take_back(s, auth.runtime(), actor, task_id)
            ),
        )


@blueprint.route("/tasks/<uuid:task_id>/delegation/reply")
class DelegationReply(MethodView):
    @blueprint.arguments(schemas.DelegationReplySchema)
    @blueprint.response(200, schemas.DelegationSchema)
    @blueprint.alt_response(403, description="Not delegated to you")
    @blueprint.alt_response(404, description="No such task")
    @blueprint.alt_response(409, description="It is not delegated")
    @blueprint.alt_response(413, description="More than a draft may hold")
    def post(self, body: dict[str, Any], task_id: UUID) -> Response:
        """Hand back what one has prepared, unchecked."""
        return command(
            schemas.DelegationSchema,
            lambda s, actor: delegations.shown(
                s, delegations.hand_back(s, auth.runtime(), actor, task_id, **body)
            ),
        )


@blueprint.route("/tasks/<uuid:task_id>/countersigns")
class Countersigns(MethodView):
    @blueprint.arguments(schemas.CountersignAddSchema)
    @blueprint.response(201, schemas.CountersignSchema)
    @blueprint.alt_response(403, description="Not yours to do, or not lawful on this task")
    @blueprint.alt_response(404, description="No such task")
    @blueprint.alt_response(409, description="Asked already, no draft saved, or the task has ended")
    def post(self, body: dict[str, Any], task_id: UUID) -> Response:
        """Ask a colleague for an opinion (加签), before or after one has written."""
        return command(
            schemas.CountersignSchema,
            lambda s, actor: countersigns.shown(
                s,
                actor,
                countersigns.ask(s, auth.runtime(), actor, task_id, countersigns.Question(**body)),
            ),
            status=201,
        )


@blueprint.route("/countersigns/<uuid:countersign_id>/opinion")
class Opinion(MethodView):
    @blueprint.arguments(schemas.CountersignGiveSchema)
    @blueprint.response(200, schemas.CountersignSchema)
    @blueprint.alt_response(403, description="Somebody else was asked")
    @blueprint.alt_response(404, description="No such question")
    @blueprint.alt_response(409, description="Given or withdrawn already, or the task has ended")
    def post(self, body: dict[str, Any], countersign_id: UUID) -> Response:
        """Give the opinion asked for."""
        return command(
            schemas.CountersignSchema,
            lambda s, actor: countersigns.shown(
                s,
                actor,
                countersigns.give(s, auth.runtime(), actor, countersign_id, **body),
            ),
        )


@blueprint.route("/countersigns/<uuid:countersign_id>")
class OneCountersign(MethodView):
    @blueprint.response(200, schemas.CountersignSchema)
    @blueprint.alt_response(403, description="Somebody else asked")
    @blueprint.alt_response(404, description="No such question")
    @blueprint.alt_response(409, description="Given or withdrawn already, or the task has ended")
    def delete(self, countersign_id: UUID) -> Response:
        """Ask no more (减签)."""
        return command(
            schemas.CountersignSchema,
            lambda s, actor: countersigns.shown(
                s, actor, countersigns.withdraw(s, auth.runtime(), actor, countersign_id)
            ),
        )


@blueprint.route("/tasks/<uuid:task_id>/withdrawal")
class Withdrawal(MethodView):
    @blueprint.arguments(schemas.WithdrawalSchema)
    @blueprint.response(200, TaskSchema)
    @blueprint.alt_response(403, description="Not whoever completed it")
    @blueprint.alt_response(404, description="No such task")
    @blueprint.alt_response(409, description="The next has acted, or something has gone outside")
    def post(self, body: dict[str, Any], task_id: UUID) -> Response:
        """Take back one's own completion of a task (撤回); it is open again."""
        return command(
            TaskSchema,
            lambda s, actor: withdrawals.withdraw(s, auth.runtime(), actor, task_id, **body),
        )


@blueprint.route("/handling/asked")
class Asked(MethodView):
    @blueprint.response(200, schemas.AskedSchema)
    def get(self) -> Any:
        """List what colleagues ask of one: tasks to prepare, opinions to give."""
        return read(overview.asked_of)
