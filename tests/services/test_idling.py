"""What waited in the pool is looked over before it is given out."""

import pytest
from sqlalchemy import create_engine, text

from services.db import idling
from services.db.engine import open_engine


@pytest.fixture
def engine(postgres):
    made = open_engine(f"{postgres}/postgres", pool_size=1)
    yield made
    made.dispose()


def backend(engine):
    with engine.connect() as connection:
        return connection.scalar(text("SELECT pg_backend_pid()"))


def end(postgres, number):
    other = create_engine(f"{postgres}/postgres")
    with other.connect() as connection:
        connection.execute(text("SELECT pg_terminate_backend(:n, 5000)"), {"n": number})
    other.dispose()


def test_a_connection_that_the_server_has_ended_is_replaced_before_anybody_is_given_it(
    engine, postgres
):
    first = backend(engine)

    end(postgres, first)

    assert backend(engine) != first


def test_a_connection_is_asked_only_when_it_has_waited_long(engine, monkeypatch):
    asked = []
    monkeypatch.setattr(engine.dialect, "do_ping", lambda _c: asked.append(1) or True)
    first = backend(engine)

    assert (backend(engine), asked) == (first, [])

    monkeypatch.setattr(idling, "ASK_AFTER_SECONDS", -1)
    assert (backend(engine), asked) == (first, [1])


def test_a_connection_that_was_closed_while_it_waited_is_replaced(engine):
    with engine.connect() as connection:
        first = connection.scalar(text("SELECT pg_backend_pid()"))
        raw = connection.connection.dbapi_connection
    raw.close()

    assert backend(engine) != first
