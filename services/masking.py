"""What is not for the public: identity numbers, telephones and mail addresses in published text."""

import re
from collections.abc import Mapping
from typing import Any

_ID_CARD = re.compile(
    r"(?<![0-9A-Za-z])(\d{6})((?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))(\d{3}[\dXx])"
    r"(?![0-9A-Za-z])"
)
_MOBILE = re.compile(r"(?<!\d)(1[3-9]\d)\d{4}(\d{4})(?!\d)")
_MAIL = re.compile(r"([A-Za-z0-9])[A-Za-z0-9._%+-]*@([A-Za-z0-9.-]+\.[A-Za-z]{2,})")
_PRIVATE = re.compile(r"phone|mobile|email|id_no|id_card|contact|address", re.IGNORECASE)


def masked(value: Any) -> Any:
    """Return JSON for the public: private fields left out, numbers of persons made unreadable."""
    if isinstance(value, str):
        return text(value)
    if isinstance(value, list):
        return [masked(each) for each in value]
    if isinstance(value, Mapping):
        return {k: masked(v) for k, v in value.items() if not _PRIVATE.search(str(k))}
    return value


def text(value: str) -> str:
    """Mask identity numbers, mobile telephones and mail addresses in a text."""
    value = _ID_CARD.sub(r"\1********\3", value)
    value = _MOBILE.sub(r"\1****\2", value)
    return _MAIL.sub(r"\1***@\2", value)
