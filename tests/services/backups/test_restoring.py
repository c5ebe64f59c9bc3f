"""A backup holds all, of either database, and a restore brings all back or nothing."""

import json
import zipfile
from datetime import timedelta
from hashlib import sha256

import pytest
from sqlalchemy import func, inspect, select, text

from services import audit, files, jobs
from services.backups import dumping
from services.backups.archive import BackupError
from services.checkpoints import taking, verifying
from services.db import migrate
from services.db.base import Base
from services.db.engine import reading, unit_of_work
from services.db.models import Case, Job, JobKind, LoginSession, Task, TaskStatus
from services.scenarios import play, read_scenario
from services.scenarios.accounts import Cast
from services.scenarios.local import LocalDriver
from tests.remembering import remembered

PROCEED = {"decision": "proceed", "reasons": "区内"}
SCENARIO = "liangjiang/scenarios/approval.yaml"
LEFT_OUT = {"login_sessions", "login_attempts", "renderings"}


def content(runtime):
    """Every row of every table, as the models read them."""
    found = {}
    with reading(runtime.sessions) as session:
        for table in Base.metadata.sorted_tables:
            if table.name in LEFT_OUT | {"checkpoints", "anchored_heads"}:
                continue
            rows = session.execute(select(table).order_by(*table.primary_key.columns)).all()
            found[table.name] = sorted(repr(tuple(row)) for row in rows)
    return found


def played(runtime, steps=None):
    scenario = read_scenario(runtime.settings.bpmn_root / SCENARIO)
    if steps is not None:
        scenario.steps[steps:] = []
        scenario.expect.clear()
    play(scenario, LocalDriver(runtime, Cast.of(runtime.library)))


def told(desk):
    """A case whose applicant is told by mail to do something, within a time limit."""
    desk.complete("lj-reviewer", desk.task(desk.start("other")), PROCEED)


def set_to_work(runtime, desk):
    """A finished case with attachments, one half-way, one that has just told its applicant, a fresh one."""
    played(runtime)
    played(runtime, steps=8)
    told(desk)
    desk.start("other")
    taking.take(runtime)


@pytest.fixture
def desk(sqlite_desk):
    return sqlite_desk


@pytest.fixture
def busy(sqlite_runtime, desk):
    remembered(sqlite_runtime, "busy", lambda fresh: set_to_work(fresh, desk))
    return sqlite_runtime


def test_everything_comes_back_into_the_other_database(
    runtime, make_desk, backed_up, restored, empty
):
    set_to_work(runtime, make_desk(runtime))
    jobs.run_due(runtime, "worker")
    before = content(runtime)
    is_sqlite = runtime.sessions.kw["bind"].dialect.name == "sqlite"
    target = empty("postgresql" if is_sqlite else "sqlite")
    found = restored(target, backed_up(runtime))

    after = content(target)
    assert after == before
    assert sorted(target.files.hashes()) == sorted(
        set(runtime.files.hashes()) & set(target.files.hashes())
    )
    assert found["held"] == 0
    assert found["files"] == len(list(target.files.hashes())) > 3
    assert found["cases"] == 4


def test_restored_cases_go_on_to_their_end(busy, backed_up, restored, empty, make_desk):
    target = empty("postgresql")
    restored(target, backed_up(busy))
    target.keys.seeds.update(busy.keys.seeds)  # backed up apart
    desk = make_desk(target)

    with reading(target.sessions) as session:
        case = session.scalars(
            select(Case).order_by(Case.started_at.desc(), Case.number.desc())
        ).first()
    desk.complete("lj-reviewer", desk.task(case), PROCEED)
    played(target)

    with reading(target.sessions) as session:
        assert [f for f in audit.verify(session) if f] == []
        assert session.scalar(select(func.count()).select_from(Case)) == 5


