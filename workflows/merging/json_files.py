"""Merging forms, settings and examples, which are JSON."""

import json
from collections.abc import Mapping
from typing import Any

from workflows.merging.conflicts import Choice, Disputes, Merged
from workflows.merging.entries import Merging, Place


def merge_json(base: bytes, mine: bytes, theirs: bytes, choices: Mapping[str, Choice]) -> Merged:
    """Merge two versions of a form or of a procedure's settings. Raises ValueError."""
    merging = Merging(Disputes(choices))
    merged = merging.value(json.loads(base), json.loads(mine), json.loads(theirs), Place())
    if merging.disputes.found:
        return Merged(None, tuple(merging.disputes.found.values()))
    return Merged(_written(merged, theirs))


def _written(merged: Any, like: bytes) -> bytes:
    """Write on one line or on many, as the other side does."""
    is_on_one_line = b"\n" not in like.strip()
    text = (
        json.dumps(merged, ensure_ascii=False, separators=(",", ":"))
        if is_on_one_line
        else json.dumps(merged, ensure_ascii=False, indent=2)
    )
    return (text + ("\n" if like.endswith(b"\n") else "")).encode()
