"""Sending a draft to a second person, and what they decide."""

from typing import Any
from uuid import UUID

from flask import Response
from flask.views import MethodView
from sqlalchemy.orm import Session

from api import auth
from api.resources.studio import check
from api.schemas import studio as schemas
from api.shell import command, read
from api.strict_json import Blueprint
from services.actors import Actor
from services.db.engine import unit_of_work
from services.studio import reviews
from services.trials import gate, runs

blueprint = Blueprint(
    "studio_reviews",
    __name__,
    url_prefix="/api/v1/studio/drafts/<uuid:draft_id>",
    description="Review and publication of drafts",
)


@blueprint.route("/review")
class Review(MethodView):
    @blueprint.arguments(schemas.SendSchema)
    @blueprint.response(201, schemas.StudioDraftSchema)
    @blueprint.alt_response(404, description="No such draft")
    @blueprint.alt_response(409, description="FINDINGS, UNCHANGED, OUTDATED, or not being edited")
    @blueprint.alt_response(422, description="The date is past")
    def post(self, body: dict[str, Any], draft_id: UUID) -> Response:
        """Send a draft to review; refused while an error finding stands."""
        check(draft_id)  # remembered: under the lock nothing is computed
        return command(
            schemas.StudioDraftSchema,
            lambda session, actor: reviews.send(session, auth.runtime(), actor, draft_id, **body),
            status=201,
        )

    @blueprint.response(200, schemas.StudioDraftSchema)
    @blueprint.alt_response(403, description="Only whoever sent it")
    @blueprint.alt_response(404, description="No such draft")
    @blueprint.alt_response(409, description="Not in review")
    def delete(self, draft_id: UUID) -> Response:
        """Take a draft back from review."""
        return command(
            schemas.StudioDraftSchema,
            lambda session, actor: reviews.take_back(session, auth.runtime(), actor, draft_id),
        )


@blueprint.route("/decision")
class Decision(MethodView):
    @blueprint.arguments(schemas.ReviewDecisionSchema)
    @blueprint.response(201, schemas.StudioDraftSchema)
    @blueprint.alt_response(403, description="Whoever had a hand in the draft")
    @blueprint.alt_response(404, description="No such draft")
    @blueprint.alt_response(
        409, description="FINDINGS, OUTDATED, STALE, SCENARIOS_OPEN, or not in review"
    )
    @blueprint.alt_response(
        422, description="Returned, or approved though a scenario fails, without a reason"
    )
    def post(self, body: dict[str, Any], draft_id: UUID) -> Response:
        """Approve and publish a draft, or return it with a reason."""
        check(draft_id)  # remembered: under the lock nothing is computed
        if body["is_approved"]:
            play_missing(draft_id)

        def act(session: Session, actor: Actor) -> Any:
            found = reviews.decide(session, auth.runtime(), actor, draft_id, **body)
            gate.require_told(session, auth.runtime(), actor, draft_id, **told)
            return found

        told = {key: body[key] for key in ("is_approved", "reason")}
        return command(schemas.StudioDraftSchema, act, status=201)


def play_missing(draft_id: UUID) -> None:
    """Play the draft's own scenarios that were not played as it is, outside of any transaction."""
    given, paths = read(lambda session, actor: gate.missing(session, actor, draft_id))
    for found in [runs.run(auth.runtime(), given, path) for path in paths]:
        with unit_of_work(auth.runtime().sessions) as session:
            runs.keep(session, auth.runtime(), draft_id, found)