def test_nothing_that_waited_at_the_backup_is_sent_by_itself_afterwards(
    busy, backed_up, restored, empty
):
    with reading(busy.sessions) as session:
        waiting = session.scalar(
            select(func.count()).where(Job.kind == JobKind.MAIL, Job.done_at.is_(None))
        )
    file = backed_up(busy)
    jobs.run_due(busy, "worker")  # they are sent after the backup
    sent = len(busy.mailer.sent)
    target = empty("sqlite")
    found = restored(target, file)
    jobs.run_due(target, "worker")

    assert found["held"] == waiting > 0
    assert sent > 0
    assert target.mailer.sent == []


def test_a_job_due_in_the_past_runs_after_the_restore(
    desk, sqlite_runtime, backed_up, restored, empty
):
    runtime = sqlite_runtime
    told(desk)
    played(runtime, steps=8)
    with reading(runtime.sessions) as session:
        due = session.scalar(select(func.min(Job.due_at)).where(Job.kind == JobKind.TIMER))
    target = empty("sqlite")
    restored(target, backed_up(runtime))
    target.clock.set(due + timedelta(days=1))
    jobs.run_due(target, "worker")

    with reading(target.sessions) as session:
        done = session.scalar(
            select(func.count()).where(Job.kind == JobKind.TIMER, Job.done_at.is_not(None))
        )
    assert done > 0


def test_who_was_signed_in_must_sign_in_again(busy, backed_up, restored, empty):
    target = empty("sqlite")
    restored(target, backed_up(busy))

    with reading(target.sessions) as session:
        assert session.scalar(select(func.count()).select_from(LoginSession)) == 0


def test_private_keys_and_passwords_in_clear_are_not_in_it(busy, backed_up):
    with zipfile.ZipFile(backed_up(busy)) as archive:
        whole = b"".join(archive.read(name) for name in archive.namelist())

    for seed in busy.keys.seeds.values():
        assert seed not in whole
        assert seed.hex().encode() not in whole
    assert b"liancheng-demo" not in whole


def test_an_installation_at_work_is_never_overwritten(busy, backed_up, restored, sqlite_runtime):
    file = backed_up(busy)
    before = content(sqlite_runtime)

    with pytest.raises(BackupError, match="不是空的"):
        restored(sqlite_runtime, file)
    assert content(sqlite_runtime) == before


def test_a_file_that_exists_is_not_written_over(sqlite_runtime, tmp_path):
    target = tmp_path / "there.zip"
    target.write_bytes(b"mine")

    with pytest.raises(BackupError, match="已存在"):
        dumping.write(sqlite_runtime, target, lambda *_: None)
    assert target.read_bytes() == b"mine"


def test_an_attachment_that_is_missing_stops_the_backup(busy, tmp_path):
    with reading(busy.sessions) as session:
        digest = session.scalars(select(files.File.sha256)).first()
    busy.files.content.pop(digest)

    with pytest.raises(BackupError, match=digest):
        dumping.write(busy, tmp_path / "backup.zip", lambda *_: None)
    assert list(tmp_path.glob("*.zip")) == list(tmp_path.glob(".*.part")) == []


def rewritten(file, change):
    """The same archive with members changed, or left out where None is given."""
    target = file.with_name("changed.zip")
    with zipfile.ZipFile(file) as source, zipfile.ZipFile(target, "w") as out:
        for name in source.namelist():
            data = change(name, source.read(name))
            if data is not None:
                out.writestr(name, data)
    return target


def flipped(data):
    place = len(data) // 2
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


@pytest.mark.parametrize(
    "wanted", ["manifest.json", "tables/cases.jsonl", "tables/jobs.jsonl", "files/"]
)
@pytest.mark.parametrize("change", [flipped, lambda _data: None], ids=["changed", "missing"])
def test_a_damaged_backup_is_refused_and_leaves_an_empty_database(
    sqlite_runtime, make_desk, backed_up, restored, empty, wanted, change
):
    played(sqlite_runtime, steps=8)
    file = rewritten(
        backed_up(sqlite_runtime),
        lambda name, data: change(data) if name.startswith(wanted) else data,
    )
    target = empty("postgresql")

    with pytest.raises(BackupError):
        restored(target, file)
    tables = set(inspect(target.sessions.kw["bind"]).get_table_names()) - {"alembic_version"}
    assert tables == set()


