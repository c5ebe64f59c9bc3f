"""Renderings kept by the hash of their source: made once, outside every transaction."""

from collections.abc import Callable
from hashlib import sha256
from io import BytesIO
from typing import Any

from services import rendering
from services.db.engine import insert_into, reading, unit_of_work
from services.db.models import Rendering
from services.errors import UnavailableError
from services.runtime import Runtime

MEDIA_TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


def of_paper(runtime: Runtime, content: dict[str, Any], source_sha256: str, form: str) -> bytes:
    """Return an issued paper as ``pdf`` or ``docx``. Runs its own transactions.

    Raises UnavailableError when the installation has no Chinese font.
    """
    version = rendering.PDF_VERSION if form == "pdf" else rendering.DOCX_VERSION
    return kept(runtime, source_sha256, version, lambda: made(runtime, content, form))


def made(runtime: Runtime, content: dict[str, Any], form: str) -> bytes:
    """Render a paper now, without keeping it."""
    if form == "docx":
        return rendering.render_docx(content)
    try:
        return rendering.render_pdf(content, runtime.settings.fonts_dir)
    except rendering.FontsMissingError as error:
        raise UnavailableError(str(error), "FONTS_MISSING") from error


def kept(runtime: Runtime, source_sha256: str, form: str, make: Callable[[], bytes]) -> bytes:
    """Return what was rendered before, else render it and keep it by its hash.

    Two that render at once make the same bytes; the second one's record changes nothing.
    """
    with reading(runtime.sessions) as session:
        row = session.get(Rendering, (source_sha256, form))
    if row is not None and (found := _opened(runtime, row.sha256)) is not None:
        return found
    data = make()
    digest = sha256(data).hexdigest()
    runtime.files.put(digest, BytesIO(data))
    values = {"sha256": digest, "size_bytes": len(data), "rendered_at": runtime.clock.now()}
    with unit_of_work(runtime.sessions) as session:
        key = {"source_sha256": source_sha256, "form": form}
        new = insert_into(session, Rendering).values(**key, **values)
        session.execute(
            new.on_conflict_do_update(index_elements=["source_sha256", "form"], set_=values)
        )
    return data


def _opened(runtime: Runtime, digest: str) -> bytes | None:
    try:
        with runtime.files.open(digest) as stream:
            return stream.read()
    except FileNotFoundError:
        return None  # the store lost it: render anew
