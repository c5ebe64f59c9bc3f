"""Pictures: their size from the header, without decoding a pixel."""

from mmap import mmap

from services.upload_checks.archives import refuse_if_archive
from services.upload_checks.refusals import refusal

MAX_PIXELS = 50_000_000
_MARK = 0xFF  # begins a JPEG marker; several fill
_MAX_PARTS = 20_000  # PNG chunks or JPEG segments looked at
_JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_JPEG_BARE = frozenset({0x01, *range(0xD0, 0xD8)})  # markers without a length
_DAMAGED = "图片不完整或已损坏，请重新导出或拍摄后再上传"


def check_png(content: mmap) -> None:
    """Check the size in IHDR and that the file ends where the picture ends."""
    if content[8:16] != b"\x00\x00\x00\rIHDR":
        raise refusal(_DAMAGED)
    _check_size(_number(content, 16, 4), _number(content, 20, 4))
    here = 8
    for _ in range(_MAX_PARTS):
        kind, length = content[here + 4 : here + 8], _number(content, here, 4)
        here += 12 + length
        if here > len(content):
            break
        if kind == b"IEND":
            if here != len(content):
                raise refusal("图片后面还附着其他内容，请用看图软件重新保存后再上传")
            refuse_if_archive(content)
            return
    raise refusal(_DAMAGED)


def check_jpeg(content: mmap) -> None:
    """Check the size in the frame header. Cameras append to JPEGs, archives are refused."""
    here = 2
    for _ in range(_MAX_PARTS):
        if here + 9 > len(content) or content[here] != _MARK:
            break
        marker = content[here + 1]
        if marker in _JPEG_FRAMES:
            _check_size(_number(content, here + 7, 2), _number(content, here + 5, 2))
            refuse_if_archive(content)
            return
        if marker == _MARK:
            here += 1
        elif marker in _JPEG_BARE:
            here += 2
        else:
            here += 2 + max(_number(content, here + 2, 2), 2)
    raise refusal(_DAMAGED)


def _number(content: mmap, at: int, size: int) -> int:
    return int.from_bytes(content[at : at + size], "big")


def _check_size(width: int, height: int) -> None:
    if not width or not height:
        raise refusal(_DAMAGED)
    if width * height > MAX_PIXELS:
        limit = MAX_PIXELS // 10_000
        raise refusal(f"图片为 {width}×{height} 像素，超过 {limit} 万像素，请缩小后再上传")
