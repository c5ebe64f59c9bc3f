"""Hostile attachments in great number, and honest ones beside them.

As a program it looks at them in a process of its own under a limit on address space, and prints
what became of each.
"""

import resource
import stat
import struct
import tempfile
import time
import zipfile
import zlib
from collections.abc import Callable
from io import BytesIO

from services.errors import DomainError
from services.scenarios import samples
from services.upload_checks import check, clean_name
from tests.hostile import MOST_MEMORY, Chance, print_rows
from tests.services.made_files import announced, archive, chunk, jpeg, pdf, png, workbook

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
Upload = tuple[str, bytes]


def bomb(chance: Chance) -> Upload:
    size = chance.randint(11, 120) * 1_000_000
    filler = bytes([chance.randrange(256)])
    return "a.docx", archive((f"word/{chance.randrange(99)}.xml", filler * size))


def many_small_bombs(chance: Chance) -> Upload:
    parts = [(f"xl/{n}.xml", bytes(chance.randint(300_000, 900_000))) for n in range(250)]
    return "a.xlsx", archive(*parts, main="xl/workbook.xml")


def lying_bomb(chance: Chance) -> Upload:
    size = chance.randint(11, 60) * 1_000_000
    content = archive(("word/x.xml", bytes(size)))
    return "a.docx", announced(content, "word/x.xml", chance.choice([0, 1, 1_000, size - 1]))


