"""Word documents and Excel workbooks (OOXML): safe archives with the right parts, no macros."""

from mmap import mmap

from services.upload_checks.archives import check_archive
from services.upload_checks.refusals import refusal

_CONTENT_TYPES = "[Content_Types].xml"
_WORD, _EXCEL = "word/document.xml", "xl/workbook.xml"
_MACROS = frozenset({"vbaproject.bin", "vbadata.xml"})


def check_document(content: mmap) -> None:
    """Check a .docx. Raises InvalidError."""
    _check(content, _WORD, "Word 文档", _EXCEL)


def check_workbook(content: mmap) -> None:
    """Check an .xlsx. Raises InvalidError."""
    _check(content, _EXCEL, "Excel 工作簿", _WORD)


def _check(content: mmap, main_part: str, label: str, foreign_part: str) -> None:
    names = check_archive(content).keys()
    if _CONTENT_TYPES not in names or main_part not in names or foreign_part in names:
        raise refusal(f"文件内容不是{label}，请用 Office 或 WPS 另存为{label}后再上传")
    if any(name.rsplit("/", 1)[-1].lower() in _MACROS for name in names):
        raise refusal("文件含有宏，请另存为不含宏的格式后再上传")
