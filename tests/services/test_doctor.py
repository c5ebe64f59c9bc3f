"""The doctor finds what is wrong, says what to do, and changes nothing."""

import json
import socketserver
import threading
from collections import namedtuple
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import select, text

from api.cli import main
from bench import servers
from services import jurisdiction_audit, sweeps
from services.checkpoints import taking
from services.db import migrate
from services.db.engine import open_engine, unit_of_work
from services.db.models import Incident, Job
from services.doctor import CHECKS, Patient, Status, examine, host, storage
from services.settings import Settings
from workflows.errors import RetryableError

OK, WARN, FAIL = Status.OK, Status.WARN, Status.FAIL
Usage = namedtuple("Usage", "total used free")


@pytest.fixture
def patient(runtime, tmp_path, tmp_path_factory):
    """An installation in good health but for its mail, on either database."""
    web = tmp_path / "dist"
    web.mkdir()
    (web / "index.html").write_text("<html>")
    keys = tmp_path / "keys"
    keys.mkdir(mode=0o700)
    outside = tmp_path_factory.mktemp("outside")
    settings = replace(runtime.settings, web_root=web, keys_dir=keys, checkpoints_dir=outside)
    made = Patient(settings, {})
    made.__dict__["clock"] = runtime.clock
    with unit_of_work(runtime.sessions) as session:
        sweeps.record(session, "w", runtime.clock.now(), skew_seconds=0, has_acted=True)
    yield made
    if "engine" in made.__dict__:
        made.engine.dispose()


@pytest.fixture
def sqlite_patient(sqlite_runtime):
    made = Patient(sqlite_runtime.settings, {})
    made.__dict__["clock"] = sqlite_runtime.clock
    return made


def with_settings(patient, **changes):
    """The same patient with other settings and the same clock."""
    changed = Patient(replace(patient.settings, **changes), patient.env)
    changed.__dict__["clock"] = patient.clock
    return changed


def find(patient, name):
    [found] = examine(patient, [name])
    assert found.name == name
    assert bool(found.advice) == (found.status is not OK)
    return found


def test_a_healthy_installation_has_only_its_mail_to_see_to(patient, monkeypatch):
    monkeypatch.setattr(host.shutil, "disk_usage", lambda _folder: Usage(1e12, 0, 5e11))

    found = {finding.name: finding.status for finding in examine(patient)}

    assert list(found) == list(CHECKS)
    assert {name for name, status in found.items() if status is not OK} == {"mail"}
    assert found["mail"] is WARN


@pytest.mark.parametrize(
    "url",
    ["postgresql+psycopg://x@127.0.0.1:{port}/none", "sqlite:////tmp/missing-{port}/none.db"],
    ids=["postgresql", "sqlite"],
)
def test_a_database_that_is_away_fails_once_and_the_rest_is_left_out(sqlite_patient, url):
    away = with_settings(sqlite_patient, database_url=url.format(port=servers.free_port()))

    assert find(away, "database").status is FAIL
    for name in ("migrations", "sweeper", "workers", "jobs", "incidents", "checkpoints"):
        assert find(away, name).status is WARN


def test_looking_makes_no_database(sqlite_patient, tmp_path):
    file = tmp_path / "none.db"
    list(examine(with_settings(sqlite_patient, database_url=f"sqlite:///{file}")))

    assert not file.exists()


def test_an_old_schema_asks_for_migrations(sqlite_patient, tmp_path):
    url = f"sqlite:///{tmp_path / 'old.db'}"
    migrate.upgrade(open_engine(url), "0004")

    found = find(with_settings(sqlite_patient, database_url=url), "migrations")

    assert found.status is FAIL
    assert "liancheng migrate" in found.advice


def test_a_schema_newer_than_the_program_asks_for_a_newer_program(sqlite_patient, sqlite_runtime):
    with unit_of_work(sqlite_runtime.sessions) as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    found = find(sqlite_patient, "migrations")

    assert found.status is FAIL
    assert "比程序" in found.message


@pytest.mark.parametrize(
    ("mount", "status"),
    [
        ("server:/x {0} nfs4 rw 0 0", FAIL),
        ("//s/x {0} cifs rw 0 0", FAIL),
        ("/dev/b {0} ext4 rw 0 0", OK),
    ],
)
def test_sqlite_on_a_disk_of_the_network_fails(sqlite_patient, tmp_path, mount, status):
    mounts = tmp_path / "mounts"
    mounts.write_text(f"/dev/a / ext4 rw 0 0\n{mount.format(tmp_path)}\n")

    assert storage.local_disk(sqlite_patient, mounts).status is status


