"""One model file as elements: their ids, their texts, and the FEEL within them."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from lxml import etree

from workflows import feel
from workflows.dmn.errors import DmnError
from workflows.feel.types import NO_TYPES, Types
from workflows.xml import UnsafeXmlError, parse_xml

if TYPE_CHECKING:
    from workflows.dmn.model import DecisionTable

NAMESPACES: Final = frozenset(
    {
        "https://www.omg.org/spec/DMN/20191111/MODEL/",
        "https://www.omg.org/spec/DMN/20211108/MODEL/",
        "https://www.omg.org/spec/DMN/20230324/MODEL/",
    },
)
MAX_NAMES: Final = 1000
_ID: Final = re.compile(r"[A-Za-z_][\w.-]{0,63}", re.ASCII)
Element = Any  # an lxml element; lxml's own type is not generic over tags


def open_file(xml: bytes) -> tuple[Element, str]:
    """Return the root of a model and the namespace of its elements. Raises DmnError."""
    try:
        root = parse_xml(xml)
    except UnsafeXmlError as error:
        raise DmnError("the file is not safe XML", str(error)) from error
    name = etree.QName(root)
    if name.localname != "definitions" or name.namespace not in NAMESPACES:
        raise DmnError("this is not a DMN 1.3, 1.4 or 1.5 model", "不是 DMN 1.3/1.4/1.5 模型文件")
    return root, str(name.namespace)


class Elements:
    """Finds the parts of elements, and parses what is written in them.

    ``tables`` are those read so far, wherever they stand, each with the id of what they belong to.
    """

    def __init__(self, root: Element, namespace: str, more_names: frozenset[str]) -> None:
        self.root = root
        self._prefix = f"{{{namespace}}}"
        tags = ("parameter", "formalParameter", "itemDefinition")
        self._where_dots_are_paths = {self._prefix + tag for tag in tags}
        self._seen: set[str] = set()
        self.tables: list[tuple[str, DecisionTable]] = []
        self._shared = frozenset(self._known_names()) | more_names
        self.names = self._shared
        self.types: Types = NO_TYPES

    def _known_names(self) -> Iterator[str]:
        """Yield the names the expressions may use although they have spaces in them."""
        found: set[str] = set()
        for element in self.root.iterdescendants(f"{self._prefix}*"):
            found.add(words(element.get("iteratorVariable")))
            name = words(element.get("name"))
            if "." not in name or element.tag not in self._where_dots_are_paths:
                found.add(name)
        spaced = {name for name in found if name and not name.isidentifier()}
        if len(spaced) > MAX_NAMES:
            raise DmnError("too many names", f"模型中的名称过多(最多 {MAX_NAMES} 个)")
        return iter(spaced)

    def all(self, element: Element, tag: str) -> Iterator[Element]:
        """Yield the direct parts with a tag."""
        return iter(element.findall(self._prefix + tag))

    def one(self, element: Element, tag: str) -> Element:
        """Return the first direct part with a tag, or None."""
        return element.find(self._prefix + tag)

    def parts(self, element: Element) -> Iterator[tuple[str, Element]]:
        """Yield the direct parts of the model's own namespace with their local names."""
        for part in element:
            if isinstance(part.tag, str) and part.tag.startswith(self._prefix):
                yield part.tag.removeprefix(self._prefix), part

    def text(self, element: Element) -> str:
        """Return what is written in an element's ``text``."""
        return (element.findtext(f"{self._prefix}text") or "").strip()

    def id(self, element: Element, otherwise: str) -> str:
        """Return the element's own id. Raises DmnError for one malformed or used twice."""
        found = str(element.get("id") or otherwise)
        if not _ID.fullmatch(found):
            raise DmnError(
                "the id is missing or malformed", f"编号缺失或不合规:{found[:64]}", found[:64]
            )
        if found in self._seen:
            raise DmnError("the id is used twice", f"编号重复:{found}", found)
        self._seen.add(found)
        return found

    def name_parameters(self, names: frozenset[str]) -> None:
        """Let parameters with a dot in their names be read where they are, not as paths."""
        self.names = self._shared | frozenset(name for name in names if "." in name)

    def expression(self, element: Element, element_id: str, empty: str = "") -> feel.Expression:
        """Parse an expression. Raises DmnError with the place."""
        self._check_language(element, element_id)
        try:
            return feel.parse(self.text(element) or empty, self.names, self.types)
        except feel.FeelError as error:
            raise faulty(error, element_id) from error

    def tests(self, element: Element, element_id: str) -> feel.UnaryTests:
        """Parse the tests of a cell. Raises DmnError with the place."""
        self._check_language(element, element_id)
        try:
            return feel.parse_unary_tests(self.text(element), self.names, self.types)
        except feel.FeelError as error:
            raise faulty(error, element_id) from error

    def _check_language(self, element: Element, element_id: str) -> None:
        default = self.root.get("expressionLanguage") or "feel"
        language = str(element.get("expressionLanguage") or default)
        if "feel" not in language.lower().split("/"):
            raise DmnError(
                f"only FEEL is supported, not {language[:40]}", "只支持 FEEL 表达式语言", element_id
            )


def faulty(error: feel.FeelError, element_id: str) -> DmnError:
    """Return the refusal of an element whose FEEL is at fault."""
    place = f"(第 {error.position.column} 个字符)" if error.position else ""
    return DmnError(str(error), error.message_zh + place, element_id)


def words(name: str | None) -> str:
    """Return a name with single blanks between its words."""
    return " ".join((name or "").split())
