"""Writing a backup: one consistent view of all tables, then the attachments they name."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from sqlalchemy import Connection, Engine, Table, func, select

from services.backups import columns
from services.backups.archive import FORMAT, MANIFEST, BackupError, Step, TableInfo
from services.checkpoints import taking
from services.db import migrate
from services.db.base import Base
from services.db.engine import read_only
from services.db.models import Checkpoint, File, LoginAttempt, LoginSession, Rendering
from services.handoffs.sealed import seal
from services.runtime import Runtime

# What a restored installation must not have, or makes again by itself.
_LEFT_OUT = {each.__tablename__ for each in (LoginSession, LoginAttempt, Rendering)}
_AT_ONCE = 2_000


def write(runtime: Runtime, target: Path, step: Step) -> dict[str, Any]:
    """Write a backup to a new file, whole or not at all; what it holds.

    Work goes on meanwhile: the rows are those of one instant. Private keys are not in it. Raises
    BackupError when the file exists, or the database is not at the newest schema.
    """
    if target.exists():
        raise BackupError(f"文件已存在，请换一个名称：{target}")
    engine: Engine = runtime.sessions.kw["bind"]
    if migrate.current(engine) != migrate.head():
        raise BackupError("数据库不是最新版本，请先运行 liancheng migrate")
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f".{target.name}.part")
    try:
        with partial.open("wb") as file:
            with ZipFile(file, "w") as archive:
                held = _write(runtime, engine, archive, step)
            file.flush()
            os.fsync(file.fileno())
        partial.chmod(0o600)
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
    return held


def _write(runtime: Runtime, engine: Engine, archive: ZipFile, step: Step) -> dict[str, Any]:
    made_at = runtime.clock.now()
    with read_only(engine) as connection:
        tables = [_table(connection, archive, table, step) for table in _tables()]
        checkpoints = connection.scalar(select(func.max(Checkpoint.number))) or 0
        wanted = select(File.sha256, File.size_bytes).distinct().order_by(File.sha256)
        files = {str(digest): int(size) for digest, size in connection.execute(wanted)}
    for count, digest in enumerate(files, start=1):
        _copy(runtime, archive, digest)
        step("附件", count, len(files))
    key_id, seed, public = taking.signer(runtime)
    body: dict[str, Any] = {
        "format": FORMAT,
        "schema": migrate.head(),
        "made_at": made_at.isoformat(),
        "tables": [
            {"name": t.name, "columns": t.columns, "rows": t.rows, "sha256": t.sha256}
            for t in tables
        ],
        "files": files,
        "checkpoints": checkpoints,
        "public_key": public.hex(),
    }
    archive.writestr(MANIFEST, seal(body, key_id, seed), ZIP_DEFLATED)
    held = {table.name: table.rows for table in tables}
    return {"cases": held["cases"], "rows": sum(held.values()), "files": len(files)}


def _tables() -> Iterator[Table]:
    return (t for t in Base.metadata.sorted_tables if t.name not in _LEFT_OUT)


def _table(connection: Connection, archive: ZipFile, table: Table, step: Step) -> TableInfo:
    total = connection.scalar(select(func.count()).select_from(table)) or 0
    info = TableInfo(table.name, columns.described(table), total, "")
    dumpers, digest, count = columns.dumpers(info.columns), sha256(), 0
    query = select(*columns.raw_columns(table)).order_by(*table.primary_key.columns)
    found = connection.execution_options(yield_per=_AT_ONCE).execute(query)
    with _member(archive, info.member) as out:
        for part in found.partitions():
            for row in part:
                values = [dump(value) for dump, value in zip(dumpers, row, strict=True)]
                line = json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode()
                digest.update(line + b"\n")
                out.write(line + b"\n")
            count += len(part)
            step(table.name, count, total)
    return TableInfo(info.name, info.columns, count, digest.hexdigest())


@contextmanager
def _member(archive: ZipFile, name: str) -> Iterator[Any]:
    info = ZipInfo(name, (2020, 1, 1, 0, 0, 0))
    info.compress_type = ZIP_DEFLATED
    with archive.open(info, "w", force_zip64=True) as out:
        yield out


def _copy(runtime: Runtime, archive: ZipFile, digest: str) -> None:
    info = ZipInfo(f"files/{digest}", (2020, 1, 1, 0, 0, 0))
    info.compress_type = ZIP_STORED
    try:
        source = runtime.files.open(digest)
    except FileNotFoundError as error:
        raise BackupError(f"附件 {digest} 在文件存储中缺失，备份中止") from error
    with source, archive.open(info, "w", force_zip64=True) as out:
        while chunk := source.read(1 << 20):
            out.write(chunk)
