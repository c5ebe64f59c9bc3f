"""Reads a DOCX into neutral blocks: headings, paragraphs, lists, tables and pictures, in order.

For a reading version (阅读版) on the screen: the words are all there, the layout is not.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO

import docx
from docx.document import Document as Paper
from docx.oxml.ns import qn
from docx.table import Table
from docx.text.paragraph import Paragraph

MAX_BLOCKS = 4_000
MAX_CHARACTERS = 600_000
MAX_PICTURES = 40
MAX_PICTURE_BYTES = 20_000_000
READING_MARK = "阅读版"

_SHOWN = {"image/png": "png", "image/jpeg": "jpg"}
_CUT = "文件过长，阅读版到此为止，请下载原件查看全部内容。"


@dataclass
class Read:
    """What was read: blocks, and pictures by the name that blocks give."""

    blocks: list[dict[str, Any]] = field(default_factory=list)
    pictures: dict[str, bytes] = field(default_factory=dict)
    characters: int = 0

    @property
    def is_full(self) -> bool:
        """Tell whether no more may be taken in."""
        return len(self.blocks) >= MAX_BLOCKS or self.characters >= MAX_CHARACTERS

    def add(self, block: dict[str, Any], characters: int = 0) -> None:
        """Take in a block."""
        self.blocks.append(block)
        self.characters += characters

    def add_picture(self, kind: str | None, data: bytes) -> None:
        """Take in a picture, or a word in its place where it cannot be shown."""
        size = sum(map(len, self.pictures.values())) + len(data)
        if kind is None or len(self.pictures) >= MAX_PICTURES or size > MAX_PICTURE_BYTES:
            self.add({"kind": "addressee", "text": "〔此处图片请在原件中查看〕"})
            return
        name = f"picture{len(self.pictures)}.{kind}"
        self.pictures[name] = data
        self.add({"kind": "image", "name": name})


def read_docx(source: BinaryIO) -> Read:
    """Return the content of a DOCX, cut off where it grows too long.

    Raises what python-docx raises for a damaged file: run it where that harms nobody.
    """
    document = docx.Document(source)
    found = Read()
    for part in _parts(document):
        if found.is_full:
            found.add({"kind": "note", "text": _CUT})
            break
        if isinstance(part, Table):
            _table(found, part)
        else:
            _paragraph(found, document, part)
    return found


def _parts(document: Paper) -> Iterator[Paragraph | Table]:
    yield from document.iter_inner_content()


def _paragraph(found: Read, document: Paper, paragraph: Paragraph) -> None:
    text = paragraph.text.strip()
    if text:
        found.add(_block(paragraph, text), len(text))
    for blip in paragraph._p.iter(qn("a:blip")):  # noqa: SLF001 - python-docx has no other way
        _picture(found, document, blip.get(qn("r:embed")))


def _block(paragraph: Paragraph, text: str) -> dict[str, Any]:
    style = (paragraph.style.name if paragraph.style is not None else "") or ""
    if style.startswith(("Heading", "Title", "标题")):
        last = style[-1]
        return {"kind": "heading", "text": text, "level": int(last) if last.isdigit() else 1}
    properties = paragraph._p.pPr  # noqa: SLF001
    if style.startswith("List") or (properties is not None and properties.numPr is not None):
        return {"kind": "bullets", "items": [text]}
    return {"kind": "addressee", "text": text}


def _picture(found: Read, document: Paper, relation: str | None) -> None:
    part = document.part.related_parts.get(relation) if relation else None
    if part is not None:
        found.add_picture(_SHOWN.get(part.content_type), part.blob)


def _table(found: Read, table: Table) -> None:
    rows: list[list[str]] = []
    for row in table.rows:
        seen: set[int] = set()
        texts = []
        for cell in row.cells:
            is_first = id(cell._tc) not in seen  # noqa: SLF001 - a merged cell comes several times
            seen.add(id(cell._tc))  # noqa: SLF001
            texts.append(cell.text.strip() if is_first else "")
        rows.append(texts)
        if found.characters + sum(len(t) for r in rows for t in r) > MAX_CHARACTERS:
            break
    width = max((len(row) for row in rows), default=0)
    if width:
        filled = [row + [""] * (width - len(row)) for row in rows]
        found.add({"kind": "grid", "rows": filled}, sum(len(t) for r in filled for t in r))
