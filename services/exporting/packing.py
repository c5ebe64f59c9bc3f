"""Writes the package: one ZIP with a signed manifest, the same bytes for the same case and instant."""

import json
from collections.abc import Iterator
from hashlib import sha256
from tempfile import TemporaryFile
from typing import Any, BinaryIO, cast
from uuid import UUID
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from services.actors import Actor
from services.db.engine import reading, unit_of_work
from services.db.models import Document, File
from services.documents import rendering
from services.errors import HandoffRefusedError
from services.exporting.gathering import Gathered, gather, plain, published_keys
from services.handoffs import keys
from services.handoffs.sealed import seal
from services.runtime import Runtime

FORMAT = "liancheng-case/1"
MANIFEST, KEYS = "manifest.json", "keys.json"
_DATE = (2020, 1, 1, 0, 0, 0)
_CHUNK = 1 << 20


def export(runtime: Runtime, actor: Actor, case_id: UUID) -> tuple[str, BinaryIO]:
    """Return the name of a case's package and the open file. Runs its own transactions.

    Rendering and copying happen outside of them. Raises NotFoundError, NotAllowedError,
    UnavailableError.
    """
    with reading(runtime.sessions) as session:
        found = gather(session, actor, case_id)
    signer = _signer(runtime, found)
    used = _key_ids(found) | ({signer.key_id} if signer else set())
    with reading(runtime.sessions) as session:
        found.members[KEYS] = published_keys(session, used)
    out = cast("BinaryIO", TemporaryFile())  # noqa: SIM115 - the caller closes it
    with ZipFile(out, "w") as package:
        hashes = dict(_write(runtime, package, found))
        body = _manifest(runtime, found, hashes)
        whole = seal(body, signer.key_id, signer.seed) if signer else _json(body)
        package.writestr(ZipInfo(MANIFEST, _DATE), whole, ZIP_DEFLATED)
    out.seek(0)
    return f"{found.number}.zip", out


def _signer(runtime: Runtime, found: Gathered) -> keys.Signer | None:
    """Return the agency's key; None where its private half is on another installation."""
    if found.signer_id is None:
        return None
    try:
        with unit_of_work(runtime.sessions) as session:
            return keys.signer_of(session, runtime, found.signer_id)
    except HandoffRefusedError:
        return None


def _key_ids(found: Gathered) -> set[str]:
    pairs = [m for path, m in found.members.items() if path.startswith("handoffs/")]
    return {key["id"] for pair in pairs for key in pair["keys"]}


def _manifest(runtime: Runtime, found: Gathered, hashes: dict[str, str]) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "case": {"id": str(found.case_id), "number": found.number},
        "view": found.view,
        "left_out": found.left_out,
        "exported_at": runtime.clock.now().isoformat(),
        "bundle": {
            "hash": found.members["case.json"]["bundle_hash"],
            "procedure": found.members["case.json"]["procedure_id"],
        },
        "audit": found.audit,
        "files": hashes,
    }


def _write(runtime: Runtime, package: ZipFile, found: Gathered) -> Iterator[tuple[str, str]]:
    """Write every member but the manifest; yield path and hash, in order of the paths written."""
    papers = list(_papers(runtime, found.papers))
    members = {
        **found.members,
        "documents.json": [row for row, _data in papers],
        "attachments.json": [_attachment(row) for row in found.files],
    }
    for path, value in sorted(members.items()):
        yield path, _put(package, path, _json(value))
    for path, data in sorted(found.bundle.items()):
        yield f"bundle/{path}", _put(package, f"bundle/{path}", data)
    for row, data in papers:
        yield row["path"], _put(package, row["path"], data)
    for digest in sorted({row.sha256 for row in found.files}):
        yield f"attachments/{digest}", _copy(runtime, package, digest)


def _papers(runtime: Runtime, papers: list[Document]) -> Iterator[tuple[dict[str, Any], bytes]]:
    for number, paper in enumerate(papers, start=1):
        data = rendering.of_paper(runtime, paper.content, paper.content_sha256, "pdf")
        row = {
            "path": f"documents/{number:03d}.pdf",
            "name": paper.name,
            "number": paper.number,
            "title": paper.title,
            "issued_at": paper.issued_at,
            "content": paper.content,
            "content_sha256": paper.content_sha256,
        }
        yield plain(row), data


def _attachment(row: File) -> dict[str, Any]:
    names = ("id", "name", "media_type", "size_bytes", "sha256", "uploaded_at")
    given = {name: getattr(row, name) for name in names}
    return cast("dict[str, Any]", plain(given | {"path": f"attachments/{row.sha256}"}))


def _put(package: ZipFile, path: str, data: bytes) -> str:
    package.writestr(ZipInfo(path, _DATE), data, ZIP_DEFLATED)
    return sha256(data).hexdigest()


def _copy(runtime: Runtime, package: ZipFile, digest: str) -> str:
    info = ZipInfo(f"attachments/{digest}", _DATE)
    info.compress_type = ZIP_STORED
    copied = sha256()
    with runtime.files.open(digest) as source, package.open(info, "w") as target:
        while chunk := source.read(_CHUNK):
            copied.update(chunk)
            target.write(chunk)
    return copied.hexdigest()


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1).encode()
