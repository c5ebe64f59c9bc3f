"""Connections that waited in the pool: whether their server is still there, asked only in doubt.

Asking each time costs every request a round trip. A server that ends tells its clients: then there
is something to read on a connection that asked nothing.
"""

from select import POLLIN, poll
from time import monotonic
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.exc import InvalidatePoolError

ASK_AFTER_SECONDS = 30.0  # what lies between may have dropped the connection without a word
_IDLE_SINCE = "liancheng_idle_since"


def watch(engine: Engine) -> None:
    """Replace what has gone in a PostgreSQL engine's pool before anybody is given it."""

    def take_out(connection: Any, record: Any, _proxy: Any) -> None:
        idle_since = record.info.get(_IDLE_SINCE)
        if idle_since is None:
            return
        try:
            if _is_doubtful(connection, idle_since):
                engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise InvalidatePoolError from error

    event.listen(engine, "checkout", take_out)
    event.listen(engine, "checkin", _put_back)


def _put_back(_connection: Any, record: Any) -> None:
    record.info[_IDLE_SINCE] = monotonic()


def _is_doubtful(connection: Any, idle_since: float) -> bool:
    """Tell whether to ask. Raises the driver's Error where the connection has no socket any more."""
    return monotonic() - idle_since > ASK_AFTER_SECONDS or _has_word(connection.pgconn.socket)


def _has_word(socket: int) -> bool:
    """Tell whether the server has said something, or has gone."""
    looking = poll()
    looking.register(socket, POLLIN)
    return bool(looking.poll(0))
