"""Several people at one draft: locks, comments, and bringing edits of one file together."""

from typing import Any
from uuid import UUID

from flask import Response
from flask.views import MethodView

from api import auth
from api.schemas import studio_together as schemas
from api.shell import command, read
from api.strict_json import Blueprint
from services.studio import commenting, drafts, joining, locks

blueprint = Blueprint(
    "studio_together",
    __name__,
    url_prefix="/api/v1/studio/drafts/<uuid:draft_id>",
    description="Several people at one draft",
)


@blueprint.route("/locks")
class Locks(MethodView):
    @blueprint.response(200, schemas.DraftLocksSchema)
    @blueprint.alt_response(404, description="No such draft")
    def get(self, draft_id: UUID) -> Any:
        """Read which elements and files somebody keeps to themselves now."""
        return read(
            lambda session, actor: {
                "locks": locks.listed(
                    session, auth.runtime(), actor, drafts.find(session, actor, draft_id)
                )
            }
        )

    @blueprint.arguments(schemas.DraftPlaceSchema)
    @blueprint.response(200, schemas.DraftLocksSchema)
    @blueprint.alt_response(404, description="No such draft or file")
    @blueprint.alt_response(409, description="LOCKED by somebody else, or not being edited")
    def put(self, body: dict[str, Any], draft_id: UUID) -> Response:
        """Keep an element or a file to oneself for half an hour; again: for longer."""
        return command(
            schemas.DraftLocksSchema,
            lambda session, actor: {
                "locks": locks.take(session, auth.runtime(), actor, draft_id, **body)
            },
        )

    @blueprint.arguments(schemas.DraftPlaceSchema, location="query")
    @blueprint.response(200, schemas.DraftLocksSchema)
    @blueprint.alt_response(404, description="No such draft")
    def delete(self, query: dict[str, Any], draft_id: UUID) -> Response:
        """Let go of a lock of one's own."""
        return command(
            schemas.DraftLocksSchema,
            lambda session, actor: {
                "locks": locks.give_back(session, auth.runtime(), actor, draft_id, **query)
            },
        )


@blueprint.route("/comments")
class Comments(MethodView):
    @blueprint.response(200, schemas.DraftCommentsSchema)
    @blueprint.alt_response(404, description="No such draft")
    def get(self, draft_id: UUID) -> Any:
        """Read what was said of the draft's elements."""
        return read(
            lambda session, actor: {
                "comments": commenting.listed(session, drafts.find(session, actor, draft_id))
            }
        )

    @blueprint.arguments(schemas.NewDraftCommentSchema)
    @blueprint.response(201, schemas.DraftCommentsSchema)
    @blueprint.alt_response(404, description="No such draft")
    @blueprint.alt_response(409, description="The draft is published or given up")
    def post(self, body: dict[str, Any], draft_id: UUID) -> Response:
        """Say something of an element or a file; a reviewer may, and stays a reviewer."""
        return command(
            schemas.DraftCommentsSchema,
            lambda session, actor: {
                "comments": commenting.add(session, auth.runtime(), actor, draft_id, **body)
            },
            status=201,
        )


@blueprint.route("/comments/<uuid:studio_comment_id>/settlement")
class Settlement(MethodView):
    @blueprint.response(200, schemas.DraftCommentsSchema)
    @blueprint.alt_response(404, description="No such comment")
    @blueprint.alt_response(409, description="The draft is published or given up")
    def post(self, draft_id: UUID, studio_comment_id: UUID) -> Response:
        """Mark a comment as settled."""
        return command(
            schemas.DraftCommentsSchema,
            lambda session, actor: {
                "comments": commenting.settle(
                    session, auth.runtime(), actor, draft_id, studio_comment_id
                )
            },
        )


@blueprint.route("/joins/<path:path>")
class Join(MethodView):
    @blueprint.arguments(schemas.FileMergeSchema)
    @blueprint.response(200, schemas.MergedFileSchema)
    @blueprint.alt_response(404, description="No such draft, or the file or the revision is gone")
    @blueprint.alt_response(422, description="Not readable, or of a kind that has no elements")
    def post(self, body: dict[str, Any], draft_id: UUID, path: str) -> Any:
        """Merge an unsaved edit with what others saved meanwhile; saves nothing."""
        return read(lambda session, actor: joining.join(session, actor, draft_id, path, **body))
