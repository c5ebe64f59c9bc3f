"""The file of a backup: a ZIP of tables as JSON lines, attachments by hash, and a signed manifest."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, BinaryIO
from zipfile import BadZipFile, ZipFile

from services.errors import HandoffRefusedError
from services.handoffs.keys import KEY_ID_CHARACTERS
from services.handoffs.sealed import check_signature, take_apart

FORMAT = "liancheng-backup/1"
MANIFEST = "manifest.json"
_CHUNK = 1 << 20

Step = Callable[[str, int, int], None]
"""Told of progress: what is being done, how far, of how much."""


class BackupError(RuntimeError):
    """A backup that cannot be read or restored; the sentence says why and what to do."""


@dataclass(frozen=True, slots=True)
class TableInfo:
    """One table of a backup: its columns with their kinds, its rows' number and hash."""

    name: str
    columns: list[tuple[str, str]]
    rows: int
    sha256: str

    @property
    def member(self) -> str:
        """Return the name of its member."""
        return f"tables/{self.name}.jsonl"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds. ``tables`` in an order in which they can be filled."""

    schema: str
    made_at: str
    tables: tuple[TableInfo, ...]
    files: Mapping[str, int]
    checkpoints: int
    key: str
    body_sha256: str


def read_manifest(archive: ZipFile, trusted: str | None = None) -> Manifest:
    """Read and check the manifest. ``trusted``: the only public key to accept, hexadecimal.

    Raises BackupError.
    """
    try:
        sealed = take_apart(archive.read(MANIFEST), max_bytes=200_000_000)
        public = bytes.fromhex(sealed.body["public_key"])
        if trusted is not None and public.hex() != trusted.lower():
            raise BackupError("备份不是由可信的密钥签名的")
        if sealed.key != sha256(public).hexdigest()[:KEY_ID_CHARACTERS]:
            raise BackupError("备份的密钥编号与公钥不符")
        check_signature(sealed, public)
        return _manifest(sealed.body, public.hex(), sealed.sha256)
    except (HandoffRefusedError, BadZipFile) as error:
        raise BackupError("备份不完整、被改动或签名不符") from error
    except (KeyError, TypeError, ValueError) as error:
        raise BackupError("备份的清单格式不对") from error


def _manifest(body: Mapping[str, Any], key: str, digest: str) -> Manifest:
    if body["format"] != FORMAT:
        raise BackupError(f"不是 {FORMAT} 格式的备份，请用写出它的版本恢复")
    tables = tuple(
        TableInfo(t["name"], [(n, k) for n, k in t["columns"]], int(t["rows"]), t["sha256"])
        for t in body["tables"]
    )
    return Manifest(
        schema=body["schema"],
        made_at=body["made_at"],
        tables=tables,
        files={str(name): int(size) for name, size in body["files"].items()},
        checkpoints=int(body["checkpoints"]),
        key=key,
        body_sha256=digest,
    )


def open_archive(source: BinaryIO) -> ZipFile:
    """Open a backup. Raises BackupError."""
    try:
        return ZipFile(source)
    except BadZipFile as error:
        raise BackupError("不是备份文件，或文件已损坏") from error


def rows(archive: ZipFile, table: TableInfo) -> Iterator[list[Any]]:
    """Yield a table's rows as plain JSON; at the end check number and hash. Raises BackupError."""
    digest, count = sha256(), 0
    try:
        with archive.open(table.member) as member:
            for line in member:
                digest.update(line)
                count += 1
                yield json.loads(line)
    except (BadZipFile, KeyError, ValueError, OSError) as error:
        raise BackupError(f"备份中的表 {table.name} 已损坏") from error
    if (count, digest.hexdigest()) != (table.rows, table.sha256):
        raise BackupError(f"备份中的表 {table.name} 与清单不符")


def check_file(archive: ZipFile, digest: str) -> None:
    """Raise BackupError unless an attachment is what its hash says."""
    found = sha256()
    try:
        with archive.open(f"files/{digest}") as member:
            while chunk := member.read(_CHUNK):
                found.update(chunk)
    except (BadZipFile, KeyError, OSError) as error:
        raise BackupError(f"备份中的附件 {digest} 已损坏") from error
    if found.hexdigest() != digest:
        raise BackupError(f"备份中的附件 {digest} 与校验值不符")
