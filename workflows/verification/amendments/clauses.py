"""Which clauses of a regulation an amendment changes, and what realises them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_CHANGING = ("article", "strength", "text", "realised_by", "not_modelled")


@dataclass(frozen=True)
class Amendment:
    """Which clauses change: their ids and articles, and what the list says realises them.

    ``others`` is what realises clauses that stay as they are: it is not touched just because it
    cites an article of which another sentence changes. ``whole`` are the articles of which no
    clause stays.
    """

    ids: frozenset[str]
    articles: frozenset[str]
    names: frozenset[str]
    others: frozenset[str] = frozenset()
    whole: frozenset[str] = frozenset()

    def cites(self, name: str, *given: str | None) -> bool:
        """Tell whether a thing that cites clauses or articles cites what changes."""
        cited = {each for each in given if each}
        is_anothers = name in self.others and name not in self.names
        return bool(cited & self.ids) or (bool(cited & self.articles) and not is_anothers)

    def is_sure(self, name: str, *given: str | None) -> bool:
        """Tell whether a thing realises or cites just what changes, not only the same article."""
        cited = {each for each in given if each}
        return name in self.names or bool(cited & (self.ids | self.whole))


def of_clauses(rows: Iterable[Mapping[str, Any]], named: Iterable[str]) -> Amendment:
    """Return the amendment of clauses named by their ids or articles. Raises LookupError."""
    wanted, rows = set(named), list(rows)
    chosen = [r for r in rows if {str(r.get("id")), str(r.get("article"))} & wanted]
    known = {str(each) for r in chosen for each in (r.get("id"), r.get("article"))}
    if unknown := sorted(wanted - known):
        raise LookupError("、".join(unknown))
    return _amendment(chosen, [row for row in rows if row not in chosen])


def between(
    before: Iterable[Mapping[str, Any]], after: Iterable[Mapping[str, Any]]
) -> tuple[Amendment, list[tuple[str, str]]]:
    """Return what changes between two versions of clauses, with each clause's id and how."""
    old = {str(row.get("id")): row for row in before}
    new = {str(row.get("id")): row for row in after}
    changes = [
        (clause, "新增" if clause not in old else "删除" if clause not in new else "修改")
        for clause in dict.fromkeys([*old, *new])
        if _told(old.get(clause)) != _told(new.get(clause))
    ]
    changed = {clause for clause, _how in changes}
    rows = [rows[clause] for clause in changed for rows in (old, new) if clause in rows]
    return _amendment(rows, [row for clause, row in new.items() if clause not in changed]), changes


def _told(row: Mapping[str, Any] | None) -> Any:
    return None if row is None else [row.get(key) for key in _CHANGING]


def _amendment(chosen: list[Mapping[str, Any]], others: list[Mapping[str, Any]]) -> Amendment:
    articles = frozenset(str(row["article"]) for row in chosen if row.get("article"))
    return Amendment(
        frozenset(str(row["id"]) for row in chosen),
        articles,
        frozenset(_realising(chosen)),
        frozenset(_realising(others)),
        articles - {str(row.get("article")) for row in others},
    )


def _realising(rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    return (str(name) for row in rows for name in row.get("realised_by") or ())
