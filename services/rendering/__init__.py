"""Laying out neutral blocks as PDF and DOCX. Knows no case and no database."""

from services.rendering.fonts import FontsMissingError, find_fonts
from services.rendering.pdf import PDF_VERSION, render_pdf
from services.rendering.word import DOCX_VERSION, render_docx

__all__ = [
    "DOCX_VERSION",
    "PDF_VERSION",
    "FontsMissingError",
    "find_fonts",
    "render_docx",
    "render_pdf",
]
