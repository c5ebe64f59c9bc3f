"""Restoring a backup into an empty installation: all of it or nothing, verified, nothing sent again."""

from collections.abc import Iterator
from hashlib import sha256
from itertools import islice
from typing import Any, BinaryIO, cast
from zipfile import ZipFile

from sqlalchemy import Connection, Engine, delete, func, inspect, select, text, update
from sqlalchemy.orm import Session

from services import audit
from services.backups import columns
from services.backups.archive import (
    BackupError,
    Manifest,
    Step,
    TableInfo,
    check_file,
    read_manifest,
    rows,
)
from services.checkpoints import records, taking
from services.checkpoints.records import BadRecordError
from services.db import migrate
from services.db.base import Base
from services.db.engine import reading, unit_of_work
from services.db.models import AnchoredHead, AnchoredJurisdiction, Case, Checkpoint, File
from services.notifications.restoring import hold_unsent
from services.runtime import Runtime

_AT_ONCE = 2_000


def restore(
    runtime: Runtime, archive: ZipFile, step: Step, trusted: str | None = None
) -> dict[str, Any]:
    """Fill an empty installation from a backup and verify it; what it holds and what to look at.

    Rows go in within one transaction: a failure leaves an empty database. Runs its own
    transactions. Raises BackupError.
    """
    manifest = read_manifest(archive, trusted)
    engine: Engine = runtime.sessions.kw["bind"]
    _require_empty(engine, manifest)
    _take_in_files(runtime, archive, manifest, step)
    migrate.upgrade(engine, manifest.schema)
    try:
        with engine.begin() as connection:
            for table in manifest.tables:
                _fill(connection, archive, table, step)
    except BaseException:
        migrate.downgrade(engine, "base")
        raise
    migrate.upgrade(engine)
    with unit_of_work(runtime.sessions) as session:
        asked, held = hold_unsent(session, runtime.clock.now())
    found = verify(runtime, manifest, step)
    found |= {"held": held, "asked_first": asked}
    found["checkpoints"] = _go_on_with_checkpoints(runtime, manifest)
    return found


def _require_empty(engine: Engine, manifest: Manifest) -> None:
    """Raise BackupError unless nothing would be overwritten and the schema is known here."""
    if manifest.schema not in migrate.revisions():
        raise BackupError(f"备份的数据库版本 {manifest.schema} 比本系统新，请先升级本系统")
    present = set(inspect(engine).get_table_names()) & set(Base.metadata.tables)
    with engine.connect() as connection:
        for name in sorted(present):
            if connection.scalar(select(text("1")).select_from(text(name)).limit(1)):
                raise BackupError(f"目标数据库不是空的（表 {name} 有数据），请用新的数据库恢复")
    if present:
        migrate.downgrade(engine, "base")


def _take_in_files(runtime: Runtime, archive: ZipFile, manifest: Manifest, step: Step) -> None:
    """Put the attachments into the store; what is there already changes nothing."""
    for count, digest in enumerate(manifest.files, start=1):
        check_file(archive, digest)
        with archive.open(f"files/{digest}") as source:
            runtime.files.put(digest, cast("BinaryIO", source))
        step("附件", count, len(manifest.files))


def _fill(connection: Connection, archive: ZipFile, table: TableInfo, step: Step) -> None:
    add = _copy if connection.dialect.name == "postgresql" else _insert
    count = 0
    try:
        for part in _parts(rows(archive, table)):
            add(connection, table, part)
            count += len(part)
            step(table.name, count, table.rows)
    except KeyError as error:
        raise BackupError(f"备份中的表 {table.name} 有不认识的列") from error


def _insert(connection: Connection, table: TableInfo, part: list[list[Any]]) -> None:
    loaders, names = columns.loaders(table.columns), [name for name, _kind in table.columns]
    target = columns.table_of(table.name, table.columns)
    values = [{n: load(v) for n, load, v in zip(names, loaders, row, strict=True)} for row in part]
    connection.execute(target.insert(), values)


