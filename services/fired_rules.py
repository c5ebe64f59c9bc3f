"""The rules of decision tables that decided in a case: as kept in its audit chain, told in words."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from workflows import dmn


def told(decisions: Mapping[str, dmn.Model], kept: Iterable[list[Any]]) -> Iterator[dict[str, Any]]:
    """Yield each rule with its table's name and its author's note, in the order they decided.

    ``kept`` are [decision, rule, row] of an audit entry; ``decisions`` are those of the bundle.
    """
    models = {id(model): model for model in decisions.values()}.values()
    for element_id, rule_id, row in kept:
        model = decisions.get(element_id) or _holder(models, element_id)
        rule = None if model is None else model.rule(rule_id)
        yield {
            "decision": element_id,
            "name": element_id if model is None else model.name_of(element_id),
            "rule": rule_id,
            "row": row,
            "note": rule.note if rule else "",
        }


def _holder(models: Iterable[dmn.Model], element_id: str) -> dmn.Model | None:
    return next((model for model in models if element_id in model.knowledge), None)
