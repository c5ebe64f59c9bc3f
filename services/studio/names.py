"""The names that an expression at one element of a draft may read, with what they are."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from services import checking
from services.studio.checks import Material
from workflows import feel
from workflows.verification import Shape, Subject, names_at, writers_of

Row = dict[str, Any]
MAX_NAMES, MAX_DEPTH, MAX_VALUES = 1200, 4, 12
_FIXED: Mapping[str, str] = {
    "case": "办件",
    "case.id": "办件的内部编号",
    "case.number": "办件编号",
    "case.procedure": "办理事项",
    "case.jurisdiction": "辖区",
    "case.started_on": "收件日期",
    "case.rehearsal": "是否演练",
    "case.state": "办件状态",
    "case.parties": "参与各方，按角色",
    "legal_basis": "依据",
    "legal_basis.status": "依据的效力状态",
    "legal_basis.number": "依据的文号",
    "legal_basis.effective_from": "依据自哪天起有效",
    "legal_basis.effective_to": "依据有效到哪天",
    "legal_basis.title": "依据的名称",
    "legal_basis.is_demo": "是否演示依据",
    "profile": "本事项的参数",
    "task": "本环节",
    "task.opened_at": "本环节开始的时刻",
    "task.due_at": "本环节到期的时刻",
}
_STAMPS: Mapping[str, str] = {
    "round": "第几次",
    "by": "谁办的",
    "at": "何时办的",
    "outcome": "结果",
}


def functions() -> list[Row]:
    """Return the built-in functions with their parameters and what each is for."""
    return [
        {"name": name, "parameters": list(parameters), "about": feel.WORDS[name]}
        for name, parameters in feel.signatures()
    ]


def at(given: Material, element_id: str) -> list[Row]:
    """Return dotted names with what they are and the texts they can be; of no such element none.

    Asks nothing of the database: what is drawn now is given, saved or not.
    """
    subject = checking.subject(given.bundle)
    about = _about(subject)
    found: list[Row] = []
    for path, shape in _flat(names_at(subject, element_id)):
        values = sorted(shape.values or ())[:MAX_VALUES]
        found.append({"name": path, "about": _told(about, path), "values": values})
        if len(found) == MAX_NAMES:
            break
    return found


def told(given: Material, wanted: Iterable[str]) -> dict[str, str]:
    """Return what dotted names are, in Chinese; empty where nothing is known of one."""
    about = _about(checking.subject(given.bundle))
    return {name: _told(about, name) for name in wanted}


def _about(subject: Subject) -> dict[str, str]:
    return {**_FIXED, **_of_profile(subject), **_of_documents(subject)}


def _flat(names: Mapping[str, Shape]) -> Iterator[tuple[str, Shape]]:
    """Yield dotted names, those of one word first, then what lies within them."""
    level = sorted(names.items())
    for _depth in range(MAX_DEPTH):
        yield from level
        level = [
            (f"{path}.{name}", shape.fields[name])
            for path, shape in level
            for name in sorted(shape.fields or {})
            if shape.fields
        ]


def _told(about: Mapping[str, str], path: str) -> str:
    return about.get(path) or _STAMPS.get(path.rpartition(".")[2], "")


def _of_profile(subject: Subject) -> dict[str, str]:
    entries = subject.profile.items()
    return {
        f"profile.{key}": str(e.get("label") or "") for key, e in entries if isinstance(e, dict)
    }


def _of_documents(subject: Subject) -> dict[str, str]:
    """Return what nodes write, by the names of the nodes and the labels of their forms."""
    found: dict[str, str] = {}
    for key, node in writers_of(subject):
        found.setdefault(key, f"“{node.name or node.id}”的结果")
        form = subject.form_of(node)
        for each in form.fields if form else ():
            label = str(getattr(each, "label", "") or "")
            found.setdefault(f"{key}.{each.path.replace('[]', '')}", label)
    return found
