"""PDF of neutral blocks by Typst: fonts embedded, the same bytes for the same content."""

import json
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import typst

from services.rendering import qr
from services.rendering.fonts import find_fonts

PDF_VERSION = "pdf/1"
_LAYOUT = Path(__file__).with_name("paper.typ")


def render_pdf(
    paper: Mapping[str, Any], fonts_dir: Path | None, images: Mapping[str, bytes] | None = None
) -> bytes:
    """Return the PDF of a paper: title, number, marks (草稿, 演练) and blocks.

    ``images`` are pictures by the name that blocks give. Slow: never call it inside a
    transaction. Raises FontsMissingError.
    """
    folder, family = find_fonts(fonts_dir)
    blocks = [_with_code(block) for block in paper["blocks"]]
    given = json.dumps({**paper, "blocks": blocks}, ensure_ascii=False)
    with TemporaryDirectory(prefix="liancheng-pdf-") as work:
        layout = Path(work) / "paper.typ"
        layout.write_bytes(_LAYOUT.read_bytes())
        for name, data in (images or {}).items():
            (Path(work) / Path(name).name).write_bytes(data)
        made: bytes = typst.compile(
            str(layout),
            root=work,
            sys_inputs={"paper": given, "family": family},
            font_paths=[str(folder)],
            ignore_system_fonts=True,
            timestamp=0,
        )
    return made


def _with_code(block: Mapping[str, Any]) -> Mapping[str, Any]:
    return {**block, "svg": qr.svg(block["text"])} if block["kind"] == "qr" else block