def nested(chance: Chance) -> Upload:
    inner = archive()
    for _ in range(chance.randint(0, 4)):
        inner = archive(("word/in.zip", inner))
    start = chance.choice([b"", b"", b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b\x08"])
    return "a.docx", archive((f"word/embeddings/{chance.randrange(99)}.bin", start + inner))


def quine(chance: Chance) -> Upload:
    """Entries that are each other, or the archive itself: endless for whoever recurses."""
    entries = chance.randint(2, 40)
    content = bytearray(archive(*((f"word/{n}.xml", bytes(9_000)) for n in range(entries))))
    aim = chance.choice([0, struct.unpack("<I", content[-6:-2])[0], 2**31])
    at = content.rindex(b"PK\x01\x02")
    content[at + 42 : at + 46] = struct.pack("<I", aim)
    return "a.docx", bytes(content)


def polyglot(chance: Chance) -> Upload:
    extra = archive((f"{chance.randrange(999)}.exe", b"MZ"))
    png_inside = png()[:-12] + chunk(b"noTe", extra) + chunk(b"IEND", b"")
    name, content = chance.choice(
        [
            ("a.pdf", pdf() + extra),
            ("a.pdf", pdf(extra)),
            ("a.jpg", jpeg() + extra),
            ("a.png", png() + extra),
            ("a.png", png_inside),
            ("a.docx", archive() + b"<html><script>alert(1)</script>"),
            ("a.docx", b"#!/bin/sh\nid\n" + archive()),
            ("a.pdf", b"<html>" + pdf()),
            ("a.pdf", pdf() + b"MZ" * 700),
            ("a.png", png() + b"<?php system($_GET[0]);"),
        ]
    )
    return name, content


def pixel_flood(chance: Chance) -> Upload:
    width = chance.randint(8_000, 65_000)
    height = chance.randint(50_000_000 // width + 1, 65_500)
    make, ending = chance.choice([(png, "png"), (jpeg, "jpg")])
    return f"a.{ending}", make(width, height)


def odd_ending(chance: Chance) -> Upload:
    last = chance.choice(["exe", "svg", "html", "js", "docm", "xlsm", "zip", "lnk", "pdf ", "scr"])
    name = chance.choice(["a.pdf.{}", "a.{}", "协议.docx.{}", "a\u202efdp.{}", "a.pdf\u200b.{}"])
    last = last if last.strip() == last else "pdf.sh"
    return name.format(last), chance.choice([pdf(), archive(), png()])


def odd_path(chance: Chance) -> Upload:
    name = chance.choice(
        ["../x", "word/../../x", "/etc/passwd", "C:/x", "word\\..\\x", "a\\b", "//host/x", "a/../b"]
    )
    entry = zipfile.ZipInfo("x")
    entry.filename = name + chance.choice(["", ".xml", "1"])
    return "a.docx", archive((entry, b"x"))


def link(chance: Chance) -> Upload:
    entry = zipfile.ZipInfo(f"word/{chance.randrange(99)}")
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    return "a.docx", archive((entry, chance.choice([b"/etc/passwd", b"../../x"])))


def eicar(chance: Chance) -> Upload:
    content = chance.choice([EICAR, EICAR + b"\r\n" * chance.randrange(9), b"\xef\xbb\xbf" + EICAR])
    name = chance.choice(["a.pdf", "a.docx", "a.png", "a.jpg", "a.com", "a.xlsx", "a.txt"])
    return (name, content) if chance.random() < 0.7 else ("a.pdf", pdf() + content * 20)  # noqa: PLR2004


def acting_pdf(chance: Chance) -> Upload:
    name = chance.choice(["Launch", "JavaScript", "JS", "EmbeddedFile", "EmbeddedFiles"])
    spelled = "".join(f"#{ord(c):02x}" if chance.random() < 0.3 else c for c in name)  # noqa: PLR2004
    action = f"<< /S /{spelled} (x) >>".encode()
    if chance.random() < 0.5:  # noqa: PLR2004
        return "a.pdf", pdf(b"1 0 obj " + action + b" endobj ")
    packed = zlib.compress(bytes(chance.randrange(9_000)) + action)
    head = b"1 0 obj << /Type /ObjStm /Filter /FlateDecode >>\nstream\n"
    return "a.pdf", pdf(head + packed + b"\nendstream endobj ")


def exploding_pdf(chance: Chance) -> Upload:
    packed = zlib.compress(bytes(chance.randint(21, 90) * 1_000_000), 9)
    head = b"1 0 obj << /Type /ObjStm /Filter /FlateDecode >>\nstream\n"
    return "a.pdf", pdf(head + packed + b"\nendstream endobj ")


def disguised(chance: Chance) -> Upload:
    content = chance.choice(
        [
            b"MZ\x90\x00",
            b"\x7fELF",
            b"<!DOCTYPE html>",
            b"<svg xmlns=",
            b"\xd0\xcf\x11\xe0",
            b"GIF89a",
        ]
    )
    filler = chance.randbytes(chance.randint(100, 5_000))
    return "a." + chance.choice(["pdf", "docx", "xlsx", "jpg", "png"]), content + filler


def cut_off(chance: Chance) -> Upload:
    name, content = chance.choice(
        [("a.pdf", pdf()), ("a.png", png()), ("a.docx", archive()), ("a.xlsx", workbook())]
    )
    return name, content[: chance.randint(1, len(content) - 7)]


def too_many_parts(chance: Chance) -> Upload:
    return "a.docx", archive(*((f"w/{n}", b"") for n in range(chance.randint(2_001, 4_000))))


def odd_packing(chance: Chance) -> Upload:
    buffer = BytesIO(archive())
    method = chance.choice([zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
    with zipfile.ZipFile(buffer, "a", method) as target:
        target.writestr(f"word/{chance.randrange(99)}.xml", b"x" * 999, method)
    return "a.docx", buffer.getvalue()


def macros_or_locked(chance: Chance) -> Upload:
    if chance.random() < 0.5:  # noqa: PLR2004
        name = chance.choice(["vbaProject.bin", "VBAPROJECT.BIN", "sub/vbaData.xml"])
        return "a.docx", archive((f"word/{name}", b"x"))
    content = bytearray(archive())
    content[content.index(b"PK\x01\x02") + 8] |= 1
    return "a.docx", bytes(content)


HOSTILE: list[Callable[[Chance], Upload]] = [
    *(bomb, many_small_bombs, lying_bomb, nested, quine, polyglot, pixel_flood, odd_ending),
    *(odd_path, link, eicar, acting_pdf, exploding_pdf, disguised, cut_off, too_many_parts),
    *(odd_packing, macros_or_locked),
]


def honest(chance: Chance) -> Upload:
    """Return what people really upload."""
    size = chance.randint(3_000, 400_000)
    title = chance.choice(["组建协议", "实施方案", "承诺书"])
    width, height = chance.randint(1, 6_000), chance.randint(1, 6_000)
    name, content = chance.choice(
        [
            (f"{title}.pdf", samples.pdf(title, size)),
            (f"{title}.docx", samples.docx(title, size)),
            (f"{title}.xlsx", workbook()),
            ("盖章页.png", png(width, height)),
            ("照片.JPG", jpeg(width, height)),
        ]
    )
    return name, content


def looked_at(upload: Upload) -> tuple[str, float]:
    """Return why a file is refused, "" if it is taken, and the seconds that it took to tell."""
    name, content = upload
    start = time.perf_counter()
    with tempfile.TemporaryFile() as file:
        file.write(content)
        file.flush()
        try:
            check(clean_name(name), file)
        except DomainError as error:
            return error.message, time.perf_counter() - start
    return "", time.perf_counter() - start


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    print_rows(HOSTILE, honest, looked_at)
