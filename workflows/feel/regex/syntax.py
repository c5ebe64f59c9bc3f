"""From pattern to tree."""

from typing import Final

from workflows.feel.regex import characters
from workflows.feel.regex.characters import CLASSES, ESCAPED, Matcher
from workflows.feel.regex.tree import (
    Again,
    Choice,
    Edge,
    Group,
    Item,
    One,
    PatternError,
    Repeat,
    Sequence,
)

MAX_PATTERN_CHARACTERS: Final = 1000
_MAX_DEPTH: Final = 30
_MAX_REPEATS: Final = 1000
_DIGITS: Final = frozenset("0123456789")


def parse(pattern: str, flags: str) -> tuple[Item, int, bool]:
    """Return the tree, the number of groups, and whether ``^`` and ``$`` work by line."""
    if len(pattern) > MAX_PATTERN_CHARACTERS:
        raise PatternError("too long")
    if set(flags) - set("imsx"):
        raise PatternError("unknown flag")
    reader = _Reader(_unspaced(pattern) if "x" in flags else pattern, flags)
    tree = reader.choice(0)
    if reader.rest():
        raise PatternError("unbalanced bracket")
    return tree, reader.groups, "m" in flags


def _unspaced(pattern: str) -> str:
    """Drop blanks, except within a class."""
    kept, level = "", 0
    for character in pattern:
        level += (character == "[") - (character == "]")
        if level or character not in " \t\n\r":
            kept += character
    return kept


class _Reader:
    def __init__(self, pattern: str, flags: str) -> None:
        self._pattern = pattern
        self._at = 0
        self._ignore_case = "i" in flags
        self._dot = characters.everything if "s" in flags else characters.within_line
        self.groups = 0
        self._closed: set[int] = set()

    def rest(self) -> str:
        return self._pattern[self._at :]

    def _peek(self) -> str:
        return self._pattern[self._at : self._at + 1]

    def _take(self) -> str:
        character = self._peek()
        if not character:
            raise PatternError("ends too early")
        self._at += 1
        return character

    def _accept(self, text: str) -> bool:
        found = self._pattern.startswith(text, self._at)
        self._at += len(text) if found else 0
        return found

    def choice(self, depth: int) -> Item:
        if depth > _MAX_DEPTH:
            raise PatternError("nested too deeply")
        branches = [self._sequence(depth)]
        while self._accept("|"):
            branches.append(self._sequence(depth))
        return branches[0] if len(branches) == 1 else Choice(tuple(branches))

    def _sequence(self, depth: int) -> Item:
        items: list[Item] = []
        while self._peek() not in {"", "|", ")"}:
            items.append(self._repeated(self._item(depth)))
        return Sequence(tuple(items))

    def _repeated(self, item: Item) -> Item:
        least, most = self._counts()
        if least is None:
            return item
        is_greedy = not self._accept("?")
        if self._peek() and self._peek() in "*+?{":
            raise PatternError("repeated twice")
        return Repeat(item, least, most, is_greedy)

    def _counts(self) -> tuple[int | None, int | None]:
        if self._accept("*"):
            return 0, None
        if self._accept("+"):
            return 1, None
        if self._accept("?"):
            return 0, 1
        if not self._accept("{"):
            return None, None
        least = self._number()
        most: int | None = least
        if self._accept(","):
            most = None if self._peek() == "}" else self._number()
        if not self._accept("}") or (most is not None and most < least):
            raise PatternError("faulty counts")
        return least, most

    def _number(self) -> int:
        digits = ""
        while self._peek() in _DIGITS:
            digits += self._take()
        if not digits or len(digits) > 4 or int(digits) > _MAX_REPEATS:
            raise PatternError("faulty count")
        return int(digits)

    def _item(self, depth: int) -> Item:
        character = self._take()
        if character == "(":
            return self._group(depth)
        if character in "^$":
            return Edge(character)
        if character in "*+?{}])":
            raise PatternError(f"misplaced {character}")
        if character == "\\" and self._peek() in _DIGITS:
            return self._again()
        return One(self._matcher(character))

    def _again(self) -> Item:
        """Read the number of a group that is closed, as many digits as make one."""
        number = int(self._take())
        while self._peek() in _DIGITS and 10 * number + int(self._peek()) <= self.groups:
            number = 10 * number + int(self._take())
        if number not in self._closed:
            raise PatternError("no such group before")
        return Again(number, self._ignore_case)

    def _group(self, depth: int) -> Item:
        if self._accept("?"):
            if not self._accept(":"):
                raise PatternError("only (?: is supported")
            item = self.choice(depth + 1)
        else:
            self.groups += 1
            number = self.groups
            item = Group(number, self.choice(depth + 1))
        if not self._accept(")"):
            raise PatternError("unbalanced bracket")
        if isinstance(item, Group):
            self._closed.add(item.number)
        return item

    def _matcher(self, character: str) -> Matcher:
        if character == ".":
            return self._dot
        if character == "[":
            return self._class(0)
        if character == "\\":
            found = self._escape()
            return found if callable(found) else self._single(found)
        return self._single(character)

    def _single(self, character: str) -> Matcher:
        return characters.single(character, ignore_case=self._ignore_case)

    def _escape(self) -> Matcher | str:
        """Read what follows a backslash: a class, or a character that stands for itself."""
        letter = self._take()
        if letter in CLASSES:
            return CLASSES[letter]
        if letter in "pP":
            return self._category(negated=letter == "P")
        if letter in ESCAPED:
            return ESCAPED[letter]
        raise PatternError(f"unsupported \\{letter}")

    def _category(self, *, negated: bool) -> Matcher:
        if not self._accept("{"):
            raise PatternError("\\p needs a category")
        name, _, _ = self.rest().partition("}")
        found = characters.category(name)
        self._at += len(name)
        if found is None or not self._accept("}"):
            raise PatternError("unknown category")
        return characters.none_of(found) if negated else found

    def _class(self, depth: int) -> Matcher:
        """Read ``[…]``, also with ``-[…]`` that takes characters away again."""
        if depth > _MAX_DEPTH:
            raise PatternError("nested too deeply")
        negated = self._accept("^")
        parts: list[Matcher] = []
        excluded: Matcher | None = None
        while not self._accept("]"):
            if parts and self._accept("-["):
                excluded = self._class(depth + 1)
                if not self._accept("]"):
                    raise PatternError("unbalanced bracket")
                break
            parts.append(self._class_part())
        if not parts:
            raise PatternError("empty class")
        found = characters.any_of(parts)
        found = characters.none_of(found) if negated else found
        return found if excluded is None else characters.without(found, excluded)

    def _class_part(self) -> Matcher:
        first = self._class_character()
        if callable(first):
            return first
        if self._peek() != "-" or self._pattern[self._at + 1 : self._at + 2] in {"]", "["}:
            return self._single(first)
        self._take()
        last = self._class_character()
        if callable(last) or last < first:
            raise PatternError("faulty range")
        return characters.span(first, last, ignore_case=self._ignore_case)

    def _class_character(self) -> Matcher | str:
        character = self._take()
        if character == "[":
            raise PatternError("misplaced [")
        return self._escape() if character == "\\" else character
