"""What the static check of a decision table finds."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """``kind`` is gap, overlap, unreachable, duplicate, type or value.

    ``example`` maps input labels to FEEL values. ``is_fractional``: it concerns only numbers
    with decimals, so perhaps nothing real.
    """

    kind: str
    message_zh: str
    rule_ids: tuple[str, ...]
    example: dict[str, str]
    is_fractional: bool = False
