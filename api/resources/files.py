"""Uploading and downloading attachments."""

from typing import Any, BinaryIO, cast
from urllib.parse import quote
from uuid import UUID

from flask import Response, request, send_file
from flask.views import MethodView
from sqlalchemy.orm import Session

from api import auth
from api.schemas.files import ONE_FILE, FileSchema
from api.shell import read
from api.strict_json import Blueprint
from services import files, previews
from services.actors import Actor
from services.db.engine import unit_of_work
from services.errors import InvalidError

blueprint = Blueprint("files", __name__, url_prefix="/api/v1/files", description="Attachments")


@blueprint.route("")
class Files(MethodView):
    @blueprint.doc(requestBody=ONE_FILE)
    @blueprint.response(201, FileSchema)
    @blueprint.alt_response(413, description="Too large")
    @blueprint.alt_response(422, description="Not a file we take, or not what its name says")
    def post(self) -> Any:
        """Upload one file as multipart field ``file``."""
        upload = request.files.get("file")
        if upload is None or not upload.filename:
            raise InvalidError("请选择要上传的文件", {"file": ["必填"]})
        name, stream = upload.filename, cast("BinaryIO", upload.stream)
        read(lambda _session, actor: actor)  # refuse strangers before looking at 50 MB
        stored = files.store(auth.runtime(), name=name, source=stream)
        with unit_of_work(auth.runtime().sessions) as session:
            return files.record(session, auth.runtime(), auth.actor(session), stored)


@blueprint.route("/<uuid:file_id>")
class OneFile(MethodView):
    @blueprint.response(200, {"type": "string", "format": "binary"}, content_type="*/*")
    @blueprint.alt_response(404, description="No such file, or not yours to read")
    def get(self, file_id: UUID) -> Response:
        """Download a file; always as an attachment, never shown inline."""

        def query(session: Session, actor: Actor) -> Any:
            return files.visible(session, actor, file_id)

        file = read(query)
        reply = send_file(
            auth.runtime().files.open(file.sha256), mimetype="application/octet-stream"
        )
        name = quote(file.name)
        reply.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
        reply.headers["Content-Security-Policy"] = "sandbox"
        return reply


_SHOWN_IN = "frame-ancestors 'self'"
_PICTURE_POLICY = f"default-src 'none'; sandbox; {_SHOWN_IN}"
# browsers refuse to open their own PDF viewer inside a sandbox; it may load nothing all the same
_PDF_POLICY = f"default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; {_SHOWN_IN}"


@blueprint.route("/<uuid:file_id>/preview")
class FilePreview(MethodView):
    @blueprint.response(200, {"type": "string", "format": "binary"}, content_type="*/*")
    @blueprint.alt_response(404, description="No such file, or not yours to read")
    @blueprint.alt_response(409, description="There is no preview of this kind of file")
    @blueprint.alt_response(503, description="No Chinese font on this installation")
    def get(self, file_id: UUID) -> Response:
        """Show a PDF or a picture; a Word file as a reading version (阅读版) in PDF."""
        file = read(lambda session, actor: files.visible(session, actor, file_id))
        shown = previews.make(auth.runtime(), file)
        reply = Response(shown.data, mimetype=shown.media_type)
        is_pdf = shown.media_type == previews.PDF
        reply.headers["Content-Security-Policy"] = _PDF_POLICY if is_pdf else _PICTURE_POLICY
        reply.headers["Content-Disposition"] = "inline"
        reply.headers["Cross-Origin-Resource-Policy"] = "same-origin"
        return reply
