"""File names as people send them, made safe to store, to show and to offer for download."""

import unicodedata
from pathlib import PurePosixPath

MAX_LENGTH = 150  # characters, ending included
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})  # control, bidi, surrogates
_TROUBLE = dict.fromkeys(map(ord, '<>:"|?*'), "_")  # not allowed in names on Windows


def clean_name(name: str) -> str:
    """Return the base name in NFC, without characters one cannot see, the ending kept."""
    base = name.replace("\\", "/").rsplit("/", 1)[-1]
    seen = "".join(c for c in base if unicodedata.category(c) not in _UNSEEN)
    plain = unicodedata.normalize("NFC", seen).translate(_TROUBLE).strip().lstrip(". ")
    ending = PurePosixPath(plain).suffix[:MAX_LENGTH]
    stem = plain.removesuffix(ending).rstrip()
    return stem[: MAX_LENGTH - len(ending)] + ending


def ending_of(name: str) -> str:
    """Return what stands after the last dot, lower case; nothing where there is no dot."""
    return PurePosixPath(name).suffix.removeprefix(".").lower()
