"""PDF files: whole, and without anything that runs or is carried along.

Object streams are looked into; content behind encryption or exotic filters is not.
"""

import re
import zlib
from collections.abc import Iterator
from mmap import mmap

from services.upload_checks.archives import refuse_if_archive
from services.upload_checks.refusals import refusal

_TAIL_BYTES = 1024  # where the end mark is looked for, as readers do
_LONGEST_HEAD = 2048  # of the dictionary before a stream
_MAX_STREAMS = 100_000
_MAX_OBJECT_BYTES = 20_000_000  # of all object streams, inflated
_STREAM = re.compile(rb">>\s{0,9}stream\r?\n")
_REFUSED = {
    "Launch": "含有启动程序的动作",
    "JavaScript": "含有脚本",
    "JS": "含有脚本",
    "EmbeddedFile": "夹带了其他文件",
    "EmbeddedFiles": "夹带了其他文件",
}
_REMADE = "请用“打印为 PDF”重新生成后再上传"

Span = tuple[bytes | mmap, int, int]


def _spelled(name: str) -> str:
    """Return a pattern for a name, each character plain or as #hh, under a group of its own."""
    codes = (f"{ord(c):02x}" for c in name)
    either = (f"(?:{c}|#(?i:{code}))" for c, code in zip(name, codes, strict=True))
    return f"(?P<{name}>{''.join(either)})"


_HOSTILE = re.compile(
    f"/(?:{'|'.join(map(_spelled, _REFUSED))})(?![^\\s/<>\\[\\](){{}}%])".encode("ascii")
)


def check(content: mmap) -> None:
    """Check a PDF. Raises InvalidError."""
    end = content.rfind(b"%%EOF", max(0, len(content) - _TAIL_BYTES))
    if end < 0 or content[end + 5 :].strip(b"\r\n\t \0") or content.rfind(b"startxref") < 0:
        raise refusal("PDF 不完整或后面附着其他内容，请重新导出或扫描后再上传")
    refuse_if_archive(content)
    for text, start, stop in _spans(content):
        if found := _HOSTILE.search(text, start, stop):
            raise refusal(f"PDF {_REFUSED[found.lastgroup or '']}，{_REMADE}")


def _spans(content: mmap) -> Iterator[Span]:
    """Yield what is outside of streams, and what object streams hold."""
    here, allowance = 0, _MAX_OBJECT_BYTES
    for number, found in enumerate(_STREAM.finditer(content)):
        if number == _MAX_STREAMS:
            raise refusal(f"PDF 过于复杂，{_REMADE}")
        if found.start() < here:
            continue
        yield content, here, found.end()
        stop = content.find(b"endstream", found.end())
        stop = len(content) if stop < 0 else stop
        if _holds_objects(content[max(here, found.start() - _LONGEST_HEAD) : found.start()]):
            text = _inflate(content[found.end() : stop], allowance)
            allowance -= len(text)
            yield text, 0, len(text)
        here = stop
    yield content, here, len(content)


def _holds_objects(head: bytes) -> bool:
    return b"/ObjStm" in head and b"/FlateDecode" in head


def _inflate(packed: bytes, allowance: int) -> bytes:
    """Return the content of an object stream, as far as it can be read."""
    try:
        text = zlib.decompressobj().decompress(packed, allowance + 1)
    except zlib.error:
        return b""
    if len(text) > allowance:
        raise refusal(f"PDF 解压后过大，{_REMADE}")
    return text
