"""Sets of characters: single ones, ranges, the escapes of XML Schema, Unicode categories."""

import unicodedata
from collections.abc import Callable
from typing import Final

Matcher = Callable[[str], bool]

_BLOCKS: Final = {
    "IsBasicLatin": (0x0000, 0x007F),
    "IsLatin-1Supplement": (0x0080, 0x00FF),
    "IsLatinExtended-A": (0x0100, 0x017F),
    "IsLatinExtended-B": (0x0180, 0x024F),
    "IsGreek": (0x0370, 0x03FF),
    "IsCyrillic": (0x0400, 0x04FF),
    "IsGeneralPunctuation": (0x2000, 0x206F),
    "IsCJKSymbolsandPunctuation": (0x3000, 0x303F),
    "IsHiragana": (0x3040, 0x309F),
    "IsKatakana": (0x30A0, 0x30FF),
    "IsCJKUnifiedIdeographsExtensionA": (0x3400, 0x4DBF),
    "IsCJKUnifiedIdeographs": (0x4E00, 0x9FFF),
    "IsHangulSyllables": (0xAC00, 0xD7AF),
    "IsHalfwidthandFullwidthForms": (0xFF00, 0xFFEF),
}
_CATEGORIES: Final = frozenset(
    "L Lu Ll Lt Lm Lo M Mn Mc Me N Nd Nl No P Pc Pd Ps Pe Pi Pf Po"  # noqa: SIM905
    " Z Zs Zl Zp S Sm Sc Sk So C Cc Cf Co Cn".split(),
)


def single(character: str, *, ignore_case: bool) -> Matcher:
    """Match one character."""
    if ignore_case:
        forms = cases(character)
        return lambda found: not forms.isdisjoint(cases(found))
    return lambda found: found == character


def span(first: str, last: str, *, ignore_case: bool) -> Matcher:
    """Match a range of code points."""
    if ignore_case:
        return lambda found: any(first <= form <= last for form in cases(found))
    return lambda found: first <= found <= last


def cases(character: str) -> frozenset[str]:
    """Return a character in its cases."""
    return frozenset({character, character.lower(), character.upper()})


def any_of(matchers: list[Matcher]) -> Matcher:
    """Match what one of them matches."""
    known = tuple(matchers)
    return lambda found: any(matcher(found) for matcher in known)


def none_of(matcher: Matcher) -> Matcher:
    """Match what the other does not."""
    return lambda found: not matcher(found)


def without(matcher: Matcher, excluded: Matcher) -> Matcher:
    """Match what the first does and the second does not."""
    return lambda found: matcher(found) and not excluded(found)


def category(name: str) -> Matcher | None:
    """Match a Unicode category such as ``Lu`` or a block such as ``IsBasicLatin``, or None."""
    if name in _BLOCKS:
        first, last = _BLOCKS[name]
        return lambda found: first <= ord(found) <= last
    if name not in _CATEGORIES:
        return None
    return lambda found: unicodedata.category(found).startswith(name)


def everything(_found: str) -> bool:
    """Match any character."""
    return True


def within_line(found: str) -> bool:
    """Match any character but the end of a line."""
    return found not in "\n\r"


def _is_space(found: str) -> bool:
    return found in " \t\n\r"


def _is_digit(found: str) -> bool:
    return unicodedata.category(found) == "Nd"


def _is_word(found: str) -> bool:
    return unicodedata.category(found)[0] not in "PZC"


def _is_name_start(found: str) -> bool:
    return found.isalpha() or found in "_:"


def _is_name_part(found: str) -> bool:
    return _is_name_start(found) or _is_digit(found) or found in "-.·"


CLASSES: Final[dict[str, Matcher]] = {
    "s": _is_space,
    "d": _is_digit,
    "w": _is_word,
    "i": _is_name_start,
    "c": _is_name_part,
    "S": none_of(_is_space),
    "D": none_of(_is_digit),
    "W": none_of(_is_word),
    "I": none_of(_is_name_start),
    "C": none_of(_is_name_part),
}
ESCAPED: Final = {"n": "\n", "r": "\r", "t": "\t", **{c: c for c in "\\|.-^?*+{}()[]$/ "}}
