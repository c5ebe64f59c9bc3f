"""DOCX of neutral blocks by python-docx; the same bytes for the same content."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import docx
from docx.document import Document as Paper
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
from docx.oxml.ns import qn
from docx.shared import Cm, Pt

from services.rendering import qr

DOCX_VERSION = "docx/1"
_FONT = "宋体"
_EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
_ZIP_DATE = (2020, 1, 1, 0, 0, 0)

Block = Mapping[str, Any]


def render_docx(paper: Mapping[str, Any]) -> bytes:
    """Return the DOCX of a paper. Slow: never call it inside a transaction."""
    document = docx.Document()
    _prepare(document, paper)
    marks = " ".join(paper.get("marks") or ())
    if marks:
        _centred(document, f"【{marks}】", 12)
    _centred(document, paper["title"], 20, bold=True)
    if paper.get("number"):
        _centred(document, paper["number"], 12)
    for block in paper["blocks"]:
        _DRAW[block["kind"]](document, block)
    out = BytesIO()
    document.save(out)
    return _settled(out.getvalue())


def _prepare(document: Paper, paper: Mapping[str, Any]) -> None:
    style = document.styles["Normal"]
    style.font.name, style.font.size = _FONT, Pt(12)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), _FONT)
    for section in document.sections:
        section.page_width, section.page_height = Cm(21), Cm(29.7)
        section.left_margin = section.right_margin = Cm(2.6)
    properties = document.core_properties
    properties.title, properties.author = paper["title"], ""
    properties.created = properties.modified = _EPOCH
    properties.last_modified_by, properties.comments = "", ""


def _centred(document: Paper, text: str, size: int, *, bold: bool = False) -> None:
    paragraph = document.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = paragraph.add_run(text)
    run.font.size, run.bold = Pt(size), bold


def _addressee(document: Paper, block: Block) -> None:
    document.add_paragraph(block["text"])


def _paragraph(document: Paper, block: Block) -> None:
    if block.get("align") == "center":
        _centred(document, block["text"], 15, bold=True)
        return
    for line in block["text"].split("\n"):
        document.add_paragraph(line).paragraph_format.first_line_indent = Pt(24)


def _heading(document: Paper, block: Block) -> None:
    run = document.add_paragraph().add_run(block["text"])
    run.bold, run.font.size = True, Pt(13)


def _facts(document: Paper, block: Block) -> None:
    table = document.add_table(rows=0, cols=2, style="Table Grid")
    for label, text in block["rows"]:
        cells = table.add_row().cells
        cells[0].text, cells[1].text = label, text
        cells[0].width, cells[1].width = Cm(4.8), Cm(11)


def _rows(document: Paper, block: Block) -> None:
    table = document.add_table(rows=1, cols=len(block["columns"]), style="Table Grid")
    for cell, label in zip(table.rows[0].cells, block["columns"], strict=True):
        cell.paragraphs[0].add_run(label).bold = True
    for row in block["rows"]:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text


def _list(document: Paper, block: Block) -> None:
    for number, item in enumerate(block["items"], start=1):
        document.add_paragraph(f"{number}. {item}")


def _opinion(document: Paper, block: Block) -> None:
    table = document.add_table(rows=1, cols=2, style="Table Grid")
    label, box = table.rows[0].cells
    label.text, box.text = block["label"], block["text"]
    label.width, box.width = Cm(3), Cm(12.8)
    box.add_paragraph()
    for line in block["lines"]:
        box.add_paragraph(line).alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _signature(document: Paper, block: Block) -> None:
    document.add_paragraph()
    for line in [*block["lines"], block["seal"]]:
        if line:
            document.add_paragraph(line).alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _note(document: Paper, block: Block) -> None:
    document.add_paragraph().add_run(f"注：{block['text']}").font.size = Pt(9.5)


def _qr(document: Paper, block: Block) -> None:
    paragraph = document.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.add_run().add_picture(BytesIO(qr.png(block["text"])), width=Cm(3))
    _centred(document, f"{block['label']} {block['text']}", 9)


def _page_break(document: Paper, _block: Block) -> None:
    document.add_paragraph().add_run().add_break(WD_BREAK.PAGE)


_DRAW: dict[str, Callable[[Paper, Block], None]] = {
    "addressee": _addressee,
    "paragraph": _paragraph,
    "heading": _heading,
    "facts": _facts,
    "rows": _rows,
    "list": _list,
    "opinion": _opinion,
    "signature": _signature,
    "note": _note,
    "qr": _qr,
    "page_break": _page_break,
}


def _settled(data: bytes) -> bytes:
    """Write the archive anew with fixed times, so that one content has one hash."""
    out = BytesIO()
    with ZipFile(BytesIO(data)) as given, ZipFile(out, "w", ZIP_DEFLATED) as settled:
        for name in sorted(given.namelist()):
            settled.writestr(ZipInfo(name, _ZIP_DATE), given.read(name), ZIP_DEFLATED)
    return out.getvalue()
