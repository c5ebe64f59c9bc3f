"""The web application: its page for every address that is not the API's, and its built files."""

from mimetypes import guess_type
from pathlib import Path

from flask import Blueprint, Response, make_response, request, send_from_directory

from api import auth
from services.errors import NotFoundError

blueprint = Blueprint("web", __name__)

# The embedded editors set style attributes, so those stay allowed; style elements do not.
_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
_YEAR = "public, max-age=31536000, immutable"  # the names carry a hash of the content
# an address may end in the id of a procedure, which has a dot
_FILES = frozenset(
    {".css", ".gz", ".html", ".ico", ".js", ".json", ".map", ".php", ".png", ".svg", ".txt", ".xml"}
)
_PACKED = (("br", ".br"), ("gzip", ".gz"))
_NOT_BUILT = """<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>联程</title>
<h1>联程 Liancheng</h1><p>网页尚未生成，请运行 make web。API 说明见 /api/v1/openapi.json。</p>
<p>The web application is not built yet: run <code>make web</code>.</p></html>"""


@blueprint.get("/")
@blueprint.get("/<path:place>")
def page(place: str = "") -> Response:
    """Return the application's page; the browser shows what belongs to the address.

    Raises NotFoundError for what can only be a file or a call of the API.
    """
    root = auth.runtime().settings.web_root
    if place.startswith("api/"):
        raise NotFoundError("没有这个地址")
    if Path(place).suffix in _FILES or (root / place).is_file():
        return _file(root, place)
    if not (root / "index.html").is_file():
        return make_response(_NOT_BUILT)
    reply = send_from_directory(root, "index.html")
    reply.headers["Content-Security-Policy"] = _POLICY
    return reply


@blueprint.get("/assets/<path:name>")
def asset(name: str) -> Response:
    """Return a built file, packed if the browser takes it so."""
    reply = _file(auth.runtime().settings.web_root / "assets", name)
    reply.headers["Cache-Control"] = _YEAR
    return reply


def _file(folder: Path, name: str) -> Response:
    if not (folder / name).is_file():
        raise NotFoundError("没有这个文件")
    for coding, ending in _PACKED:
        if request.accept_encodings[coding] and (folder / f"{name}{ending}").is_file():
            reply = send_from_directory(
                folder, f"{name}{ending}", mimetype=guess_type(name)[0] or "text/plain"
            )
            reply.headers["Content-Encoding"] = coding
            reply.vary.add("Accept-Encoding")
            return reply
    return send_from_directory(folder, name)
