"""Installations to restore into, and backups of ones at work."""

from dataclasses import replace
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, text

from services.backups import dumping, restoring
from services.backups.archive import open_archive
from services.db.engine import open_engine, open_sessions
from services.gateways.anchors import FakeAnchors
from services.gateways.files import FakeFileStore
from services.gateways.keys import FakeKeyStore
from services.gateways.mail import FakeMailer


def _quietly(_what, _done, _total):
    pass


@pytest.fixture
def backed_up(tmp_path):
    """Write a backup of a runtime to a new file."""

    def write(runtime):
        target = tmp_path / f"{uuid4().hex}.zip"
        dumping.write(runtime, target, _quietly)
        return target

    return write


@pytest.fixture
def restored():
    """Restore a file into a runtime; what the restore tells."""

    def read(runtime, file, key=None):
        with file.open("rb") as source:
            return restoring.restore(runtime, open_archive(source), _quietly, key)

    return read


@pytest.fixture
def empty(request, sqlite_runtime, tmp_path):
    """Make an empty installation of either database, on a machine of its own."""
    made = []

    def make(kind, anchors=None):
        if kind == "sqlite":
            url = f"sqlite:///{tmp_path / uuid4().hex}.db"
        else:
            server, name = request.getfixturevalue("postgres"), f"restored_{uuid4().hex[:12]}"
            admin = create_engine(f"{server}/postgres", isolation_level="AUTOCOMMIT")
            with admin.connect() as connection:
                connection.execute(text(f"CREATE DATABASE {name}"))
            admin.dispose()
            url = f"{server}/{name}"
        engine = open_engine(url)
        made.append(engine)
        return replace(
            sqlite_runtime,
            sessions=open_sessions(engine),
            files=FakeFileStore(),
            keys=FakeKeyStore(),
            mailer=FakeMailer(),
            anchors=anchors or FakeAnchors(),
        )

    yield make
    for engine in made:
        engine.dispose()
