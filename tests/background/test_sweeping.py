"""Sweeping in process: whose clock counts, who signs, and a doorbell that never holds anyone up."""

import socket
import time
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from api.cli import main
from services import jobs, sweeps
from services.background import looking
from services.background.doorbell import Doorbell
from services.background.sweeper import Sweeper
from services.db.engine import ask_time, unit_of_work
from services.db.models import Incident, Job, JobKind, Sweep
from services.gateways.clock import DatabaseClock, SystemClock, is_trusted
from services.settings import Settings, SettingsError

AT = datetime(2026, 3, 1, 1, 0, tzinfo=UTC)


def put(runtime):
    with unit_of_work(runtime.sessions) as session:
        session.add(
            Job(kind=JobKind.TIMER, dedupe_key="test", due_at=runtime.clock.now(), payload={})
        )


def wait_for(is_so):
    until = time.monotonic() + 20
    while not is_so():
        assert time.monotonic() < until
        time.sleep(0.01)


def only(runtime, model):
    with unit_of_work(runtime.sessions) as session:
        return session.scalars(select(model)).one_or_none()


class Database:
    """A database's clock that can be set, and go away."""

    def __init__(self):
        self.at, self.is_away, self.questions = AT, False, 0

    def ask(self):
        self.questions += 1
        if self.is_away:
            raise OperationalError("SELECT", None, Exception("away"))
        return self.at


def test_the_databases_clock_goes_on_by_itself_and_is_asked_seldom():
    database = Database()
    clock = DatabaseClock(database.ask)

    first = clock.now()
    time.sleep(0.05)
    later = clock.now()

    assert AT <= first < AT + timedelta(seconds=1)
    assert timedelta(seconds=0.05) <= later - first < timedelta(seconds=5)
    assert database.questions == 1


def test_the_databases_clock_goes_on_while_the_database_is_away():
    database = Database()
    clock = DatabaseClock(database.ask, ask_every_seconds=0)
    clock.now()
    database.is_away = True

    assert AT <= clock.now() < AT + timedelta(seconds=5)


def test_a_database_that_was_never_reached_tells_no_time():
    database = Database()
    database.is_away = True

    with pytest.raises(OperationalError):
        DatabaseClock(database.ask).now()


def test_a_database_clock_that_is_set_is_followed():
    database = Database()
    clock = DatabaseClock(database.ask, ask_every_seconds=0)
    clock.now()
    database.at = AT - timedelta(hours=1)

    assert clock.now() < AT - timedelta(minutes=59)


def test_a_host_that_disagrees_with_the_database_is_not_trusted():
    database = Database()
    clock = DatabaseClock(database.ask)

    assert abs(clock.skew_seconds()) > 5
    assert not is_trusted(clock)
    assert is_trusted(SystemClock())


def test_a_real_servers_clock_is_never_ahead_of_it(postgres):
    ask = ask_time(f"{postgres}/postgres")
    clock = DatabaseClock(ask)

    told = clock.now()

    assert timedelta(0) <= ask() - told < timedelta(seconds=2)
    assert is_trusted(clock)


@pytest.mark.parametrize("skew", [6.0, -6.0])
def test_a_sweeper_on_a_host_with_a_wrong_clock_leaves_the_jobs_to_others(sqlite_runtime, skew):
    put(sqlite_runtime)
    sqlite_runtime.clock.skew = skew
    sweeper = Sweeper(sqlite_runtime)
    sweeper.start()
    wait_for(lambda: only(sqlite_runtime, Sweep))
    sweeper.stop()

    signed = only(sqlite_runtime, Sweep)
    with unit_of_work(sqlite_runtime.sessions) as session:
        assert sweeps.last(session) is None
    assert (signed.swept_at, signed.skew_seconds) == (None, skew)
    assert only(sqlite_runtime, Job).attempts == 0


def test_a_sweeper_signs_and_old_signatures_are_forgotten(runtime):
    sweeper = Sweeper(runtime)
    sweeper.start()
    wait_for(lambda: only(runtime, Sweep))
    sweeper.stop()

    with unit_of_work(runtime.sessions) as session:
        assert sweeps.last(session) == runtime.clock.now()
        sweeps.forget(session, runtime.clock.now() + timedelta(days=2))
        assert sweeps.last(session) is None


def test_a_job_that_ends_its_worker_each_time_becomes_an_incident(runtime):
    put(runtime)
    for _ in range(jobs.MAX_ATTEMPTS):  # claimed, and never heard of again
        assert jobs.claim_next(runtime, "doomed")
        runtime.clock.advance(jobs.LEASE + timedelta(seconds=1))

    assert looking.look(runtime, "w")

    assert only(runtime, Incident).message.startswith("每次运行都被中断")
    assert only(runtime, Job).failed_at is not None
    assert not looking.look(runtime, "w")


def test_a_bell_at_a_door_that_never_opens_holds_nobody_up():
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        bell = Doorbell(f"redis://127.0.0.1:{silent.getsockname()[1]}/0")

        began = time.monotonic()
        for _ in range(1000):
            bell.ring()
        took = time.monotonic() - began
        bell.stop()

    assert took < 0.5


def test_rings_in_a_row_hang_no_more_bells_than_wake_somebody(redis_server):
    client = redis_server.client()
    client.flushall()
    bell = Doorbell(redis_server.url)
    for _ in range(300):
        bell.ring()
        time.sleep(0.001)
    wait_for(lambda: client.llen("liancheng") > 0)
    bell.stop()

    assert 0 < client.llen("liancheng") <= 100


def test_a_setting_is_read_from_the_file_that_its_variable_names(tmp_path):
    file = tmp_path / "url"
    file.write_text("postgresql+psycopg://me:secret@db/x\n")

    settings = Settings.from_env({"LIANCHENG_DATABASE_URL_FILE": str(file)})

    assert settings.database_url == "postgresql+psycopg://me:secret@db/x"


def test_a_setting_given_twice_or_from_a_missing_file_is_refused(tmp_path):
    with pytest.raises(SettingsError) as caught:
        Settings.from_env(
            {
                "LIANCHENG_SMTP_URL": "smtp://a",
                "LIANCHENG_SMTP_URL_FILE": str(tmp_path / "none"),
            }
        )

    assert "must not both be set" in str(caught.value)
    assert "FileNotFoundError" in str(caught.value)


def test_a_lease_that_ends_before_the_hard_limit_is_refused():
    with pytest.raises(SettingsError, match="LEASE_SECONDS"):
        Settings.from_env({"LIANCHENG_LEASE_SECONDS": "50"})


@pytest.mark.parametrize("words", [["serve", "--processes", "2"], ["worker"]])
def test_sqlite_is_refused_to_several_processes(tmp_path, words):
    result = CliRunner().invoke(main, words, env={"LIANCHENG_DATA_DIR": str(tmp_path)})

    assert result.exit_code == 1
    assert "SQLite" in result.output
