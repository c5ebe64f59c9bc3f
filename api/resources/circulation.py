"""Reminders (催办) and copies (抄送)."""

from typing import Any
from uuid import UUID

from flask import Response
from flask.views import MethodView

from api import auth
from api.schemas import acts as schemas
from api.schemas.common import as_instant, decode_cursor, encode_cursor
from api.schemas.handling import SearchQuery
from api.shell import command, read
from api.strict_json import Blueprint
from services import copies, reminders

blueprint = Blueprint(
    "circulation", __name__, url_prefix="/api/v1", description="Reminders and copies of cases"
)


@blueprint.route("/cases/<uuid:case_id>/reminders")
class Reminders(MethodView):
    @blueprint.response(200, schemas.RemindersSchema)
    @blueprint.alt_response(404, description="No such case")
    def get(self, case_id: UUID) -> Any:
        """Read the reminders of a case and whether one may remind now."""
        return read(lambda s, actor: reminders.of_case(s, auth.runtime(), actor, case_id))

    @blueprint.arguments(schemas.NoteSchema)
    @blueprint.response(201, schemas.ReminderSchema)
    @blueprint.alt_response(403, description="One has no part in the case")
    @blueprint.alt_response(404, description="No such case")
    @blueprint.alt_response(409, description="Less than 24 hours since; details say when again")
    def post(self, body: dict[str, Any], case_id: UUID) -> Response:
        """Urge those who hold the case's tasks (催办)."""
        return command(
            schemas.ReminderSchema,
            lambda s, actor: reminders.remind(s, auth.runtime(), actor, case_id, body["note"]),
            status=201,
        )


@blueprint.route("/cases/<uuid:case_id>/copies")
class CaseCopies(MethodView):
    @blueprint.response(200, schemas.SentCopySchema(many=True))
    @blueprint.alt_response(404, description="No such case")
    def get(self, case_id: UUID) -> Any:
        """List the copies one has sent of a case, with who read them when."""
        return read(lambda s, actor: copies.sent(s, actor, case_id))

    @blueprint.arguments(schemas.CopyAddSchema)
    @blueprint.response(201, schemas.SentCopySchema)
    @blueprint.alt_response(403, description="Only officials the case is with")
    @blueprint.alt_response(404, description="No such case")
    def post(self, body: dict[str, Any], case_id: UUID) -> Response:
        """Send a copy to people who see the case already (抄送)."""
        return command(
            schemas.SentCopySchema,
            lambda s, actor: copies.send(s, auth.runtime(), actor, case_id, **body),
            status=201,
        )


@blueprint.route("/cases/<uuid:case_id>/readers")
class Readers(MethodView):
    @blueprint.arguments(SearchQuery, location="query")
    @blueprint.response(200, schemas.ReaderSchema(many=True))
    @blueprint.alt_response(403, description="Only officials the case is with")
    @blueprint.alt_response(404, description="No such case")
    def get(self, query: dict[str, Any], case_id: UUID) -> Any:
        """List people who see the case, to send copies to."""
        return read(lambda s, actor: copies.candidates(s, actor, case_id, query["q"]))


@blueprint.route("/copies")
class Copies(MethodView):
    @blueprint.arguments(schemas.CopyQuery, location="query")
    @blueprint.response(200, schemas.CopyListSchema)
    def get(self, query: dict[str, Any]) -> Any:
        """List the copies one has got, newest first, and how many are unread."""
        limit = query["limit"]
        place = decode_cursor(query["cursor"], as_instant, UUID)
        after = copies.Place(*place) if place else None
        found, unread = read(
            lambda s, actor: (
                copies.received(s, actor, after=after, limit=limit + 1),
                copies.unread(s, actor),
            )
        )
        last = found[limit - 1] if len(found) > limit else None
        cursor = encode_cursor(last["sent_at"].isoformat(), last["id"]) if last else None
        return {"items": found[:limit], "next": cursor, "unread": unread}


@blueprint.route("/copies/<uuid:copy_id>/receipt")
class Receipt(MethodView):
    @blueprint.response(200, schemas.CopySchema)
    @blueprint.alt_response(404, description="No such copy")
    def post(self, copy_id: UUID) -> Response:
        """Say that one has read a copy; the second time changes nothing."""
        return command(
            schemas.CopySchema,
            lambda s, actor: copies.read(s, auth.runtime(), actor, copy_id),
        )
