"""Uploads: what is taken in and how it is kept, what is refused and why."""

import random
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from io import BytesIO
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import docx
import pytest
from reportlab.pdfgen.canvas import Canvas

from services import files
from services.actors import Actor
from services.errors import InvalidError, TooLargeError
from services.gateways.clock import FakeClock
from services.gateways.files import FakeFileStore
from services.scenarios import samples
from tests.services.made_files import announced, archive, chunk, jpeg, pdf, png, workbook

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


class FakeSession:
    """Keeps what is added; nothing here needs a database."""

    def __init__(self) -> None:
        self.rows: list[Any] = []

    def add(self, row: Any) -> None:
        self.rows.append(row)

    def flush(self) -> None:
        """Nothing to write."""


@pytest.fixture
def store() -> FakeFileStore:
    return FakeFileStore()


@pytest.fixture
def take_in(store: FakeFileStore) -> Callable[..., Any]:
    """Return a function that takes in content under a name."""

    def take(name: str, content: bytes, *, limit: int = 50_000_000, actor: Any = None) -> Any:
        runtime = SimpleNamespace(
            settings=SimpleNamespace(max_upload_bytes=limit), files=store, clock=FakeClock(NOW)
        )
        someone = actor or Actor(uuid4(), "王五", frozenset())
        source = BytesIO(content)
        return files.take_in(FakeSession(), runtime, someone, name=name, source=source)

    return take


@pytest.fixture
def refused(take_in: Callable[..., Any], store: FakeFileStore) -> Callable[..., str]:
    """Return a function that expects a refusal and gives its sentence."""

    def expect(name: str, content: bytes) -> str:
        with pytest.raises(InvalidError) as caught:
            take_in(name, content)
        assert caught.value.fields == {"file": [caught.value.message]}
        assert not store.content
        return caught.value.message

    return expect


# --- taken in ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("协议.pdf", samples.pdf("协议", 300_000), "application/pdf"),
        (
            "方案.docx",
            samples.docx("方案", 300_000),
            "application/vnd.openxmlformats-officedocument",
        ),
        ("清单.xlsx", workbook(), "application/vnd.openxmlformats-officedocument.spreadsheetml"),
        ("照片.JPG", jpeg(), "image/jpeg"),
        ("照片.jpeg", jpeg(), "image/jpeg"),
        ("盖章页.png", png(), "image/png"),
    ],
)
def test_a_good_file_is_stored_under_its_hash_with_the_type_of_its_content(
    take_in, store, name, content, media_type
):
    file = take_in(name, content)

    assert file.sha256 == sha256(content).hexdigest()
    assert store.content == {file.sha256: content}
    assert file.size_bytes == len(content)
    assert file.media_type.startswith(media_type)
    assert (file.name, file.uploaded_at) == (name, NOW)


def test_files_made_by_common_programs_are_taken(take_in):
    word, page = BytesIO(), BytesIO()
    document = docx.Document()
    document.add_table(rows=20, cols=5)
    document.save(word)
    canvas = Canvas(page)
    canvas.drawString(72, 720, "Agreement")
    canvas.save()

    assert take_in("a.docx", word.getvalue()).media_type.endswith("wordprocessingml.document")
    assert take_in("a.pdf", page.getvalue()).media_type == "application/pdf"


def test_a_file_belongs_to_its_uploader_and_their_party(take_in):
    party = uuid4()
    member = Actor(uuid4(), "赵六", frozenset({(party, "lead_operator"), (party, "clerk")}))

    file = take_in("a.pdf", pdf(), actor=member)

    assert (file.party_id, file.uploaded_by) == (party, member.person_id)


def test_an_uploader_without_a_party_leaves_it_open(take_in):
    assert take_in("a.pdf", pdf()).party_id is None


def test_the_upload_is_read_in_pieces(store):
    class Endless:
        def __init__(self) -> None:
            self.given = 0

        def read(self, size: int) -> bytes:
            assert 0 < size <= 1 << 20
            self.given += size
            return bytes(size)

    source: Any = Endless()
    runtime: Any = SimpleNamespace(settings=SimpleNamespace(max_upload_bytes=3 << 20), files=store)
    someone = Actor(uuid4(), "王五", frozenset())

    with pytest.raises(TooLargeError, match="3.14573 MB"):
        files.take_in(FakeSession(), runtime, someone, name="a.pdf", source=source)

    assert source.given <= 4 << 20
    assert not store.content