def test_a_backup_of_a_foreign_key_is_refused(busy, backed_up, restored, empty):
    target = empty("sqlite")
    with pytest.raises(BackupError, match="可信"):
        restored(target, backed_up(busy), key="00" * 32)
    assert restored(target, backed_up(busy), key=taking.public_key(busy))["cases"] == 4


def test_a_backup_of_a_newer_version_is_refused_not_guessed(
    sqlite_runtime, backed_up, restored, empty, monkeypatch
):
    file = backed_up(sqlite_runtime)
    monkeypatch.setattr(migrate, "revisions", lambda: {"0001"})

    with pytest.raises(BackupError, match="先升级"):
        restored(empty("sqlite"), file)


def test_what_is_no_backup_is_refused(empty, restored, tmp_path):
    file = tmp_path / "no.zip"
    for data in (b"", b"PK", b"hello"):
        file.write_bytes(data)
        with pytest.raises(BackupError):
            restored(empty("sqlite"), file)
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("manifest.json", json.dumps({}))
    with pytest.raises(BackupError):
        restored(empty("sqlite"), file)


def test_what_is_started_while_the_backup_is_written_is_not_half_in_it(
    runtime, make_desk, tmp_path
):
    """The rows are those of one instant. (In this test nobody may write into SQLite meanwhile.)"""
    desk, started = make_desk(runtime), []
    desk.start("other")
    is_sqlite = runtime.sessions.kw["bind"].dialect.name == "sqlite"

    def start_meanwhile(what, _done, _total):
        if what == "parties" and not started and not is_sqlite:
            started.append(desk.start("other"))

    target = tmp_path / "meanwhile.zip"
    held = dumping.write(runtime, target, start_meanwhile)

    assert held["cases"] == 1
    assert len(started) == (0 if is_sqlite else 1)
    with zipfile.ZipFile(target) as archive:
        lines = archive.read("tables/tasks.jsonl").decode()
        body = json.loads(archive.read("manifest.json"))["body"]
    for case in started:
        assert case.id.hex not in lines
    tasks = next(t for t in body["tables"] if t["name"] == "tasks")
    assert sha256(lines.encode()).hexdigest() == tasks["sha256"]


def test_checkpoints_go_on_after_the_restore_and_tell_of_it(
    desk, sqlite_runtime, backed_up, restored, empty
):
    runtime = sqlite_runtime
    first = desk.start("other")
    taking.take(runtime)
    file = backed_up(runtime)
    lost = desk.start("other")
    desk.complete("lj-reviewer", desk.task(first), PROCEED)
    taking.take(runtime)

    target = empty("sqlite", anchors=runtime.anchors)
    found = restored(target, file)
    replayed = verifying.replay(target.anchors.records())

    assert found["checkpoints"] == {"undone": 2, "taken": 1}
    assert (replayed.count, replayed.problems) == (3, [])
    assert len(replayed.remarks) == 1
    assert set(replayed.heads) == {first.id}
    with reading(target.sessions) as session:
        assert list(verifying.compare(session, replayed)) == []
        assert session.get(Case, lost.id) is None


def test_without_the_records_outside_they_are_put_there_again(
    desk, sqlite_runtime, backed_up, restored, empty
):
    runtime = sqlite_runtime
    desk.start("other")
    taking.take(runtime)
    target = empty("sqlite")
    restored(target, backed_up(runtime))

    assert verifying.replay(target.anchors.records()).problems == []
    assert list(target.anchors.kept) == [1, 2]


def test_json_null_and_no_value_are_told_apart(sqlite_runtime, desk, backed_up, restored, empty):
    with unit_of_work(sqlite_runtime.sessions) as session:
        session.execute(text("UPDATE tasks SET separate_from = 'null'"))
    target = empty("postgresql")
    restored(target, backed_up(sqlite_runtime))
    with reading(target.sessions) as session:
        wanted = select(func.count()).where(Task.status == TaskStatus.OPEN)
        assert session.scalar(wanted) == 0
