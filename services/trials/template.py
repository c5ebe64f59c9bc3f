"""The prepared database of a trial: agencies and sample people of all jurisdictions, made once.

Ids of people, parties and application notices follow from their names, so that a trial told again
in another process finds the same ones.
"""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import mkdtemp
from threading import Lock
from typing import Any
from uuid import NAMESPACE_OID, uuid5
from weakref import finalize

from sqlalchemy import event
from sqlalchemy.orm import Session

from services import loading
from services.db import migrate
from services.db.engine import unit_of_work
from services.db.models import Call, Party, Person
from services.gateways.clock import Clock
from services.runtime import Runtime, make_runtime
from services.settings import Settings
from workflows.bundles import Library

_NAME = "trial.db"
_BUILDING = Lock()
_MADE: dict[Library, "Folder"] = {}
_NAMED: dict[type[Any], Callable[[Any], str]] = {
    Person: lambda row: f"person {row.login}",
    Party: lambda row: f"party {row.code}",
    Call: lambda row: f"call {row.number}",
}


class Folder:
    """A temporary folder that goes when nobody holds it any more, or with the process."""

    def __init__(self) -> None:
        self.path = Path(mkdtemp(prefix="liancheng-trial-"))
        self.remove = finalize(self, shutil.rmtree, self.path, ignore_errors=True)

    @property
    def database(self) -> Path:
        """Return where its database lies."""
        return self.path / _NAME


def open_runtime(folder: Folder, library: Library, clock: Clock) -> Runtime:
    """Return a runtime that knows nothing but a folder: mail, messages, files stay in it.

    Made of that folder alone, so that no setting of the installation can lead out of it.
    """
    env = {
        "LIANCHENG_DATA_DIR": str(folder.path),
        "LIANCHENG_DATABASE_URL": f"sqlite:///{folder.database}",
    }
    made = make_runtime(Settings.from_env(env), clock)
    event.listen(made.sessions.kw["bind"], "connect", _no_syncing)
    return replace(made, library=library)


def _no_syncing(connection: Any, _record: Any) -> None:
    """What is lost with the host is told again from its steps."""
    connection.execute("PRAGMA synchronous=OFF")


def name_ids(session: Session) -> None:
    """Let what is added to a session have the id that its name gives."""
    event.listen(session, "before_flush", _name_new)


def _name_new(session: Session, _context: Any, _instances: Any) -> None:
    for row in session.new:
        name = _NAMED.get(type(row))
        if name is not None and row.id is None:
            row.id = uuid5(NAMESPACE_OID, name(row))


def copied(source: Folder) -> Folder:
    """Return a folder with a copy of another's database."""
    made = Folder()
    shutil.copy(source.database, made.database)
    return made


def of(runtime: Runtime) -> Folder:
    """Return the folder of the prepared database; the first who asks has it made."""
    with _BUILDING:
        if runtime.library not in _MADE:
            _MADE[runtime.library] = _made(runtime)
        return _MADE[runtime.library]


def _made(runtime: Runtime) -> Folder:
    folder = Folder()
    made = open_runtime(folder, runtime.library, runtime.clock)
    migrate.upgrade(made.sessions.kw["bind"])
    with unit_of_work(made.sessions) as session:
        name_ids(session)
        for jurisdiction in runtime.library.jurisdictions.values():
            loading.load_agencies(session, made, jurisdiction)
        loading.load_demo(session, made, has_procedures=False)
    fold(made)
    return folder


def fold(runtime: Runtime) -> None:
    """Write everything into the database's one file and close it, so that it can be copied."""
    engine = runtime.sessions.kw["bind"]
    with engine.connect() as connection:
        connection.rollback()
        connection.connection.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
