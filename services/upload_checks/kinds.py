"""The kinds of file we take, told by their content; the ending of the name must agree."""

from dataclasses import dataclass
from mmap import mmap

from services.upload_checks.names import ending_of
from services.upload_checks.refusals import refusal

_OPEN_XML = "application/vnd.openxmlformats-officedocument"
_HEAD_BYTES = 1024  # where lenient readers look for %PDF-
_TAKEN = "只接受 PDF、Word（.docx）、Excel（.xlsx）和 JPG、PNG 图片"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file. ``start`` is what every file of it begins with."""

    code: str
    label: str
    media_type: str
    endings: tuple[str, ...]
    start: bytes


_KINDS = (
    Kind("pdf", "PDF", "application/pdf", ("pdf",), b"%PDF-"),
    Kind("docx", "Word 文档", f"{_OPEN_XML}.wordprocessingml.document", ("docx",), b"PK\x03\x04"),
    Kind("xlsx", "Excel 工作簿", f"{_OPEN_XML}.spreadsheetml.sheet", ("xlsx",), b"PK\x03\x04"),
    Kind("jpg", "JPG 图片", "image/jpeg", ("jpg", "jpeg"), b"\xff\xd8\xff"),
    Kind("png", "PNG 图片", "image/png", ("png",), b"\x89PNG\r\n\x1a\n"),
)
_BY_ENDING = {ending: kind for kind in _KINDS for ending in kind.endings}
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def recognise(name: str, content: mmap) -> Kind:
    """Return the kind that both the name's ending and the first bytes say. Raises InvalidError."""
    ending = ending_of(name)
    kind = _BY_ENDING.get(ending)
    if kind is None:
        raise refusal(
            f"{_TAKEN}，不接受“.{ending}”文件" if ending else f"文件名没有扩展名；{_TAKEN}"
        )
    if not content[: len(kind.start)] == kind.start:
        raise refusal(_mismatch(kind, content))
    if kind.code != "pdf" and content.find(b"%PDF-", 0, _HEAD_BYTES) >= 0:
        raise refusal(f"文件同时像{kind.label}又像 PDF，请用原软件重新保存后再上传")
    return kind


def _mismatch(kind: Kind, content: mmap) -> str:
    if content[: len(_OLD_OFFICE)] == _OLD_OFFICE:
        return (
            "这是旧版 Office 文件或加了密码的文件，请去掉密码，另存为 .docx、.xlsx 或 PDF 后再上传"
        )
    actual = next((k for k in _KINDS if content[: len(k.start)] == k.start), None)
    seems = f"，而像{actual.label}" if actual else ""
    return f"文件内容不是{kind.label}{seems}；请用原软件另存为{kind.label}，不要只改扩展名"
