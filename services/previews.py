"""What a browser can show of an attachment: PDF and pictures as they are, DOCX as a PDF to read."""

from dataclasses import dataclass

from services import rendering
from services.db.models import File
from services.documents.rendering import kept
from services.errors import ConflictError, UnavailableError
from services.rendering import reading_version
from services.runtime import Runtime

PDF = "application/pdf"
_AS_THEY_ARE = frozenset({PDF, "image/jpeg", "image/png"})
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
MAX_WORD_BYTES = 20_000_000


@dataclass(frozen=True, slots=True)
class Preview:
    """Bytes a browser shows, and what kind they are."""

    data: bytes
    media_type: str


def make(runtime: Runtime, file: File) -> Preview:
    """Return the preview of a file that the caller was allowed to read.

    Runs its own transactions; a converted one is kept by the hash of its source.
    Raises ConflictError NO_PREVIEW, with what to do instead; UnavailableError.
    """
    if file.media_type in _AS_THEY_ARE:
        with runtime.files.open(file.sha256) as stream:
            return Preview(stream.read(), file.media_type)
    if file.media_type != _WORD:
        raise ConflictError("这种文件不能在线预览，请下载后查看", "NO_PREVIEW")
    if file.size_bytes > MAX_WORD_BYTES:
        raise ConflictError("文件过大，不能在线预览，请下载后查看", "NO_PREVIEW")
    form = reading_version.VERSION
    return Preview(kept(runtime, file.sha256, form, lambda: _converted(runtime, file)), PDF)


def _converted(runtime: Runtime, file: File) -> bytes:
    fonts = runtime.settings.fonts_dir
    try:
        rendering.find_fonts(fonts)
        with runtime.files.open(file.sha256) as stream:
            return reading_version.make(stream, "阅读版（以原件为准）", fonts)
    except rendering.FontsMissingError as error:
        raise UnavailableError(str(error), "FONTS_MISSING") from error
    except reading_version.NotReadableError as error:
        raise ConflictError("文件无法转换为阅读版，请下载后查看", "NO_PREVIEW") from error
