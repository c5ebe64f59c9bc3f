"""The open tasks of a trial, and who may do them. A place names a task whenever it is told again."""

from collections import Counter
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services import views
from services.db.engine import reading
from services.db.models import Membership, Party, Person
from services.trials.sandboxes import Sandbox

Task = dict[str, Any]


def open_tasks(sandbox: Sandbox) -> list[Task]:
    """Return the open tasks, the oldest first, with ``place`` and ``people`` (logins)."""
    if sandbox.case is None:
        return []
    with reading(sandbox.runtime.sessions) as session:
        holders = _holders(session)
        found = views.open_tasks(session, sandbox.case)
    seen: Counter[str] = Counter()
    return [_placed(task, seen) | {"people": _people(task, holders)} for task in found]


def _placed(task: Task, seen: Counter[str]) -> Task:
    place = f"{task['node_id']}~{task['item_key'] or ''}"
    seen[place] += 1
    return task | {"place": f"{place}~{seen[place]}"}


def _people(task: Task, holders: dict[tuple[str, str], list[str]]) -> list[str]:
    if task["login"]:
        return [task["login"]]
    return holders.get((task["party_code"] or "", task["role"] or ""), [])


def _holders(session: Session) -> dict[tuple[str, str], list[str]]:
    rows = session.execute(
        select(Party.code, Membership.role, Person.login)
        .join(Party, Party.id == Membership.party_id)
        .join(Person, Person.id == Membership.person_id)
        .order_by(Person.login)
    )
    found: dict[tuple[str, str], list[str]] = {}
    for code, role, login in rows:
        found.setdefault((code, role), []).append(login)
    return found
