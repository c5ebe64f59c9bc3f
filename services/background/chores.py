"""What a worker sees to now and then, besides jobs. Every worker does; twice does no harm."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from services import basis_warnings, housekeeping
from services.checkpoints import taking
from services.db.engine import reading, unit_of_work
from services.runtime import Runtime
from services.studio import publications


@dataclass
class _Chore:
    every: timedelta
    act: Callable[[Runtime], None]
    done_at: datetime | None = None


class Chores:
    """Does each chore when it is time; the first time at once."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        look = timedelta(seconds=runtime.settings.checkpoint_seconds / 10)
        self._chores = [
            _Chore(timedelta(hours=1), _tidy),
            _Chore(look, taking.keep_up),
            _Chore(timedelta(minutes=1), _take_effect),
            _Chore(timedelta(hours=1), _warn_of_ends),
        ]

    def see_to(self) -> None:
        """Do what is due. Raises what a chore raises; it is due again at its next time."""
        now = self._runtime.clock.now()
        for chore in self._chores:
            if chore.done_at is None or now - chore.done_at >= chore.every:
                chore.done_at = now
                chore.act(self._runtime)


def _tidy(runtime: Runtime) -> None:
    with unit_of_work(runtime.sessions) as session:
        housekeeping.tidy(session, runtime.clock.now())


def _take_effect(runtime: Runtime) -> None:
    """Let published versions whose date has come take effect, each in a transaction of its own."""
    now = runtime.clock.now()
    with reading(runtime.sessions) as session:
        waiting = publications.due(session, now)
    for procedure_id in waiting:
        with unit_of_work(runtime.sessions) as session:
            publications.take_effect(session, now, procedure_id)


def _warn_of_ends(runtime: Runtime) -> None:
    with unit_of_work(runtime.sessions) as session:
        basis_warnings.tell(session, runtime)
