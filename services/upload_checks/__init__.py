"""What may be uploaded: names made safe, kinds told by content, hostile content refused.

Looks at bytes only: nothing is rendered, no XML is parsed, no picture is decoded.
"""

import mmap
from typing import BinaryIO

from services.upload_checks import kinds, office, pdfs, pictures
from services.upload_checks.kinds import Kind
from services.upload_checks.names import clean_name

__all__ = ["Kind", "check", "clean_name"]

_CHECKS = {
    "pdf": pdfs.check,
    "docx": office.check_document,
    "xlsx": office.check_workbook,
    "jpg": pictures.check_jpeg,
    "png": pictures.check_png,
}


def check(name: str, file: BinaryIO) -> Kind:
    """Return the kind of a real, non-empty file on disk, open for reading, if it is one we take.

    ``name`` is already clean. Raises InvalidError.
    """
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        kind = kinds.recognise(name, content)
        _CHECKS[kind.code](content)
    return kind
