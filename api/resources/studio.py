"""The studio: drafts of procedures, their files, findings and differences."""

from typing import Any
from urllib.parse import quote
from uuid import UUID

from flask import Response, request
from flask.views import MethodView
from sqlalchemy.orm import Session

from api import auth
from api.schemas import studio as schemas
from api.schemas.files import ONE_FILE
from api.shell import command, read
from api.strict_json import Blueprint
from services import jurisdiction_audit
from services.actors import Actor
from services.errors import InvalidError
from services.studio import checks, drafts, editing, merging, pages

blueprint = Blueprint(
    "studio", __name__, url_prefix="/api/v1/studio", description="Changing procedures"
)
ACTS = 200


@blueprint.route("/procedures")
class Procedures(MethodView):
    @blueprint.response(200, schemas.StudioProcedureSchema(many=True))
    def get(self) -> Any:
        """List the procedures of one's own jurisdictions and their open drafts."""
        return read(pages.of_procedures)


@blueprint.route("/procedures/<procedure_id>/drafts")
class ProcedureDrafts(MethodView):
    @blueprint.arguments(schemas.OpenDraftSchema)
    @blueprint.response(201, schemas.StudioDraftSchema)
    @blueprint.alt_response(403, description="Not a process owner there")
    @blueprint.alt_response(404, description="No such procedure or version")
    def post(self, body: dict[str, Any], procedure_id: str) -> Response:
        """Open a draft of the newest version, or one that goes back to an earlier version."""
        return command(
            schemas.StudioDraftSchema,
            lambda session, actor: drafts.open_from(
                session, auth.runtime(), actor, procedure_id, body["version"]
            ),
            status=201,
        )


@blueprint.route("/jurisdictions/<jurisdiction>/drafts")
class BlankDrafts(MethodView):
    @blueprint.arguments(schemas.BlankDraftSchema)
    @blueprint.response(201, schemas.StudioDraftSchema)
    @blueprint.alt_response(403, description="Not a process owner there")
    @blueprint.alt_response(404, description="No such jurisdiction")
    @blueprint.alt_response(422, description="The name is taken or cannot be one")
    def post(self, body: dict[str, Any], jurisdiction: str) -> Response:
        """Open a draft of a new procedure."""
        return command(
            schemas.StudioDraftSchema,
            lambda session, actor: drafts.open_blank(
                session, auth.runtime(), actor, jurisdiction, **body
            ),
            status=201,
        )


@blueprint.route("/jurisdictions/<jurisdiction>/acts")
class Acts(MethodView):
    @blueprint.response(200, schemas.JurisdictionActsSchema)
    @blueprint.alt_response(403, description="Not a process owner there")
    @blueprint.alt_response(404, description="No such jurisdiction")
    def get(self, jurisdiction: str) -> Any:
        """Read what was done to the jurisdiction's procedures, newest first."""

        def query(session: Session, actor: Actor) -> Any:
            drafts.require_owner(session, actor, jurisdiction)
            return {"acts": jurisdiction_audit.listed(session, jurisdiction, ACTS)}

        return read(query)


@blueprint.route("/drafts/<uuid:draft_id>")
class OneDraft(MethodView):
    @blueprint.response(200, schemas.StudioDraftSchema)
    @blueprint.alt_response(404, description="No such draft, or not one's own jurisdiction's")
    def get(self, draft_id: UUID) -> Any:
        """Read a draft: its files with who changed them, its reviews."""
        return read(
            lambda session, actor: pages.shown(session, drafts.find(session, actor, draft_id))
        )

    @blueprint.response(200, schemas.StudioDraftSchema)
    @blueprint.alt_response(404, description="No such draft, or not one's own jurisdiction's")
    @blueprint.alt_response(409, description="In review, published or given up")
    def delete(self, draft_id: UUID) -> Response:
        """Give a draft up; it stays readable."""
        return command(
            schemas.StudioDraftSchema,
            lambda session, actor: drafts.discard(session, auth.runtime(), actor, draft_id),
        )


