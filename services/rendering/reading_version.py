"""Makes the reading version of a DOCX in a process of its own, with limits of time and memory.

Run as ``python -m services.rendering.reading_version SOURCE TARGET TITLE [FONTS]``.
"""

import resource
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

from services import processors
from services.rendering.pdf import render_pdf
from services.rendering.word_reading import READING_MARK, read_docx

VERSION = "reading/1"
SECONDS = 30
MEMORY_BYTES = 2_000_000_000
_ROOT = Path(__file__).resolve().parents[2]


class NotReadableError(RuntimeError):
    """The file could not be laid out within the limits."""


def make(source: BinaryIO, title: str, fonts_dir: Path | None) -> bytes:
    """Return the PDF of a DOCX. Slow: never call it inside a transaction.

    Raises NotReadableError: damaged, too large or too slow.
    """
    with TemporaryDirectory(prefix="liancheng-reading-") as work:
        given, target = Path(work) / "source.docx", Path(work) / "target.pdf"
        with given.open("wb") as file:
            file.write(source.read())
        fonts = [str(fonts_dir)] if fonts_dir else []
        command = [sys.executable, "-m", __name__, str(given), str(target), title, *fonts]
        try:
            subprocess.run(  # noqa: S603 - our own module, arguments are files and a title
                command, cwd=_ROOT, timeout=SECONDS, check=True, capture_output=True
            )
            return target.read_bytes()
        except (subprocess.SubprocessError, OSError) as error:
            raise NotReadableError from error


def _main(source: str, target: str, title: str, fonts: str | None = None) -> None:
    processors.roam()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    with Path(source).open("rb") as file:
        found = read_docx(file)
    paper = {"title": title, "number": None, "marks": [READING_MARK], "blocks": found.blocks}
    made = render_pdf(paper, Path(fonts) if fonts else None, found.pictures)
    Path(target).write_bytes(made)


if __name__ == "__main__":
    _main(*sys.argv[1:])
