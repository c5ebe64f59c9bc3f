"""The clauses a bundle carries: which sentence of the regulation a step, form or rule realises."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from workflows import strict_yaml
from workflows.bundles.bundle import Opened

FILE = "clauses.yaml"


def clauses_for(opened: Opened, names: Iterable[str]) -> list[dict[str, str]]:
    """Return the clauses realised by any of the names, in the regulation's order.

    A name is the id of a diagram element, form, field (``form.field``), rule or parameter; a form's
    name also finds the clauses of its fields. Each clause: id, article, strength, text (our
    paraphrase).
    """
    wanted = set(names)
    return [
        {key: str(clause[key]) for key in ("id", "article", "strength", "text")}
        for clause in _read(opened.bundle.files.get(FILE, b""))
        if any(_is_meant(str(name), wanted) for name in clause.get("realised_by") or ())
    ]


def _is_meant(name: str, wanted: set[str]) -> bool:
    return name in wanted or name.split(".", maxsplit=1)[0] in wanted


@lru_cache(maxsize=64)
def _read(data: bytes) -> tuple[Mapping[str, Any], ...]:
    return tuple(strict_yaml.read_stored(data) or ()) if data else ()
