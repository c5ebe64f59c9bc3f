"""Opinions and seals bound to a text: valid only for the very content they were given on."""

from typing import Any

from services.service_tasks.agreements import content_hash
from services.service_tasks.operation import Call


def hash_content(call: Call, *, content: Any) -> dict[str, Any]:
    """Return the canonical hash of a JSON value, the files it names by their content."""
    return {
        "sha256": content_hash(call, content if isinstance(content, dict) else {"": content}),
        "at": call.world.now.isoformat(),
    }


def tally(
    _call: Call,
    *,
    parties: list[str],
    hash: str,  # noqa: A002 - the name process owners write
    previous: list[dict[str, Any]] | None,
    given: list[dict[str, Any]],
) -> dict[str, Any]:
    """Sort entries by whether they are on this text: the newest of each party counts.

    Who has not answered is pending: silence is never consent. An entry without ``opinion`` is
    no answer. ``previous`` are the valid and void entries of the tally before.
    """
    answered = [entry for entry in [*(previous or []), *given] if entry.get("opinion")]
    valid = {e["key"]: e for e in answered if e.get("hash") == hash and e["key"] in parties}
    void = [e for e in answered if e.get("hash") != hash]
    by_opinion = {
        word: [p for p in parties if p in valid and valid[p]["opinion"] == word]
        for word in ("agree", "disagree")
    }
    return {
        "valid": [valid[p] for p in parties if p in valid],
        "void": void,
        **by_opinion,
        "pending": [p for p in parties if p not in valid],
    }