# --- names -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("C:\\Users\\zhang\\协议.pdf", "协议.pdf"),
        ("../../etc/cron.d/x.pdf", "x.pdf"),
        ("..pdf.pdf", "pdf.pdf"),
        ("协议\u202efdp.pdf", "协议fdp.pdf"),
        ("a\x00b\r\nc\u200b.pdf", "abc.pdf"),
        ("e\u0301.pdf", "é.pdf"),
        ("  . 协议 .pdf", "协议.pdf"),
        ('a"b*c.pdf', "a_b_c.pdf"),
        ("长" * 300 + ".pdf", "长" * 146 + ".pdf"),
    ],
)
def test_names_are_made_safe(take_in, given, kept):
    assert take_in(given, pdf()).name == kept


@pytest.mark.parametrize(
    "name", ["a.pdf.exe", "a.exe", "a.svg", "a.html", "a.doc", "a.docm", "pdf", ".pdf", "", "a."]
)
def test_other_endings_are_refused_with_those_that_are_taken(refused, name):
    assert "只接受 PDF" in refused(name, pdf())


# --- content -----------------------------------------------------------------------------------


def test_an_empty_file_is_refused(refused):
    assert "空" in refused("a.pdf", b"")


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("program.pdf", b"MZ\x90\x00" + bytes(200), "文件内容不是PDF；"),
        ("page.png", b"<!DOCTYPE html><script>alert(1)</script>", "文件内容不是PNG 图片；"),
        ("picture.jpg", png(), "而像PNG 图片"),
        ("text.docx", pdf(), "而像PDF"),
        ("old.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "旧版 Office"),
        ("archive.xlsx", archive(main="readme.txt"), "不是Excel"),
        ("document.xlsx", archive(), "不是Excel"),
        ("late.pdf", b"GIF89a " + pdf(), "不是PDF"),
    ],
)
def test_content_must_be_what_the_name_says(refused, name, content, reason):
    assert reason in refused(name, content)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.pdf", pdf() + archive()),
        ("a.pdf", pdf(archive()) + b""),
        ("a.jpg", jpeg() + archive()),
        ("a.png", png() + archive()),
        ("a.png", png()[:-12] + chunk(b"noTe", archive()) + chunk(b"IEND", b"")),
        ("a.docx", b"PK\x03\x04 %PDF-1.7" + archive()),
        ("a.png", png()[:8] + chunk(b"IHDR", png()[16:29]) + chunk(b"noTe", pdf()) + png()[-12:]),
        ("a.docx", archive() + b"<html>"),
    ],
    ids=[
        "pdf+zip",
        "zip in pdf",
        "jpg+zip",
        "png+zip",
        "zip in png",
        "pdf in zip",
        "pdf in png",
        "html",
    ],
)
def test_a_file_that_is_two_things_at_once_is_refused(refused, name, content):
    refused(name, content)


# --- pictures ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content"), [("a.png", png(60_000, 60_000)), ("a.jpg", jpeg(60_000, 60_000))]
)
def test_a_picture_of_too_many_pixels_is_refused(refused, name, content):
    assert "60000×60000 像素" in refused(name, content)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.png", png(0, 5)),
        ("a.png", png()[:-4]),
        ("a.png", png()[:20]),
        ("a.png", b"\x89PNG\r\n\x1a\n" + bytes(5_000_000)),
        ("a.jpg", b"\xff\xd8\xff\xe0\x00\x10JFIF"),
        ("a.jpg", b"\xff\xd8" + b"\xff" * 5_000_000),
        ("a.jpg", b"\xff\xd8" + b"\xff\xe1\x00\x02" * 1_000_000),
    ],
)
def test_a_damaged_picture_is_refused(refused, name, content):
    assert "损坏" in refused(name, content)


# --- PDF ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"1 0 obj << /S /Launch /F (cmd.exe) >> endobj ", "启动程序"),
        (b"1 0 obj << /S/JavaScript/JS(app.alert(1)) >> endobj ", "脚本"),
        (b"1 0 obj << /S /J#61vaScript >> endobj ", "脚本"),
        (b"1 0 obj << /S /#4a#53 (x) >> endobj ", "脚本"),
        (b"1 0 obj << /Names << /EmbeddedFiles 3 0 R >> >> endobj ", "夹带"),
        (
            b"1 0 obj << /Type /ObjStm /Filter /FlateDecode >>\nstream\n"
            + zlib.compress(b"<< /S /JavaScript >>")
            + b"\nendstream endobj ",
            "脚本",
        ),
    ],
)
def test_a_pdf_that_does_things_is_refused(refused, body, reason):
    assert reason in refused("a.pdf", pdf(body))


