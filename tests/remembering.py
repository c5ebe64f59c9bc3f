"""What takes long to bring about is brought about once in each worker, and copied from then on."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from services.db.engine import reading
from services.db.models import Case
from services.runtime import Runtime

_OUTSIDE = ("clock", "files", "keys", "mailer", "publisher", "anchors", "messengers")


@dataclass
class _Memory:
    database: sqlite3.Connection
    outside: dict[str, Any]
    result: Any


_memories: dict[str, _Memory] = {}


def remembered(runtime: Runtime, name: str, bring_about: Callable[[Runtime], Any]) -> Any:
    """Bring a runtime to where ``bring_about`` brings it; return what that returned, the first time.

    Copied is only to a runtime on SQLite with fakes outside that has no case yet.
    """
    if runtime.sessions.kw["bind"].dialect.name != "sqlite" or _has_cases(runtime):
        return bring_about(runtime)
    if name in _memories:
        return _recall(runtime, _memories[name])
    result = bring_about(runtime)
    _memories[name] = _memory(runtime, result)
    return result


def _has_cases(runtime: Runtime) -> bool:
    with reading(runtime.sessions) as session:
        return bool(session.scalar(select(func.count()).select_from(Case)))


def _memory(runtime: Runtime, result: Any) -> _Memory:
    database = sqlite3.connect(":memory:")
    with closing(_opened(runtime)) as source:
        source.backup(database)
    outside = {name: deepcopy(getattr(runtime, name)) for name in _OUTSIDE}
    return _Memory(database, outside, result)


def _recall(runtime: Runtime, memory: _Memory) -> Any:
    with closing(_opened(runtime)) as target:
        memory.database.backup(target)
    for name, then in memory.outside.items():
        _become(getattr(runtime, name), deepcopy(then))
    return memory.result


def _become(fake: Any, then: Any) -> None:
    if isinstance(fake, dict):
        for key, each in fake.items():
            _become(each, then[key])
    else:
        vars(fake).update(vars(then))


def _opened(runtime: Runtime) -> sqlite3.Connection:
    return sqlite3.connect(runtime.sessions.kw["bind"].url.database)
