"""Structured logs: one JSON object a line, an event's name and ids, never answers or names."""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_ABOUT: ContextVar[dict[str, str]] = ContextVar("about", default={})  # noqa: B039 - never changed


@contextmanager
def about(**ids: Any) -> Iterator[None]:
    """Name ids in every line logged inside: request_id, case_id, job_id. None names nothing."""
    given = {name: str(value) for name, value in ids.items() if value is not None}
    token = _ABOUT.set(_ABOUT.get() | given)
    try:
        yield
    finally:
        _ABOUT.reset(token)


def request_id() -> str | None:
    """Return the id of the request that all this is done for."""
    return _ABOUT.get().get("request_id")


class JsonFormatter(logging.Formatter):
    """Writes level, logger, event, what it is about, and the extras given with it."""

    def format(self, record: logging.LogRecord) -> str:
        """Return one line."""
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
        }
        line |= _ABOUT.get()
        line |= {k: v for k, v in vars(record).items() if k not in _STANDARD}
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def configure(level: int = logging.INFO) -> None:
    """Send all logs to standard error as JSON; the engine's own chatter only from warnings on."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.getLogger("spiff").setLevel(logging.WARNING)