def _copy(connection: Connection, table: TableInfo, part: list[list[Any]]) -> None:
    """Add rows by PostgreSQL's COPY, in the transaction of the connection."""
    loaders = columns.loaders(table.columns, is_text=True)
    target = columns.table_of(table.name, table.columns)
    quote = connection.dialect.identifier_preparer.quote
    names = ", ".join(quote(column.name) for column in target.columns)
    cursor: Any = connection.connection.cursor()
    with cursor.copy(f"COPY {quote(target.name)} ({names}) FROM STDIN") as out:
        for row in part:
            out.write_row([load(value) for load, value in zip(loaders, row, strict=True)])


def _parts(source: Iterator[list[Any]]) -> Iterator[list[list[Any]]]:
    while part := list(islice(source, _AT_ONCE)):
        yield part


def verify(runtime: Runtime, manifest: Manifest, step: Step) -> dict[str, Any]:
    """Compare rows, chains and attachments with what the backup says. Raises BackupError."""
    with reading(runtime.sessions) as session:
        _verify_rows(session, manifest)
        cases = session.scalar(select(func.count()).select_from(Case)) or 0
        for count, finding in enumerate(audit.verify(session), start=1):
            step("核对留痕链", count, cases)
            if finding is not None:
                raise BackupError(f"办件 {finding.case_id} 第 {finding.seq} 条：{finding.problem}")
        digests = session.scalars(select(File.sha256).distinct()).all()
    _verify_files(runtime, list(digests), step)
    return {"cases": cases, "rows": sum(t.rows for t in manifest.tables), "files": len(digests)}


def _verify_rows(session: Session, manifest: Manifest) -> None:
    for table in manifest.tables:
        if table.name not in Base.metadata.tables:
            continue  # a later schema has no such table
        present = session.scalar(select(func.count()).select_from(Base.metadata.tables[table.name]))
        if (present or 0) < table.rows:
            raise BackupError(f"表 {table.name} 应有 {table.rows} 行，实有 {present} 行")


def _verify_files(runtime: Runtime, digests: list[str], step: Step) -> None:
    for count, digest in enumerate(digests, start=1):
        found = sha256()
        try:
            with runtime.files.open(digest) as source:
                while chunk := source.read(1 << 20):
                    found.update(chunk)
        except FileNotFoundError as error:
            raise BackupError(f"附件 {digest} 缺失") from error
        if found.hexdigest() != digest:
            raise BackupError(f"附件 {digest} 与校验值不符")
        step("核对附件", count, len(digests))


def _go_on_with_checkpoints(runtime: Runtime, manifest: Manifest) -> dict[str, int]:
    """Take up the checkpoints kept outside since the backup, and sign one that tells of the restore.

    Chains go back to what the backup holds: from that checkpoint on, and on record.
    """
    undone = 0
    with unit_of_work(runtime.sessions) as session:
        for number, raw in enumerate(runtime.anchors.records(manifest.checkpoints + 1)):
            undone += _adopt(session, runtime, manifest.checkpoints + 1 + number, raw)
        session.execute(update(Checkpoint).values(anchored_at=None))
        session.execute(delete(AnchoredHead))
        session.execute(delete(AnchoredJurisdiction))
    note = {"made_at": manifest.made_at, "backup_sha256": manifest.body_sha256, "undone": undone}
    return {"undone": undone, "taken": taking.take(runtime, restored=note)}


def _adopt(session: Session, runtime: Runtime, number: int, raw: bytes) -> int:
    """Keep a record made after the backup; how many chain heads of it the restore takes back."""
    try:
        record = records.read(raw)
    except BadRecordError as error:
        raise BackupError(f"库外第 {number} 个检查点：{error}") from error
    digest = records.sha256_of(raw)
    at = runtime.clock.now()
    session.add(
        Checkpoint(number=number, at=record.at, record=raw, record_sha256=digest, anchored_at=at)
    )
    session.flush()
    return len(record.heads) + len(record.jurisdictions)
