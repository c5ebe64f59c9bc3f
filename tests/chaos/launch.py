"""The product's command line, but with processes that die at the worst moments.

``LIANCHENG_DEATHS`` is the chance at each such moment: inside a transaction before its commit,
right after it, between claiming a job and running it, between handing a message over and noting
it. Each death is a SIGKILL of the process by itself, noted in ``LIANCHENG_DEATHS_LOG``.
``LIANCHENG_JUMPS`` names a file with the seconds by which the host's clock is wrong.
"""

import os
import random
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any

CHANCE = float(os.environ.get("LIANCHENG_DEATHS", "0"))
LOG = os.environ.get("LIANCHENG_DEATHS_LOG", os.devnull)
JUMPS = Path(os.environ.get("LIANCHENG_JUMPS", os.devnull))


def perhaps_die(where: str) -> None:
    """Die, once in a while."""
    if random.SystemRandom().random() >= CHANCE:
        return
    log = os.open(LOG, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(log, f"{where}\n".encode())
    os.kill(os.getpid(), signal.SIGKILL)


def _mortal_transactions() -> None:
    from services.db import engine

    @contextmanager
    def unit_of_work(sessions: Any) -> Iterator[Any]:
        with sessions.begin() as session:
            yield session
            session.flush()
            perhaps_die("inside a transaction")
        perhaps_die("after a commit")

    engine.unit_of_work = unit_of_work


def _mortal_after(holder: Any, name: str, where: str) -> None:
    whole: Callable[..., Any] = getattr(holder, name)

    def mortal(*given: Any, **named: Any) -> Any:
        found = whole(*given, **named)
        perhaps_die(where)
        return found

    setattr(holder, name, mortal)


class _WrongTime(datetime):
    """What a host believes whose clock has been set."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
        """Return the host's time, as wrong as the file says."""
        wrong = JUMPS.read_text(encoding="ascii") if JUMPS.exists() else ""
        return datetime.now(tz) + timedelta(seconds=float(wrong or 0))


def _jumping_clock() -> None:
    from services.gateways import clock

    clock.datetime = _WrongTime  # type: ignore[misc]


def main() -> None:
    """Run the command line."""
    _mortal_transactions()  # before anybody takes the name from there
    _jumping_clock()
    from api.cli import main as command_line
    from services import jobs
    from services.gateways.mail import SmtpMailer
    from services.gateways.messages import HttpMessenger
    from services.jobs import failing

    failing.FIRST_RETRY_SECONDS = 1
    _mortal_after(jobs, "claim_next", "between claim and finish")
    _mortal_after(SmtpMailer, "send", "after a mail was sent")
    _mortal_after(HttpMessenger, "send", "after a message was sent")
    command_line()


if __name__ == "__main__":
    main()
