"""Bringing a database to the newest schema, and back for the tests."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

_FOLDER = Path(__file__).parent / "migrations"


def config(connection: Connection | None = None) -> Config:
    """Return Alembic's configuration for a connection."""
    found = Config()
    found.set_main_option("script_location", str(_FOLDER))
    found.attributes["connection"] = connection
    return found


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Migrate up; at the newest schema it changes nothing."""
    with engine.connect() as connection:
        command.upgrade(config(connection), revision)
        connection.commit()


def downgrade(engine: Engine, revision: str) -> None:
    """Migrate down."""
    with engine.connect() as connection:
        command.downgrade(config(connection), revision)
        connection.commit()


def head() -> str | None:
    """Return the newest revision there is."""
    return ScriptDirectory.from_config(config()).get_current_head()


def revisions() -> set[str]:
    """Return every revision this version knows."""
    return {script.revision for script in ScriptDirectory.from_config(config()).walk_revisions()}


def current(engine: Engine) -> str | None:
    """Return the revision a database is at."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()
