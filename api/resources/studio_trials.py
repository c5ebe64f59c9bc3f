"""Trials of drafts: played in sandboxes, outside of any transaction; only their steps are kept."""

from typing import Any
from uuid import UUID

from flask import Response
from flask.views import MethodView
from sqlalchemy.orm import Session

from api import auth
from api.schemas import trials as schemas
from api.shell import command, read
from api.strict_json import Blueprint
from services.actors import Actor
from services.trials import keeping, playing, scenarios
from services.trials.acts import Doing

blueprint = Blueprint(
    "studio_trials", __name__, url_prefix="/api/v1/studio", description="Trials of drafts"
)


def _scene(trial_id: UUID) -> Any:
    return read(lambda session, actor: playing.scene(session, actor, trial_id))


@blueprint.route("/drafts/<uuid:draft_id>/trials")
class DraftTrials(MethodView):
    @blueprint.response(200, schemas.TrialBriefSchema(many=True))
    @blueprint.alt_response(404, description="No such draft")
    def get(self, draft_id: UUID) -> Any:
        """List the trials of a draft, the newest first."""
        return read(lambda session, actor: keeping.listed(session, actor, draft_id))

    @blueprint.arguments(schemas.OpenTrialSchema)
    @blueprint.response(201, schemas.TrialBriefSchema)
    @blueprint.alt_response(404, description="No such draft")
    @blueprint.alt_response(409, description="Too many trials")
    @blueprint.alt_response(422, description="The calendar begins too far away")
    def post(self, body: dict[str, Any], draft_id: UUID) -> Response:
        """Open a trial of a draft; nothing of it ever touches a real case or person."""

        def act(session: Session, actor: Actor) -> Any:
            trial = keeping.open_trial(session, auth.runtime(), actor, draft_id, **body)
            return keeping.brief(trial, actor.name, actor)

        return command(schemas.TrialBriefSchema, act, status=201)


@blueprint.route("/trials/<uuid:trial_id>")
class OneTrial(MethodView):
    @blueprint.response(200, schemas.TrialSchema)
    @blueprint.alt_response(404, description="No such trial, or not one's own jurisdiction's")
    @blueprint.alt_response(409, description="FINDINGS: the draft cannot be opened")
    def get(self, trial_id: UUID) -> Any:
        """Read how a trial stands."""
        return playing.state(auth.runtime(), *_scene(trial_id))

    @blueprint.response(204)
    @blueprint.alt_response(403, description="Somebody else's")
    @blueprint.alt_response(404, description="No such trial")
    def delete(self, trial_id: UUID) -> Response:
        """Delete one's trial; scenarios that were kept of it stay."""
        command(None, lambda session, actor: keeping.drop(session, actor, trial_id))
        return Response(status=204)


@blueprint.route("/trials/<uuid:trial_id>/form")
class TrialForm(MethodView):
    @blueprint.arguments(schemas.AskQuery, location="query")
    @blueprint.response(200, schemas.TrialFormSchema)
    @blueprint.alt_response(404, description="No such trial or person")
    @blueprint.alt_response(409, description="The task is over")
    def get(self, query: dict[str, Any], trial_id: UUID) -> Any:
        """Read a form of the trial as somebody in it, with sample answers."""
        scene, _brief = _scene(trial_id)
        return playing.ask(auth.runtime(), scene, **query)


@blueprint.route("/trials/<uuid:trial_id>/calendar")
class TrialCalendar(MethodView):
    @blueprint.arguments(schemas.MonthQuery, location="query")
    @blueprint.response(200, schemas.CalendarPageSchema(many=True))
    @blueprint.alt_response(404, description="No such trial")
    @blueprint.alt_response(409, description="FINDINGS: the draft cannot be opened")
    def get(self, query: dict[str, Any], trial_id: UUID) -> Any:
        """Read a month of the trial's calendar: which days are worked, why the others are not."""
        scene, _brief = _scene(trial_id)
        return playing.month(auth.runtime(), scene, query["month"])


@blueprint.route("/trials/<uuid:trial_id>/steps")
class TrialSteps(MethodView):
    @blueprint.arguments(schemas.TrialActSchema)
    @blueprint.response(200, schemas.TrialSchema)
    @blueprint.alt_response(403, description="Somebody else's trial")
    @blueprint.alt_response(404, description="No such trial")
    @blueprint.alt_response(
        409, description="STALE, BROKEN, or refused with the product's own code"
    )
    @blueprint.alt_response(422, description="The form refuses the answers")
    def post(self, body: dict[str, Any], trial_id: UUID) -> Response:
        """Do something in the trial as one of its people, or let its calendar go on."""
        version = body.pop("version")
        doing = Doing(**body | {"files": {str(key): each for key, each in body["files"].items()}})
        scene, brief = _scene(trial_id)
        played: Any = None
        if brief["is_mine"] and brief["version"] == version:  # else the command says why not
            played = playing.play(auth.runtime(), scene, brief, doing)

        def act(session: Session, actor: Actor) -> Any:
            step, state = played or ({}, {})
            playing.keep(session, auth.runtime(), actor, trial_id, version, step)
            return state

        return command(schemas.TrialSchema, act)


@blueprint.route("/trials/<uuid:trial_id>/steps/<int:number>")
class TrialStep(MethodView):
    @blueprint.arguments(schemas.TrialVersionQuery, location="query")
    @blueprint.response(200, schemas.TrialBriefSchema)
    @blueprint.alt_response(403, description="Somebody else's trial")
    @blueprint.alt_response(404, description="No such trial")
    @blueprint.alt_response(409, description="STALE")
    @blueprint.alt_response(422, description="No such step")
    def delete(self, query: dict[str, Any], trial_id: UUID, number: int) -> Response:
        """Take a step back, and those after it."""
        return command(
            schemas.TrialBriefSchema,
            lambda session, actor: playing.take_back(
                session, auth.runtime(), actor, trial_id, number, query["version"]
            ),
        )


@blueprint.route("/trials/<uuid:trial_id>/scenario")
class TrialScenario(MethodView):
    @blueprint.arguments(schemas.KeepSchema)
    @blueprint.response(201, schemas.KeptSchema)
    @blueprint.alt_response(403, description="Somebody else's trial")
    @blueprint.alt_response(404, description="No such trial")
    @blueprint.alt_response(
        409, description="STALE, BROKEN, EMPTY, or the draft is not being edited"
    )
    @blueprint.alt_response(422, description="The name is taken")
    def post(self, body: dict[str, Any], trial_id: UUID) -> Response:
        """Keep a trial as a scenario of its draft, with what was reached as what it expects."""
        scene, _brief = _scene(trial_id)
        text = scenarios.told(auth.runtime(), scene, body["name"])
        return command(
            schemas.KeptSchema,
            lambda session, actor: scenarios.keep(
                session, auth.runtime(), actor, trial_id, body["name"], text, body["version"]
            ),
            status=201,
        )
