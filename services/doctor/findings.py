"""What a check finds: how it is and, where something is wrong, what to do."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from pathlib import Path

from sqlalchemy import Engine, make_url

from services.db.engine import Sessions, open_engine, open_sessions
from services.gateways.clock import Clock
from services.runtime import open_clock
from services.settings import Settings


class Status(StrEnum):
    """Whether the installation may work like this."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report; ``name`` is the check's, ``advice`` is empty when all is well."""

    status: Status
    message: str
    advice: str = ""
    name: str = ""


def ok(message: str) -> Finding:
    """Return that all is well."""
    return Finding(Status.OK, message)


def warn(message: str, advice: str) -> Finding:
    """Return that it works, but somebody should look."""
    return Finding(Status.WARN, message, advice)


def fail(message: str, advice: str) -> Finding:
    """Return that it does not work, or is not safe."""
    return Finding(Status.FAIL, message, advice)


@dataclass(frozen=True)
class Patient:
    """What is checked: the settings, the variables they come from, and what they lead to."""

    settings: Settings
    env: Mapping[str, str] = field(default_factory=dict)

    @property
    def missing_file(self) -> Path | None:
        """Return SQLite's file where there is none yet; looking must not make it."""
        if not self.settings.is_sqlite or self.sqlite_file.is_file():
            return None
        return self.sqlite_file

    @property
    def sqlite_file(self) -> Path:
        """Return where SQLite's file is."""
        return Path(make_url(self.settings.database_url).database or "").absolute()

    @cached_property
    def engine(self) -> Engine:
        """Return the engine of its database."""
        return open_engine(self.settings.database_url, pool_size=1)

    @cached_property
    def sessions(self) -> Sessions:
        """Return the sessions of its database."""
        return open_sessions(self.engine)

    @cached_property
    def clock(self) -> Clock:
        """Return the clock that its workers go by."""
        return open_clock(self.settings)
