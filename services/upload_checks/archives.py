"""ZIP archives: what their directory announces, before anything is unpacked; then every byte.

The announced sizes are not believed: each entry is inflated against a hard limit.
"""

import stat
import struct
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO
from mmap import mmap
from zipfile import BadZipFile, ZipFile, ZipInfo

from services.upload_checks.refusals import refusal

MAX_ENTRIES = 2_000
MAX_TOTAL_BYTES = 200_000_000
MAX_RATIO = 100
RATIO_FLOOR_BYTES = 10_000_000  # below it nothing explodes, and blank sheets compress well
_MAX_DIRECTORY_BYTES = 1_000_000
_CHUNK = 1 << 18

_END = struct.Struct("<4s4H2LH")  # end of central directory
_LOCAL = struct.Struct("<4s5H3L2H")  # local file header
_END_MARK, _LOCAL_MARK, _BIG_MARK = b"PK\x05\x06", b"PK\x03\x04", b"PK\x06\x07"
_DIRECTORY_MARK = b"PK\x01\x02"
_STORED, _DEFLATED = 0, 8
_ENCRYPTED = 0x1

_ARCHIVE_STARTS = (
    *(_LOCAL_MARK, _END_MARK, b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b\x08"),
    *(b"BZh", b"\xfd7zXZ\x00", b"MSCF", b"\x28\xb5\x2f\xfd"),
)
_DAMAGED = "文件不完整或已损坏，请用 Office 或 WPS 打开后另存，再上传"
_BOMB = "文件解压后过大，请删去多余内容或导出为 PDF 后再上传"
_NESTED = "文件里嵌有别的压缩文件（例如图表自带的数据表），请导出为 PDF 后再上传"
_UNSAFE_NAME = "文件内部含有不安全的路径，请用 Office 或 WPS 打开后另存，再上传"
_LOCKED = "文件加了密码，请去掉密码后再上传"


@dataclass(frozen=True, slots=True)
class _End:
    """The record at the end of an archive; ``at`` is where it stands."""

    at: int
    entries: int
    directory_bytes: int
    directory_at: int
    is_last: bool


def check_archive(content: mmap) -> dict[str, ZipInfo]:
    """Return an archive's entries by name if it is safe to open. Raises InvalidError."""
    end = _end(content)
    if end is None:
        raise refusal(_DAMAGED)
    entries = _entries(content, end)
    _check_announced(entries, len(content))
    for entry in entries:
        _check_entry(entry)
    names = {entry.filename: entry for entry in entries}
    if len(names) != len(entries):
        raise refusal(_DAMAGED)
    for start, entry in _in_order(content, entries, end):
        _unpack(content, start, entry)
    return names


def refuse_if_archive(content: mmap) -> None:
    """Refuse a file of another kind that opens as an archive too. Raises InvalidError."""
    end = _end(content)
    if end is None or not end.directory_bytes:
        return
    directory = end.at - end.directory_bytes
    if content[max(directory, 0) : directory + 4] == _DIRECTORY_MARK:
        raise refusal("文件里还藏着一个压缩文件，请用原软件重新保存后再上传")


def _end(content: mmap) -> _End | None:
    """Find the end record as lenient readers do: the last one, within the longest comment."""
    at = content.rfind(_END_MARK, max(0, len(content) - _END.size - 0xFFFF))
    if at < 0 or at + _END.size > len(content):
        return None
    _, *disks, here, total, size, start, comment = _END.unpack_from(content, at)
    is_last = at + _END.size + comment == len(content)
    return _End(at, total, size, start, is_last and disks == [0, 0] and here == total)


def _entries(content: mmap, end: _End) -> list[ZipInfo]:
    """Read the directory, once it is known to be small and to lie right before its end record."""
    if end.entries > MAX_ENTRIES or end.directory_bytes > _MAX_DIRECTORY_BYTES:
        raise refusal(_BOMB)
    is_zip64 = content.find(_BIG_MARK, max(0, end.at - 20), end.at) >= 0
    if not end.is_last or is_zip64 or end.directory_at + end.directory_bytes != end.at:
        raise refusal(_DAMAGED)
    try:
        with ZipFile(BytesIO(_directory_only(content, end))) as archive:
            entries = archive.infolist()
    except (BadZipFile, ValueError, NotImplementedError, struct.error) as error:
        raise refusal(_DAMAGED) from error
    if len(entries) != end.entries:
        raise refusal(_DAMAGED)
    return entries


def _directory_only(content: mmap, end: _End) -> bytes:
    """Return the directory with an end record of its own: all that ``infolist`` needs."""
    record = _END.pack(_END_MARK, 0, 0, end.entries, end.entries, end.directory_bytes, 0, 0)
    return content[end.directory_at : end.at] + record


def _check_announced(entries: Iterable[ZipInfo], size: int) -> None:
    total = sum(entry.file_size for entry in entries)
    if total > MAX_TOTAL_BYTES or _is_bomb(total, size):
        raise refusal(_BOMB)


def _is_bomb(unpacked: int, packed: int) -> bool:
    return unpacked > RATIO_FLOOR_BYTES and unpacked > MAX_RATIO * packed


def _check_entry(entry: ZipInfo) -> None:
    if entry.flag_bits & _ENCRYPTED:
        raise refusal(_LOCKED)
    if stat.S_ISLNK(entry.external_attr >> 16) or not _is_plain(entry.orig_filename):
        raise refusal(_UNSAFE_NAME)
    if entry.compress_type not in {_STORED, _DEFLATED}:
        raise refusal(_DAMAGED)
    if _is_bomb(entry.file_size, entry.compress_size):
        raise refusal(_BOMB)


def _is_plain(name: str) -> bool:
    """Tell whether a name stays below the folder it is unpacked into, on any system."""
    parts = name.split("/")
    return ".." not in parts and parts[0] != "" and not set(name) & set("\\:\0")


def _in_order(content: mmap, entries: list[ZipInfo], end: _End) -> Iterator[tuple[int, ZipInfo]]:
    """Yield entries with where their data start; they fill the file and share no byte."""
    free = 0
    for entry in sorted(entries, key=lambda e: e.header_offset):
        start = _data_start(content, entry)
        if entry.header_offset < free or (free == 0 and entry.header_offset != 0):
            raise refusal(_DAMAGED)
        free = start + entry.compress_size
        if free > end.directory_at:
            raise refusal(_DAMAGED)
        yield start, entry


def _data_start(content: mmap, entry: ZipInfo) -> int:
    header = content[entry.header_offset : entry.header_offset + _LOCAL.size]
    if len(header) < _LOCAL.size or not header.startswith(_LOCAL_MARK):
        raise refusal(_DAMAGED)
    *_, name_length, extra_length = _LOCAL.unpack(header)
    return int(entry.header_offset + _LOCAL.size + name_length + extra_length)


def _unpack(content: mmap, start: int, entry: ZipInfo) -> None:
    """Unpack one entry without keeping it. It must be as large as announced."""
    count = 0
    for piece in _pieces(content, start, entry):
        if count == 0 and piece.startswith(_ARCHIVE_STARTS):
            raise refusal(_NESTED)
        count += len(piece)
        if count > entry.file_size:
            raise refusal(_BOMB)
    if count != entry.file_size:
        raise refusal(_DAMAGED)


def _pieces(content: mmap, start: int, entry: ZipInfo) -> Iterator[bytes]:
    """Yield an entry's content, never more than one chunk of it in memory."""
    stop = start + entry.compress_size
    packed = (content[at : min(at + _CHUNK, stop)] for at in range(start, stop, _CHUNK))
    if entry.compress_type == _STORED:
        yield from packed
        return
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        for chunk in packed:
            yield from _inflated(inflater, chunk)
    except zlib.error as error:
        raise refusal(_DAMAGED) from error
    if not inflater.eof or inflater.unused_data:
        raise refusal(_DAMAGED)


def _inflated(inflater: "zlib._Decompress", chunk: bytes) -> Iterator[bytes]:
    """Yield what a chunk makes; a full piece means that more of it may be waiting."""
    piece = inflater.decompress(chunk, _CHUNK)
    while piece:
        yield piece
        piece = inflater.decompress(inflater.unconsumed_tail, _CHUNK)
