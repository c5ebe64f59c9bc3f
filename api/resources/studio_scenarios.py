"""Scenarios of drafts: played one a request against the draft as it is, and what they cover."""

from typing import Any
from uuid import UUID

from flask import Response
from flask.views import MethodView
from marshmallow import fields
from sqlalchemy.orm import Session

from api import auth
from api.schemas import trials as schemas
from api.schemas.common import Strict
from api.shell import command, read
from api.strict_json import Blueprint
from services.actors import Actor
from services.studio import drafts
from services.trials import playing, runs, stages

blueprint = Blueprint(
    "studio_scenarios",
    __name__,
    url_prefix="/api/v1/studio/drafts/<uuid:draft_id>",
    description="Scenarios of drafts",
)


class TrialQuery(Strict):
    """A trial of the draft to be counted apart."""

    trial = fields.UUID(load_default=None, allow_none=True)


@blueprint.route("/scenario-runs")
class ScenarioRuns(MethodView):
    @blueprint.response(200, schemas.ScenarioLineSchema(many=True))
    @blueprint.alt_response(404, description="No such draft")
    def get(self, draft_id: UUID) -> Any:
        """List the scenarios of a draft and how each went against it as it is."""
        return read(lambda session, actor: runs.listed(session, actor, draft_id))

    @blueprint.arguments(schemas.RunSchema)
    @blueprint.response(200, schemas.ScenarioLineSchema)
    @blueprint.alt_response(404, description="No such draft or scenario")
    @blueprint.alt_response(409, description="FINDINGS: the draft cannot be opened")
    def post(self, body: dict[str, Any], draft_id: UUID) -> Response:
        """Play one scenario in a sandbox of its own."""
        given = read(
            lambda session, actor: stages.surroundings(
                session, drafts.find(session, actor, draft_id)
            )
        )
        found = runs.run(auth.runtime(), given, body["path"])

        def act(session: Session, actor: Actor) -> Any:
            draft = drafts.find(session, actor, draft_id)
            runs.keep(session, auth.runtime(), draft.id, found)
            return runs.line(session, draft, found.path)

        return command(schemas.ScenarioLineSchema, act)


@blueprint.route("/coverage")
class Coverage(MethodView):
    @blueprint.arguments(TrialQuery, location="query")
    @blueprint.response(200, schemas.CoverageSchema)
    @blueprint.alt_response(404, description="No such draft or trial")
    @blueprint.alt_response(409, description="FINDINGS: the draft cannot be opened")
    def get(self, query: dict[str, Any], draft_id: UUID) -> Any:
        """Read what a trial, and the scenarios played against the draft as it is, have passed."""

        def seen(session: Session, actor: Actor) -> Any:
            draft = drafts.find(session, actor, draft_id)
            scene = playing.scene(session, actor, query["trial"])[0] if query["trial"] else None
            return stages.surroundings(session, draft), runs.of_draft(session, draft), scene

        given, lines, scene = read(seen)
        return playing.covered(auth.runtime(), given, lines, scene)
