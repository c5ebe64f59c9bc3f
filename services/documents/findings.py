"""What speaks against a case: failed rules with their clauses, as its document holds them.

Told by the shape of the data: a rule task leaves ``hits`` with rule ids, an official's check
``results`` that are not met. No task is named here.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from workflows.bundles import Opened

NOT_MET = "not_met"


def of_document(
    opened: Opened, document: Mapping[str, Any], waived: frozenset[str] = frozenset()
) -> list[dict[str, Any]]:
    """Return the failed conditions, each once: rule_id, text, article, fact, clause, strength.

    Those waived (放宽) are left out. The clause is the paraphrase in clauses.yaml of the sentence
    that the rule realises.
    """
    attested = _attested(opened)
    found: dict[str, dict[str, Any]] = {}
    for row in _rows(document):
        rule_id = str(row["rule_id"])
        if rule_id not in waived:
            found[rule_id] = _finding(opened, rule_id, {**attested.get(rule_id, {}), **row})
    return list(found.values())


def _rows(value: Any) -> Iterator[Mapping[str, Any]]:
    """Yield rows of decision tables that were hit, and of checks that found a rule not met."""
    if isinstance(value, list):
        for each in value:
            yield from _rows(each)
    elif isinstance(value, Mapping):
        yield from (r for r in _maps(value.get("hits")) if r.get("rule_id") and r.get("text"))
        yield from (r for r in _maps(value.get("results")) if _is_not_met(r))
        for inner in value.values():
            yield from _rows(inner)


def _maps(value: Any) -> list[Mapping[str, Any]]:
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []


def _is_not_met(row: Mapping[str, Any]) -> bool:
    return bool(row.get("rule_id")) and row.get("result") == NOT_MET


def _attested(opened: Opened) -> dict[str, Mapping[str, Any]]:
    """Return the conditions that people judge, as the procedure's parameters word them."""
    entries = (opened.procedure["procedure"].get("profile") or {}).values()
    rows = [row for entry in entries for row in _maps(entry.get("value"))]
    return {str(row["rule_id"]): row for row in rows if row.get("rule_id")}


def _finding(opened: Opened, rule_id: str, row: Mapping[str, Any]) -> dict[str, Any]:
    clauses = [c for c in opened.clauses if rule_id in (c.get("realised_by") or ())]
    clause = clauses[0] if clauses else {}
    return {
        "rule_id": rule_id,
        "text": row.get("text") or clause.get("text") or rule_id,
        "article": row.get("article") or clause.get("article") or "",
        "fact": row.get("remark") or _fact(row.get("fact")),
        "clause": clause.get("text"),
        "strength": row.get("strength") or "HARD",
        "curable": bool(row.get("curable")),
    }


def _fact(value: Any) -> str | None:
    """Return a fact that a person can read: numbers and Chinese words, no codes."""
    if value is None or isinstance(value, (bool, dict, list)):
        return None
    return None if isinstance(value, str) and value.isascii() else str(value)
