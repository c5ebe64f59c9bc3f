"""What the studio's editors offer: words to choose, and parts of the library to take over."""

from typing import Any
from uuid import UUID

from flask import Response
from flask.views import MethodView

from api import auth
from api.schemas import studio_words as schemas
from api.shell import command, read
from api.strict_json import Blueprint
from services.jurisdictions import today
from services.studio import checks, drafts, examples, form_previews, names, parts, vocabulary

blueprint = Blueprint(
    "studio_words", __name__, url_prefix="/api/v1/studio/drafts", description="Words of drafts"
)


@blueprint.route("/<uuid:draft_id>/vocabulary")
class Vocabulary(MethodView):
    @blueprint.response(200, schemas.VocabularySchema)
    @blueprint.alt_response(404, description="No such draft")
    def get(self, draft_id: UUID) -> Any:
        """Read what can be chosen in a draft: clauses, roles, forms, tables, operations."""
        words = read(
            lambda session, actor: vocabulary.of_draft(
                session, drafts.find(session, actor, draft_id)
            )
        )
        return words | vocabulary.of_library(auth.runtime(), words)


@blueprint.route("/<uuid:draft_id>/parts")
class Parts(MethodView):
    @blueprint.arguments(schemas.TakePartsSchema)
    @blueprint.response(200, schemas.TakenPartsSchema)
    @blueprint.alt_response(404, description="No such draft")
    @blueprint.alt_response(409, description="In review, published or given up")
    def post(self, body: dict[str, Any], draft_id: UUID) -> Response:
        """Take processes, tables and forms of the library over into a draft, with all they need."""
        about = read(lambda session, actor: parts.about(session, actor, draft_id))
        found = parts.of_library(auth.runtime(), about, **body)
        return command(
            schemas.TakenPartsSchema,
            lambda session, actor: parts.add(session, auth.runtime(), actor, draft_id, found),
        )


@blueprint.route("/<uuid:draft_id>/form-preview")
class FormPreview(MethodView):
    @blueprint.arguments(schemas.PreviewFormSchema)
    @blueprint.response(200, schemas.FormPreviewSchema)
    @blueprint.alt_response(404, description="No such draft or form")
    @blueprint.alt_response(
        422, description="The step does not ask the form; or an unreadable edit"
    )
    def post(self, body: dict[str, Any], draft_id: UUID) -> Any:
        """See a form as an applicant, official or expert sees it at a step, with sample answers."""
        given = read(
            lambda session, actor: checks.material(
                session, drafts.find(session, actor, draft_id), body["edits"]
            )
        )
        runtime = auth.runtime()
        about = (body["path"], body["step"], body["reader"])
        return form_previews.shown(given, *about, today(runtime))


@blueprint.route("/<uuid:draft_id>/names")
class Names(MethodView):
    @blueprint.arguments(schemas.AskNamesSchema)
    @blueprint.response(200, schemas.ReadableNamesSchema)
    @blueprint.alt_response(404, description="No such draft")
    @blueprint.alt_response(422, description="An edit cannot be read as what its name says")
    def post(self, body: dict[str, Any], draft_id: UUID) -> Any:
        """Read which names an expression at a node or flow may use, with edits not saved yet."""
        given = read(
            lambda session, actor: checks.material(
                session, drafts.find(session, actor, draft_id), body["edits"]
            )
        )
        return {"names": names.at(given, body["element_id"])}


@blueprint.route("/<uuid:draft_id>/examples")
class Examples(MethodView):
    @blueprint.arguments(schemas.TryExamplesSchema)
    @blueprint.response(200, schemas.TriedExamplesSchema)
    @blueprint.alt_response(404, description="No such draft or table")
    @blueprint.alt_response(422, description="An edit cannot be read as what its name says")
    def post(self, body: dict[str, Any], draft_id: UUID) -> Any:
        """Try the examples beside a decision table, with edits not saved yet; saves nothing."""
        given = read(
            lambda session, actor: checks.material(
                session, drafts.find(session, actor, draft_id), body["edits"]
            )
        )
        return examples.tried(given, body["path"])
