"""A disk that is full: refused in words, nothing half-written, and all is well when there is room.

The operating system refuses to let any file grow (RLIMIT_FSIZE), or SQLite any page: both without
the rights of an administrator.
"""

import resource
import sqlite3
from contextlib import closing, contextmanager
from dataclasses import replace
from hashlib import sha256
from io import BytesIO

import pytest
from sqlalchemy import event, func, select, text

from api.app import create_app
from services import audit
from services.db.engine import unit_of_work
from services.db.models import Decision, File, Job, Task, TaskStatus
from services.gateways.files import FolderFileStore
from services.scenarios import samples
from tests.api.conftest import Browser

LONG = "".join(chr(0x4E00 + number * 7919 % 20_000) for number in range(1_900))  # fits on no page
ANSWERS = {"decision": "proceed", "reasons": LONG}
PDF = samples.pdf("材料", 300_000)


@contextmanager
def no_file_grows(beyond_bytes):
    """No file of this process may be written beyond so many bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (beyond_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def _tidy(engine):
    """Leave no free page in the database, and nothing in its log; its number of pages."""
    engine.dispose()
    with closing(sqlite3.connect(engine.url.database)) as connection:
        connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return connection.execute("PRAGMA page_count").fetchone()[0]


@contextmanager
def no_log_grows(engine):
    """SQLite's log of changes is cut off in the middle of what is being written."""
    _tidy(engine)
    with no_file_grows(40_000):  # its index of the log has 32 KiB
        yield


@contextmanager
def no_page_more(engine):
    """SQLite itself says that the database or the disk is full."""

    def limit(connection, _record):
        connection.execute(f"PRAGMA max_page_count = {pages}")

    pages = _tidy(engine)
    event.listen(engine, "connect", limit)
    engine.dispose()
    try:
        yield
    finally:
        event.remove(engine, "connect", limit)
        engine.dispose()


@pytest.fixture
def folder(sqlite_runtime, tmp_path):
    """A runtime whose attachments are in a folder, as in an installation."""
    return replace(sqlite_runtime, files=FolderFileStore(tmp_path / "files"))


@pytest.fixture
def browser(folder):
    """Signs people in."""
    app = create_app(folder)

    def make(login):
        found = Browser(app.test_client())
        found.sign_in(login)
        return found

    return make


def number(runtime, model, *where):
    with unit_of_work(runtime.sessions) as session:
        return session.scalar(select(func.count()).select_from(model).where(*where))


@pytest.mark.parametrize("full", [no_log_grows, no_page_more])
def test_a_completion_on_a_full_disk_is_refused_whole_and_works_when_there_is_room(
    sqlite_desk, folder, browser, full
):
    engine = folder.sessions.kw["bind"]
    task = sqlite_desk.task(sqlite_desk.start("other"))
    path, reviewer = f"/tasks/{task.id}/completion", browser("lj-reviewer")
    jobs = number(folder, Job)

    with full(engine):
        refused = reviewer.post(path, {"answers": ANSWERS}, key="once")

    assert (refused.status_code, refused.json["code"]) == (503, "STORAGE_FULL")
    assert "没有保存" in refused.json["message"]
    assert refused.headers["Retry-After"]
    assert number(folder, Decision) == 0
    assert number(folder, Job) == jobs
    assert number(folder, Task, Task.status == TaskStatus.OPEN) == 1
    with unit_of_work(folder.sessions) as session:
        assert session.execute(text("PRAGMA integrity_check")).scalar_one() == "ok"

    done = reviewer.post(path, {"answers": ANSWERS}, key="once")

    assert done.status_code == 200
    assert number(folder, Decision) == 1
    with unit_of_work(folder.sessions) as session:
        assert [finding for finding in audit.verify(session) if finding] == []


@pytest.mark.parametrize("size", [300_000, 2_000_000])
def test_an_upload_on_a_full_disk_is_refused_whole_and_works_when_there_is_room(
    folder, browser, tmp_path, size
):
    """A small one comes in through memory, a large one through a file on its way already."""
    content, lead = samples.pdf("材料", size), browser("lead-op")
    head = 'Content-Disposition: form-data; name="file"; filename="材料.pdf"'
    whole = f"--part\r\n{head}\r\n\r\n".encode() + content + b"\r\n--part--\r\n"

    def upload():
        return lead.send("POST", "/files", whole, "multipart/form-data; boundary=part")

    with no_file_grows(100_000):
        refused = upload()

    assert (refused.status_code, refused.json["code"]) == (503, "STORAGE_FULL")
    assert number(folder, File) == 0
    assert [path for path in (tmp_path / "files").rglob("*") if path.is_file()] == []
    kept = upload()
    assert kept.status_code == 201
    assert lead.get(f"/files/{kept.json['id']}").data == content


def test_the_folder_of_attachments_keeps_nothing_of_what_it_could_not_keep_whole(tmp_path):
    store, digest = FolderFileStore(tmp_path), sha256(PDF).hexdigest()

    with no_file_grows(100_000), pytest.raises(OSError, match="large"):
        store.put(digest, BytesIO(PDF))

    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    store.put(digest, BytesIO(PDF))
    with store.open(digest) as kept:
        assert kept.read() == PDF