def test_words_in_a_page_of_a_pdf_are_no_actions(take_in):
    page = b"1 0 obj << /Length 30 >>\nstream\n(about /JavaScript /Launch)\nendstream endobj "

    assert (
        take_in("a.pdf", pdf(page + b"<< /JSON 1 /Launcher 2 >> ")).media_type == "application/pdf"
    )


@pytest.mark.parametrize(
    "content", [b"%PDF-1.7\n", pdf()[:-6], pdf() + b"MZ" * 600, b"%PDF-1.7\n%%EOF"]
)
def test_a_pdf_without_its_end_is_refused(refused, content):
    assert "PDF 不完整" in refused("a.pdf", content)


def test_an_object_stream_that_explodes_is_refused(refused):
    bomb = zlib.compress(bytes(60_000_000), 9)
    head = b"1 0 obj << /Type /ObjStm /Filter /FlateDecode >>\nstream\n"

    assert "解压后过大" in refused("a.pdf", pdf(head + bomb + b"\nendstream endobj "))


# --- Office ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["../x.xml", "word/../../x", "/etc/passwd", "C:/x", "word\\..\\x", "a\\b"]
)
def test_names_that_lead_outside_are_refused(refused, name):
    entry = zipfile.ZipInfo("x")
    entry.filename = name

    assert "不安全的路径" in refused("a.docx", archive((entry, b"x")))


def test_links_are_refused(refused):
    link = zipfile.ZipInfo("word/link")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16

    assert "不安全的路径" in refused("a.docx", archive((link, b"/etc/passwd")))


def test_a_part_that_explodes_is_refused(refused):
    assert "解压后过大" in refused("a.docx", archive(("word/x.xml", bytes(120_000_000))))


def test_many_parts_that_explode_together_are_refused(refused):
    parts = [(f"word/{n}.xml", bytes(990_000)) for n in range(250)]

    assert "解压后过大" in refused("a.docx", archive(*parts))


def test_announced_sizes_are_not_believed(refused):
    bomb = announced(archive(("word/x.xml", bytes(40_000_000))), "word/x.xml", 1_000)

    assert "解压后过大" in refused("a.docx", bomb)


def test_parts_that_share_their_bytes_are_refused(refused):
    """A small kernel that many directory entries point to, as in the best-known bombs."""
    content = bytearray(archive(("word/a.xml", bytes(9_000)), ("word/b.xml", bytes(9_000))))
    with zipfile.ZipFile(BytesIO(content)) as opened:
        target = opened.getinfo("word/a.xml").header_offset
    last = content.rindex(b"PK\x01\x02")
    content[last + 42 : last + 46] = struct.pack("<I", target)

    assert "损坏" in refused("a.docx", bytes(content))


def test_too_many_parts_are_refused(refused):
    assert "过大" in refused("a.docx", archive(*((f"word/{n}", b"") for n in range(2_001))))


def test_an_archive_inside_is_refused(refused):
    inner = archive()

    assert "嵌有别的压缩文件" in refused("a.docx", archive(("word/embeddings/a.bin", inner)))


def test_macros_are_refused(refused):
    assert "宏" in refused("a.docx", archive(("word/vbaProject.bin", b"x")))


def test_a_locked_part_is_refused(refused):
    content = bytearray(archive())
    content[content.index(b"PK\x01\x02") + 8] |= 1

    assert "密码" in refused("a.docx", bytes(content))


@pytest.mark.parametrize("seed", range(200))
def test_a_damaged_document_is_refused_or_taken_but_never_a_fault(take_in, seed):
    chance = random.Random(seed)
    content = bytearray(samples.docx("x", 4_000))
    for _ in range(chance.randint(1, 8)):
        content[chance.randrange(len(content))] = chance.randrange(256)

    try:
        take_in("a.docx", bytes(content))
    except InvalidError as error:
        assert error.fields["file"]


@pytest.mark.parametrize("make", [pdf, png, jpeg, archive])
def test_a_file_cut_anywhere_is_never_a_fault(take_in, make):
    content = make()
    name = {pdf: "a.pdf", png: "a.png", jpeg: "a.jpg", archive: "a.docx"}[make]

    for length in range(1, len(content)):
        try:
            take_in(name, content[:length])
        except InvalidError as error:
            assert error.fields["file"]
