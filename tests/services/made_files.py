"""Small files of each kind that is taken, made by hand so that one thing in them can be wrong."""

import struct
import zipfile
import zlib
from io import BytesIO

TYPES = b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'


def archive(
    *entries: tuple[str | zipfile.ZipInfo, bytes], main: str = "word/document.xml"
) -> bytes:
    """Return an OOXML file with the required parts and these entries besides."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in (("[Content_Types].xml", TYPES), (main, b"<main/>"), *entries):
            target.writestr(name, content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def workbook() -> bytes:
    return archive(("xl/worksheets/sheet1.xml", b"<worksheet/>"), main="xl/workbook.xml")


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int = 2, height: int = 2) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress(bytes(6))
    parts = (chunk(b"IHDR", header), chunk(b"IDAT", rows), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def jpeg(width: int = 2, height: int = 2) -> bytes:
    application = b"\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
    frame = b"\xff\xc0" + struct.pack(">HBHHB3B", 11, 8, height, width, 1, 1, 0x11, 0)
    return b"\xff\xd8" + application + b"\xff" + frame + b"\xff\xda\x00\x08 scan \xff\xd9"


def pdf(body: bytes = b"1 0 obj\n<< /Type /Catalog >>\nendobj\n") -> bytes:
    return b"%PDF-1.7\n" + body + b"trailer\n<< /Root 1 0 R >>\nstartxref\n9\n%%EOF\n"


def announced(content: bytes, name: str, size: int) -> bytes:
    """Return the archive with another announced size for one entry, in both its headers."""
    changed = bytearray(content)
    for mark, name_at, size_at in ((b"PK\x03\x04", 30, 22), (b"PK\x01\x02", 46, 24)):
        here = content.find(mark)
        while here >= 0:
            if content[here + name_at :].startswith(name.encode()):
                changed[here + size_at : here + size_at + 4] = struct.pack("<I", size)
            here = content.find(mark, here + 4)
    return bytes(changed)
