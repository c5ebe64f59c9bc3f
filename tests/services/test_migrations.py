"""The schema: what migrations make is what the models say, and every step can be undone."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, inspect, text

from services.db import migrate
from services.db.base import Base
from services.db.engine import open_engine


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request, tmp_path):
    """An engine on an empty database of each kind."""
    if request.param == "sqlite":
        engine = open_engine(f"sqlite:///{tmp_path / 'empty.db'}")
        yield engine
    else:
        server = request.getfixturevalue("postgres")
        name = f"empty_{tmp_path.name.replace('-', '_')[:40]}".lower()
        admin = create_engine(f"{server}/postgres", isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.execute(text(f'CREATE DATABASE "{name}"'))
        admin.dispose()
        engine = open_engine(f"{server}/{name}")
        yield engine
    engine.dispose()


def tables(engine):
    return set(inspect(engine).get_table_names()) - {"alembic_version"}


def test_up_down_and_up_again(empty):
    migrate.upgrade(empty)
    first = tables(empty)
    migrate.downgrade(empty, "base")
    nothing = tables(empty)
    migrate.upgrade(empty)

    assert nothing == set()
    assert first == tables(empty) == set(Base.metadata.tables)
    assert migrate.current(empty) == migrate.head()


def test_upgrading_twice_changes_nothing(empty):
    migrate.upgrade(empty)
    migrate.upgrade(empty)

    assert migrate.current(empty) == migrate.head()


def test_the_models_are_what_the_migrations_make(empty):
    migrate.upgrade(empty)

    with empty.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        differences = compare_metadata(context, Base.metadata)

    assert differences == []


def test_the_checks_of_the_models_are_in_the_database(empty):
    migrate.upgrade(empty)
    inspector = inspect(empty)

    for name, table in Base.metadata.tables.items():
        wanted = {c.name for c in table.constraints if type(c).__name__ == "CheckConstraint"}
        found = {c["name"] for c in inspector.get_check_constraints(name)}
        assert wanted <= found, name
