"""Cuts a source into tokens. Names may be Chinese, and some have spaces in them."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal, DecimalException
from functools import lru_cache
from typing import Any, Final, NoReturn

from workflows.feel.errors import FeelBudgetError, FeelSyntaxError, Position
from workflows.feel.limits import MAX_SOURCE_CHARACTERS
from workflows.feel.values import NUMBERS

KEYWORDS: Final = frozenset(
    "for in return if then else some every satisfies and or true false null between"  # noqa: SIM905
    " instance of function external".split(),
)
_NAME: Final = (
    r"[^\W\d][\w\U00010000-\U0010FFFF]*|[\U0001F000-\U0001FAFF][\w\U0001F000-\U0001FAFF]*"
)
_TOKEN: Final = re.compile(
    rf"""
      (?P<space>(?:\s|//[^\n]*|/\*(?:[^*]|\*(?!/))*\*/)+)
    | (?P<number>(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
    | (?P<string>"(?:[^"\\]|\\.)*")
    | (?P<name>{_NAME})
    | (?P<symbol>\.\.|\*\*|<=|>=|!=|->|/(?!\*)|[-+*<>=()\[\]{{}},:.@?])
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPE: Final = re.compile(r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{6})|(.))", re.DOTALL)
_ESCAPES: Final = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "'": "'", "\\": "\\", "/": "/"}
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_WIDE: Final = str.maketrans(
    "（）［］｛｝，：。“”‘’＝＜＞＋－＊／！？、；【】", '()[]{},:.""""=<>+-*/!?,;[]'
)


@dataclass(frozen=True, slots=True)
class Token:
    """``kind`` is number, string, name, keyword, symbol or end; ``value`` is what it means."""

    kind: str
    text: str
    at: int
    value: Any = None


def tokenize(source: str, phrases: frozenset[str]) -> list[Token]:
    """Cut ``source``; a name in ``phrases`` is one token even with spaces in it.

    Raises FeelSyntaxError, and FeelBudgetError when the source is too long.
    """
    if len(source) > MAX_SOURCE_CHARACTERS:
        raise FeelBudgetError(
            f"an expression may have {MAX_SOURCE_CHARACTERS} characters, not {len(source)}",
            f"表达式过长:最多 {MAX_SOURCE_CHARACTERS} 个字符,现有 {len(source)} 个",
        )
    return [*_tokens(source, _phrase_pattern(phrases)), Token("end", "", len(source))]


@lru_cache(maxsize=64)
def _phrase_pattern(phrases: frozenset[str]) -> re.Pattern[str] | None:
    if not phrases:
        return None
    longest_first = sorted(phrases, key=lambda phrase: (-len(phrase), phrase))
    return re.compile(rf"(?:{'|'.join(_spaced(p) for p in longest_first)})(?!\w)")


def _spaced(phrase: str) -> str:
    """Let any blanks stand for a space. A phrase that ends in ``(`` needs its bracket."""
    pattern = r"\s+".join(re.escape(word) for word in phrase.rstrip("(").split())
    return pattern + r"(?=\s*\()" if phrase.endswith("(") else pattern


def _tokens(source: str, phrases: re.Pattern[str] | None) -> Iterator[Token]:
    at, end = 0, len(source)
    while at < end:
        found = _TOKEN.match(source, at)
        if found is None:
            _refuse_character(source, at)
        kind, word = str(found.lastgroup), found[0]
        start, at = at, found.end()
        if kind == "space":
            continue
        if kind == "name":
            phrase = phrases.match(source, start) if phrases else None
            if phrase is not None and phrase.end() > at:
                at = phrase.end()
                word = " ".join(phrase[0].split())
            elif word in KEYWORDS:
                kind = "keyword"
        yield Token(kind, word, start, _meaning(source, kind, word, start))


def _meaning(source: str, kind: str, word: str, at: int) -> Any:
    if kind == "number":
        return _number(source, word, at)
    if kind == "string":
        return _string(source, word, at)
    return word


def _number(source: str, word: str, at: int) -> Decimal:
    following = source[at + len(word) : at + len(word) + 1]
    if following.isalpha() or following == "_":
        raise FeelSyntaxError(
            f"a name cannot begin with a digit: {word}{following}…",
            f"名称不能以数字开头:{word}{following}…",
            Position.at(source, at),
        )
    try:
        return NUMBERS.create_decimal(word)
    except DecimalException:
        raise FeelSyntaxError(
            "the number is too large", "数字过大", Position.at(source, at)
        ) from None


def text_value(word: str) -> str:
    """Return the value of one string literal, quotes included. Raises FeelSyntaxError."""
    return _string(word, word, 0)


def _string(source: str, word: str, at: int) -> str:
    if "\\" not in word:
        value = word[1:-1]
    else:
        value = _ESCAPE.sub(lambda found: _unescape(source, found, at), word[1:-1])
    if not _SURROGATE.search(value):
        return value
    try:
        return value.encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeDecodeError:
        raise FeelSyntaxError(
            "the string contains half a character",
            "文本中含有不完整的字符",
            Position.at(source, at),
        ) from None


def _unescape(source: str, found: re.Match[str], at: int) -> str:
    code = found[1] or found[2]
    if code is not None and int(code, 16) <= 0x10FFFF:
        return chr(int(code, 16))
    if code is None and found[3] in _ESCAPES:
        return _ESCAPES[found[3]]
    if code is None and found[3] not in "uU":
        return found[0]  # a pattern such as "\d" keeps its backslash
    raise FeelSyntaxError(
        f"unknown escape {found[0]}",
        f"无法识别的转义:{found[0]}",
        Position.at(source, at + 1 + found.start()),
    )


def _refuse_character(source: str, at: int) -> NoReturn:
    position = Position.at(source, at)
    character = source[at]
    plain = character.translate(_WIDE)
    if plain != character:
        raise FeelSyntaxError(
            f"{character} is a full-width character; write {plain}",
            f"“{character}”是全角符号,请改用半角“{plain}”",
            position,
        )
    if character == '"':
        raise FeelSyntaxError('the string has no closing "', "文本缺少结束的引号", position)
    if source.startswith("/*", at):
        raise FeelSyntaxError("the comment has no closing */", "注释缺少结束的 */", position)
    shown = character if character.isprintable() else f"U+{ord(character):04X}"
    raise FeelSyntaxError(f"unexpected character {shown}", f"无法识别的字符:{shown}", position)


def callable_phrases(names: Iterable[str]) -> frozenset[str]:
    """Return the names of functions that have spaces; one with a keyword needs its bracket."""
    return frozenset(
        f"{name}(" if KEYWORDS.intersection(name.split()) else name for name in names if " " in name
    )


def multi_word(names: Iterable[str]) -> frozenset[str]:
    """Return those names that one plain token would not cover."""
    return frozenset(name for name in names if not re.fullmatch(_NAME, name) and name.strip())