@pytest.fixture
def redis_server(tmp_path):
    folder = tmp_path / "redis"
    folder.mkdir()
    with servers.redis(folder) as server:
        yield server


def test_redis_away_or_throwing_things_away(sqlite_patient, redis_server):
    patient = with_settings(sqlite_patient, redis_url=redis_server.url)

    well = find(patient, "redis").status
    redis_server.client().config_set("maxmemory-policy", "allkeys-lru")
    evicting = find(patient, "redis").status
    redis_server.kill()
    away = find(patient, "redis").status

    assert (well, evicting, away) == (OK, WARN, FAIL)


@pytest.mark.parametrize(("skew", "status"), [(0.2, OK), (-2.0, WARN), (7.0, FAIL), (-7.0, FAIL)])
def test_a_clock_that_is_off(sqlite_patient, skew, status):
    sqlite_patient.clock.skew = skew

    assert find(sqlite_patient, "clock").status is status


def test_a_sweeper_that_never_was_or_has_stopped(sqlite_patient, sqlite_runtime):
    never = find(sqlite_patient, "sweeper").status
    with unit_of_work(sqlite_runtime.sessions) as session:
        now = sqlite_runtime.clock.now()
        sweeps.record(session, "w", now, skew_seconds=0, has_acted=True)
    now = find(sqlite_patient, "sweeper").status
    sqlite_runtime.clock.advance(timedelta(minutes=3))
    stopped = find(sqlite_patient, "sweeper")

    assert (never, now, stopped.status) == (FAIL, OK, FAIL)
    assert "180 秒" in stopped.message


def test_a_worker_that_stands_aside_is_named(sqlite_patient, sqlite_runtime):
    with unit_of_work(sqlite_runtime.sessions) as session:
        now = sqlite_runtime.clock.now()
        sweeps.record(session, "host-7/42", now, skew_seconds=300, has_acted=False)

    found = find(sqlite_patient, "workers")

    assert found.status is FAIL
    assert "host-7/42" in found.message


def test_jobs_that_nobody_runs_or_that_were_given_up(sqlite_patient, sqlite_desk, sqlite_runtime):
    sqlite_desk.start()
    fresh = find(sqlite_patient, "jobs").status
    sqlite_runtime.clock.advance(timedelta(minutes=6))
    late = find(sqlite_patient, "jobs").status
    with unit_of_work(sqlite_runtime.sessions) as session:
        session.scalars(select(Job)).one().failed_at = sqlite_runtime.clock.now()
        session.add(
            Incident(code="X", node_id="n", message="m", opened_at=sqlite_runtime.clock.now())
        )
        session.flush()
    given_up = find(sqlite_patient, "jobs").status
    incidents = find(sqlite_patient, "incidents").status

    assert (fresh, late, given_up, incidents) == (OK, FAIL, WARN, WARN)


def test_chains_that_no_checkpoint_lists(patient, desk, runtime):
    desk.start()
    fresh = find(patient, "checkpoints").status
    runtime.clock.advance(timedelta(minutes=31))
    late = find(patient, "checkpoints")
    taking.take(runtime)
    taken = find(patient, "checkpoints").status
    runtime.clock.advance(timedelta(days=3))
    quiet = find(patient, "checkpoints").status

    assert (fresh, late.status, taken, quiet) == (OK, FAIL, OK, OK)
    assert "31 分钟" in late.message


def test_an_act_on_a_procedure_that_no_checkpoint_lists(patient, runtime):
    with unit_of_work(runtime.sessions) as session:
        now = runtime.clock.now()
        jurisdiction_audit.append(session, "ningbo", at=now, actor="x", what="x", payload={})
    fresh = find(patient, "checkpoints").status
    runtime.clock.advance(timedelta(minutes=31))
    late = find(patient, "checkpoints").status
    taking.take(runtime)

    assert (fresh, late, find(patient, "checkpoints").status) == (OK, FAIL, OK)


def test_checkpoints_that_lie_with_the_data_or_do_not_get_outside(patient, desk, runtime):
    beside = with_settings(patient, checkpoints_dir=patient.settings.data_dir / "checkpoints")
    elsewhere = with_settings(beside, checkpoints_url="https://anchors.example")
    desk.start()
    runtime.anchors.failures = 1
    with pytest.raises(RetryableError):
        taking.take(runtime)
    waiting = find(patient, "checkpoints").status
    runtime.clock.advance(timedelta(minutes=61))

    assert (find(beside, "checkpoints").status, waiting) == (FAIL, OK)
    assert "存到库外已 61 分钟" in find(patient, "checkpoints").message
    taking.take(runtime)
    assert find(patient, "checkpoints").status is OK
    assert find(beside, "checkpoints").status is WARN
    assert find(elsewhere, "checkpoints").status is OK