@blueprint.route("/drafts/<uuid:draft_id>/files/<path:path>")
class DraftFile(MethodView):
    @blueprint.response(200, schemas.FileTextSchema)
    @blueprint.alt_response(404, description="No such file")
    def get(self, draft_id: UUID, path: str) -> Any:
        """Read a file as it was saved last."""
        return read(lambda session, actor: editing.read(session, actor, draft_id, path))

    @blueprint.arguments(schemas.SaveSchema)
    @blueprint.response(200, schemas.SavedSchema)
    @blueprint.alt_response(404, description="No such draft")
    @blueprint.alt_response(409, description="STALE: saved meanwhile, details say by whom and what")
    @blueprint.alt_response(422, description="Not a file of a bundle, or not readable as one")
    def put(self, body: dict[str, Any], draft_id: UUID, path: str) -> Response:
        """Save a file; nothing that somebody else has saved is ever overwritten."""
        return command(
            schemas.SavedSchema,
            lambda session, actor: editing.save(
                session, auth.runtime(), actor, draft_id, path, **body
            ),
        )

    @blueprint.arguments(schemas.BaseQuery, location="query")
    @blueprint.response(200, schemas.StudioDraftSchema)
    @blueprint.alt_response(404, description="No such file")
    @blueprint.alt_response(409, description="STALE: saved meanwhile")
    def delete(self, query: dict[str, Any], draft_id: UUID, path: str) -> Response:
        """Delete a file."""
        return command(
            schemas.StudioDraftSchema,
            lambda session, actor: editing.remove(
                session, auth.runtime(), actor, draft_id, path, **query
            ),
        )


@blueprint.route("/drafts/<uuid:draft_id>/archive")
class Archive(MethodView):
    @blueprint.response(200, {"type": "string", "format": "binary"}, content_type="application/zip")
    @blueprint.alt_response(404, description="No such draft")
    def get(self, draft_id: UUID) -> Response:
        """Download a draft as a zip; the same files always give the same bytes."""
        name, data = read(lambda session, actor: editing.give_out(session, actor, draft_id))
        reply = Response(data, mimetype="application/zip")
        reply.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
        return reply

    @blueprint.doc(requestBody=ONE_FILE)
    @blueprint.arguments(schemas.DigestQuery, location="query")
    @blueprint.response(200, schemas.StudioDraftSchema)
    @blueprint.alt_response(404, description="No such draft")
    @blueprint.alt_response(409, description="STALE: changed since ``digest``")
    @blueprint.alt_response(422, description="No zip, or no bundle in it")
    def post(self, query: dict[str, Any], draft_id: UUID) -> Response:
        """Replace a draft's files by those of a zip (multipart field ``file``)."""
        upload = request.files.get("file")
        if upload is None:
            raise InvalidError("请选择要导入的 zip 文件", {"file": ["必填"]})
        data = upload.stream.read()
        return command(
            schemas.StudioDraftSchema,
            lambda session, actor: editing.take_in(
                session, auth.runtime(), actor, draft_id, data, query["digest"]
            ),
        )


@blueprint.route("/drafts/<uuid:draft_id>/check")
class Check(MethodView):
    @blueprint.arguments(schemas.DraftCheckSchema)
    @blueprint.response(200, schemas.DraftFindingsSchema)
    @blueprint.alt_response(404, description="No such draft")
    @blueprint.alt_response(422, description="An edit cannot be read as what its name says")
    def post(self, body: dict[str, Any], draft_id: UUID) -> Any:
        """Check a draft with edits that are not saved yet; saves nothing."""
        return {"findings": check(draft_id, body["edits"])}


def check(draft_id: UUID, edits: dict[str, str] | None = None) -> Any:
    """Return the findings of a draft; what is computed is computed outside of any transaction."""
    given = read(
        lambda session, actor: checks.material(
            session, drafts.find(session, actor, draft_id), edits
        )
    )
    return checks.findings(auth.runtime(), given)


@blueprint.route("/drafts/<uuid:draft_id>/changes")
class Changes(MethodView):
    @blueprint.response(200, schemas.DraftChangesSchema)
    @blueprint.alt_response(404, description="No such draft")
    def get(self, draft_id: UUID) -> Any:
        """Read in sentences what a draft changes of the version it began from."""
        return read(
            lambda session, actor: {
                "changes": pages.changed(session, drafts.find(session, actor, draft_id))
            }
        )


@blueprint.route("/drafts/<uuid:draft_id>/merge")
class Merge(MethodView):
    @blueprint.arguments(schemas.MergeSchema)
    @blueprint.response(200, schemas.StudioDraftSchema)
    @blueprint.alt_response(404, description="No such draft")
    @blueprint.alt_response(409, description="MERGE: the details say what both sides changed")
    def post(self, body: dict[str, Any], draft_id: UUID) -> Response:
        """Take over what was published since the draft was opened."""
        return command(
            schemas.StudioDraftSchema,
            lambda session, actor: merging.merge(session, auth.runtime(), actor, draft_id, **body),
        )
