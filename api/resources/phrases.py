"""One's own phrases (常用语)."""

from typing import Any
from uuid import UUID

from flask import Response
from flask.views import MethodView

from api.schemas import handling as schemas
from api.shell import command, read
from api.strict_json import Blueprint
from services import phrases

blueprint = Blueprint(
    "phrases", __name__, url_prefix="/api/v1/phrases", description="One's own phrases (常用语)"
)


@blueprint.route("")
class Phrases(MethodView):
    @blueprint.response(200, schemas.PhraseSchema(many=True))
    def get(self) -> Any:
        """List one's phrases in one's own order."""
        return read(phrases.listed)

    @blueprint.arguments(schemas.PhraseAddSchema)
    @blueprint.response(201, schemas.PhraseSchema(many=True))
    @blueprint.alt_response(409, description="It is there already, or there are too many")
    def post(self, body: dict[str, Any]) -> Response:
        """Add a phrase at the end; all of them come back."""
        return command(
            schemas.PhraseSchema,
            lambda session, actor: phrases.add(session, actor, body["text"]),
            status=201,
            many=True,
        )


@blueprint.route("/order")
class Order(MethodView):
    @blueprint.arguments(schemas.PhraseOrderSchema)
    @blueprint.response(200, schemas.PhraseSchema(many=True))
    def put(self, body: dict[str, Any]) -> Response:
        """Put one's phrases in another order; the list names each of them."""
        return command(
            schemas.PhraseSchema,
            lambda session, actor: phrases.reorder(session, actor, body["ids"]),
            many=True,
        )


@blueprint.route("/<uuid:phrase_id>")
class OnePhrase(MethodView):
    @blueprint.response(200, schemas.PhraseSchema(many=True))
    @blueprint.alt_response(404, description="No such phrase of one's own")
    def delete(self, phrase_id: UUID) -> Response:
        """Delete a phrase; those left come back."""
        return command(
            schemas.PhraseSchema,
            lambda session, actor: phrases.delete(session, actor, phrase_id),
            many=True,
        )