def test_folders_that_cannot_be_written(sqlite_patient, tmp_path):
    a_file = tmp_path / "file"
    a_file.write_text("")
    patient = with_settings(sqlite_patient, data_dir=a_file, keys_dir=a_file)

    assert find(patient, "data").status is FAIL
    assert find(patient, "keys").status is FAIL


@pytest.mark.parametrize(("of_folder", "of_key"), [(0o755, 0o600), (0o700, 0o644)])
def test_keys_that_others_can_read(sqlite_patient, tmp_path, of_folder, of_key):
    folder = tmp_path / "keys"
    folder.mkdir()
    (folder / "a.key").write_bytes(b"x")
    (folder / "a.key").chmod(of_key)
    folder.chmod(of_folder)

    found = find(with_settings(sqlite_patient, keys_dir=folder), "keys")

    assert found.status is FAIL
    assert "chmod" in found.advice


@pytest.mark.parametrize(
    ("free", "status"), [(500e9, OK), (80e9, WARN), (40e9, FAIL), (0.5e9, FAIL)]
)
def test_a_disk_that_fills(sqlite_patient, monkeypatch, free, status):
    monkeypatch.setattr(host.shutil, "disk_usage", lambda _folder: Usage(1e12, 0, free))

    assert find(sqlite_patient, "space").status is status


def test_missing_fonts_and_a_missing_web_application(sqlite_patient, tmp_path):
    patient = with_settings(sqlite_patient, fonts_dir=tmp_path / "no", web_root=tmp_path / "no")

    assert find(patient, "fonts").status is FAIL
    assert find(patient, "web").status is WARN


@pytest.mark.parametrize(
    ("greeting", "status"), [(b"220 hello\r\n", OK), (b"HTTP/1.1 400\r\n", FAIL), (None, FAIL)]
)
def test_a_mail_server_that_greets_or_does_not(sqlite_patient, greeting, status):
    class Greeter(socketserver.BaseRequestHandler):
        def handle(self):
            self.request.sendall(greeting)

    with socketserver.TCPServer(("127.0.0.1", 0), Greeter) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        port = server.server_address[1] if greeting else servers.free_port()
        found = find(with_settings(sqlite_patient, smtp_url=f"smtp://127.0.0.1:{port}"), "mail")
        server.shutdown()

    assert found.status is status


@pytest.mark.parametrize(
    ("url", "is_secure", "proxies", "status"),
    [
        ("http://127.0.0.1:8000", False, 0, OK),
        ("http://liancheng.example", False, 1, FAIL),
        ("https://liancheng.example", False, 1, FAIL),
        ("https://liancheng.example", True, 0, WARN),
        ("https://liancheng.example", True, 1, OK),
    ],
)
def test_sessions_that_could_be_overheard(sqlite_patient, url, is_secure, proxies, status):
    patient = with_settings(
        sqlite_patient, public_url=url, secure_cookies=is_secure, trusted_proxies=proxies
    )

    assert find(patient, "cookies").status is status


def test_a_setting_nobody_reads_is_named():
    patient = Patient(
        Settings.from_env({}),
        {"LIANCHENG_REDIS": "x", "LIANCHENG_SMTP_URL_FILE": "/x", "PATH": "/bin"},
    )

    found = find(patient, "settings")

    assert found.status is WARN
    assert "LIANCHENG_REDIS" in found.message
    assert "SMTP" not in found.message


def run(*words, **env):
    return CliRunner().invoke(
        main, ["doctor", *words], env={f"LIANCHENG_{k}": v for k, v in env.items()}
    )


def test_the_command_exits_1_on_a_failure_and_tells_programs(tmp_path):
    told = run("--json", DATA_DIR=str(tmp_path), DATABASE_URL=f"sqlite:///{tmp_path}/none.db")
    found = {each["name"]: each for each in json.loads(told.output)}

    assert told.exit_code == 1
    assert found["database"]["status"] == "fail"
    assert found["data"] == {
        "name": "data",
        "status": "ok",
        "message": f"数据目录 {tmp_path} 可写",
        "advice": "",
    }


def test_the_command_exits_0_when_nothing_fails_and_says_what_to_do(tmp_path):
    told = run("--only", "data", "--only", "mail", DATA_DIR=str(tmp_path))

    assert told.exit_code == 0
    assert "✓ data" in told.output
    assert "→ 生产环境请设置 LIANCHENG_SMTP_URL" in told.output
    assert "database" not in told.output
