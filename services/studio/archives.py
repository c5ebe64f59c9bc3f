"""A procedure as a zip: the same files give the same archive, byte for byte, and back."""

import io
import zipfile
from collections.abc import Mapping

from services.errors import InvalidError

MAX_UNPACKED = 8_000_000
MAX_ENTRIES = 1_000
_STAMP = (1980, 1, 1, 0, 0, 0)  # the earliest a zip can say: no clock in it


def packed(files: Mapping[str, bytes]) -> bytes:
    """Return a zip of the files, in order of their names."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for path in sorted(files):
            entry = zipfile.ZipInfo(path, _STAMP)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, files[path])
    return target.getvalue()


def unpacked(data: bytes) -> dict[str, bytes]:
    """Return the files of a zip; a folder around all of them is left out.

    Nothing is written to disk. Raises InvalidError for what is no zip, encrypted or too large.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _without_folder(_read(archive))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError) as error:
        raise _refused("不是完整的 zip 文件，或者有密码") from error


def _read(archive: zipfile.ZipFile) -> dict[str, bytes]:
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    if len(entries) > MAX_ENTRIES or sum(e.file_size for e in entries) > MAX_UNPACKED:
        raise _refused(f"解开后超过 {MAX_ENTRIES} 个文件或 {MAX_UNPACKED // 1_000_000} MB")
    if len({entry.filename for entry in entries}) != len(entries):
        raise _refused("有同名的文件")
    found, room = {}, MAX_UNPACKED
    for entry in entries:
        with archive.open(entry) as source:
            found[entry.filename] = source.read(room + 1)
        room -= len(found[entry.filename])
        if room < 0:
            raise _refused(f"解开后超过 {MAX_UNPACKED // 1_000_000} MB")
    return found


def _without_folder(files: dict[str, bytes]) -> dict[str, bytes]:
    tops = {path.partition("/")[0] for path in files}
    if len(tops) != 1 or any("/" not in path for path in files):
        return files
    return {path.partition("/")[2]: data for path, data in files.items()}


def _refused(problem: str) -> InvalidError:
    return InvalidError(f"流程包读不出来：{problem}", {"file": [problem]})
