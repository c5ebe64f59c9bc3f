"""Issued papers (文书) as PDF and DOCX, working papers of a task, composed letters."""

from typing import Any
from urllib.parse import quote
from uuid import UUID

from flask import Response, send_file
from flask.views import MethodView

from api import auth
from api.schemas import documents as schemas
from api.shell import read
from api.strict_json import Blueprint
from services.documents import drafting, letters, reading, rendering
from services.exporting import packing

blueprint = Blueprint(
    "documents", __name__, url_prefix="/api/v1", description="Official papers (文书)"
)

BINARY = {"type": "string", "format": "binary"}


def as_file(data: bytes, form: str, name: str) -> Response:
    """Return a paper as a download that no browser runs anything of."""
    reply = Response(data, mimetype=rendering.MEDIA_TYPES[form])
    reply.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(f'{name}.{form}')}"
    reply.headers["Content-Security-Policy"] = "sandbox"
    return reply


@blueprint.route("/cases/<uuid:case_id>/documents")
class CaseDocuments(MethodView):
    @blueprint.response(200, schemas.DocumentSchema(many=True))
    @blueprint.alt_response(404, description="No such case")
    def get(self, case_id: UUID) -> Any:
        """List the papers issued in a case that are one's own to read."""
        return read(lambda session, actor: reading.listed(session, actor, case_id))


@blueprint.route("/documents/<uuid:document_id>/file")
class DocumentFile(MethodView):
    @blueprint.arguments(schemas.FormatQuery, location="query")
    @blueprint.response(200, BINARY, content_type="*/*")
    @blueprint.alt_response(404, description="No such paper, or not yours to read")
    @blueprint.alt_response(503, description="No Chinese font on this installation")
    def get(self, query: dict[str, Any], document_id: UUID) -> Response:
        """Download an issued paper; the PDF is always the same bytes."""
        found = read(lambda session, actor: reading.one(session, actor, document_id))
        form = query["format"]
        data = rendering.of_paper(auth.runtime(), found.content, found.content_sha256, form)
        return as_file(data, form, " ".join(p for p in (found.name, found.number) if p))


@blueprint.route("/tasks/<uuid:task_id>/paper")
class TaskPaper(MethodView):
    @blueprint.arguments(schemas.PaperSchema)
    @blueprint.response(200, BINARY, content_type="*/*")
    @blueprint.alt_response(403, description="Not addressed to you")
    @blueprint.alt_response(404, description="No such task, or it issues no such paper")
    @blueprint.alt_response(409, description="The task has ended")
    @blueprint.alt_response(503, description="No Chinese font on this installation")
    def post(self, body: dict[str, Any], task_id: UUID) -> Response:
        """See unsaved answers on paper, marked 草稿; nothing is kept and no number is drawn."""
        content = read(
            lambda session, actor: drafting.paper(
                session, auth.runtime(), actor, task_id, body["answers"], body["template"]
            )
        )
        data = rendering.made(auth.runtime(), content, body["format"])
        return as_file(data, body["format"], f"{content['title']} 草稿")


@blueprint.route("/tasks/<uuid:task_id>/letter")
class TaskLetter(MethodView):
    @blueprint.arguments(schemas.LetterQuery, location="query")
    @blueprint.response(200, schemas.LetterSchema)
    @blueprint.alt_response(403, description="Not addressed to you")
    @blueprint.alt_response(404, description="No such task or letter")
    @blueprint.alt_response(409, description="The task has ended")
    def get(self, query: dict[str, Any], task_id: UUID) -> Any:
        """Compose a letter from failed rules, clauses and marked items, for the official to edit."""
        return read(
            lambda session, actor: letters.compose(
                session, auth.runtime(), actor, task_id, query["kind"]
            )
        )


@blueprint.route("/cases/<uuid:case_id>/export")
class CaseExport(MethodView):
    @blueprint.response(200, BINARY, content_type="application/zip")
    @blueprint.alt_response(403, description="Only agencies holding the case and its applicant")
    @blueprint.alt_response(404, description="No such case")
    @blueprint.alt_response(503, description="No Chinese font on this installation")
    def get(self, case_id: UUID) -> Response:
        """Download a case as a package that ``liancheng case verify`` checks offline."""
        actor = read(lambda _session, actor: actor)
        name, package = packing.export(auth.runtime(), actor, case_id)
        return send_file(
            package, mimetype="application/zip", as_attachment=True, download_name=name
        )
