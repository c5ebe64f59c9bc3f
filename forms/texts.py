"""What a text may consist of, in answers and in definitions alike."""

import re
import unicodedata
from typing import Final

# C0 controls except tab and line feed, DEL, C1 controls, lone surrogates
_FORBIDDEN: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def clean(value: str) -> str:
    """``value`` in NFC, line ends as line feeds, without blanks around it.

    Raises ValueError for control characters and lone surrogates, which no database column
    could hold.
    """
    text = value.replace("\r\n", "\n")
    if _FORBIDDEN.search(text):
        raise ValueError("control character or lone surrogate")
    return unicodedata.normalize("NFC", text).strip()


def is_clean(value: str) -> bool:
    """Whether ``value`` holds no control character and no lone surrogate."""
    return _FORBIDDEN.search(value) is None


def printable(value: str, length: int = 64) -> str:
    """``value`` cut and escaped so that it can stand in any message or JSON document."""
    cut = value[:length].encode("ascii", "backslashreplace") if not is_clean(value) else None
    return value[:length] if cut is None else cut.decode("ascii")
