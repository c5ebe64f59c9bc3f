"""What a template says: when its paper is issued, by whom, numbered how, made of which blocks."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from workflows import feel, strict_yaml
from workflows.documents import places

FOLDER = "documents"  # below a jurisdiction's folder and in a bundle
AUDIENCES = frozenset({"applicant", "expert", "public", "starter"})
LETTERS = frozenset({"refusal", "supplement"})

_KINDS: dict[str, frozenset[str]] = {
    "addressee": frozenset(),
    "paragraph": frozenset({"align"}),
    "heading": frozenset(),
    "facts": frozenset(),
    "rows": frozenset({"columns", "as"}),
    "list": frozenset({"text", "as"}),
    "form": frozenset({"leave_out"}),
    "opinion": frozenset({"text", "lines"}),
    "signature": frozenset({"seal"}),
    "note": frozenset(),
    "qr": frozenset({"label"}),
    "page_break": frozenset(),
}
_KEYS = frozenset(
    {
        "id",
        "kind",
        "name",
        "title",
        "number",
        "number_from",
        "issued_on",
        "issuer",
        "audience",
        "letter",
        "fields",
        "blocks",
    }
)
_ID = re.compile(r"[a-z][a-z0-9_]{0,63}")


class TemplateError(ValueError):
    """A template cannot be read; the message is a Chinese sentence."""


@dataclass(frozen=True, slots=True)
class Block:
    """One block: its kind, its main content, its options, and when it is printed."""

    kind: str
    content: Any
    options: Mapping[str, Any]
    when: feel.Expression | None


@dataclass(frozen=True, slots=True)
class Template:
    """One kind of paper.

    ``on`` is the activity code or node id whose completion issues it, ``condition`` what must be
    true of what was written there. ``number`` is a pattern with {year} and {seq}; ``number_from``
    takes a number that the case already has. ``letter`` makes it a draft of words for an
    official's form instead, ``fields`` its parts by the form's field.
    """

    id: str
    kind: str
    name: str
    title: str
    blocks: tuple[Block, ...]
    on: str | None = None
    condition: feel.Expression | None = None
    number: str | None = None
    number_from: feel.Expression | None = None
    issuer: feel.Expression | None = None
    audience: tuple[str, ...] = ()
    letter: str | None = None
    fields: Mapping[str, str] = field(default_factory=dict)

    def expressions(self) -> Iterator[tuple[feel.Expression, frozenset[str]]]:
        """Yield every expression with the names its block binds. Raises feel.FeelError."""
        nothing: frozenset[str] = frozenset()
        for given in (self.condition, self.number_from, self.issuer):
            if given is not None:
                yield given, nothing
        for text in (self.title, self.number or "", *self.fields.values()):
            yield from ((each, nothing) for each in places.expressions(text))
        for block in self.blocks:
            yield from _of_block(block)


def _of_block(block: Block) -> Iterator[tuple[feel.Expression, frozenset[str]]]:
    if block.when is not None:
        yield block.when, frozenset()
    bound = frozenset({str(block.options["as"])} if "as" in block.options else ())
    if block.kind in {"rows", "list"}:
        yield feel.parse(str(block.content)), frozenset()
        texts = _texts([block.options.get("columns"), block.options.get("text")])
    else:
        texts = _texts([block.content, *block.options.values()])
    for text in texts:
        yield from ((each, bound) for each in places.expressions(text))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from _texts(each)
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _texts(each)


def read_template(data: bytes) -> Template:
    """Read one template. Raises TemplateError naming what is wrong."""
    try:
        given = strict_yaml.read(data)
    except strict_yaml.YamlError as error:
        raise TemplateError(str(error)) from error
    try:
        return _template(_mapping(given, "模板"))
    except feel.FeelError as error:
        raise TemplateError(f"表达式有误：{error}") from error


def templates_of(files: Mapping[str, bytes]) -> dict[str, Template]:
    """Return the templates of a bundle's files by id. Raises TemplateError naming the file."""
    found: dict[str, Template] = {}
    for path, data in sorted(files.items()):
        try:
            template = read_template(data)
        except TemplateError as error:
            raise TemplateError(f"{path}：{error}") from error
        found[template.id] = template
    return found


def _mapping(given: Any, what: str) -> Mapping[str, Any]:
    if not isinstance(given, dict):
        raise TemplateError(f"{what}应写成“名称: 值”的形式")
    return given


def _template(given: Mapping[str, Any]) -> Template:
    _known(given, _KEYS, "模板")
    for name in ("id", "kind", "name", "title", "blocks"):
        if not given.get(name):
            raise TemplateError(f"缺少“{name}”")
    if not _ID.fullmatch(str(given["id"])):
        raise TemplateError("id 应由小写字母、数字和下划线组成")
    for name in ("number", "letter"):
        if not isinstance(given.get(name), str | None):
            raise TemplateError(f"{name} 应为文字")
    on = _mapping(given.get("issued_on") or {}, "issued_on")
    _known(on, frozenset({"activity", "condition"}), "issued_on")
    if not isinstance(on.get("activity"), str | None):
        raise TemplateError("issued_on 的 activity 应为文字")
    template = Template(
        id=str(given["id"]),
        kind=str(given["kind"]),
        name=str(given["name"]),
        title=str(given["title"]),
        blocks=tuple(_block(each, at) for at, each in enumerate(_listed(given["blocks"]), 1)),
        on=on.get("activity"),
        condition=_expression(on.get("condition")),
        number=given.get("number"),
        number_from=_expression(given.get("number_from")),
        issuer=_expression(given.get("issuer")),
        audience=_audience(given.get("audience") or []),
        letter=given.get("letter"),
        fields={k: str(v) for k, v in _mapping(given.get("fields") or {}, "fields").items()},
    )
    _coherent(template)
    list(template.expressions())
    return template


def _coherent(template: Template) -> None:
    if (template.on is None) == (template.letter is None):
        raise TemplateError("须写明 issued_on（何时出具）或者 letter（拟稿），二者只写一个")
    if template.letter is not None and template.letter not in LETTERS:
        raise TemplateError(f"letter 应为 {'、'.join(sorted(LETTERS))} 之一")
    if template.number is not None and template.number_from is not None:
        raise TemplateError("number 和 number_from 只能写一个")
    if template.number is not None and not {"{year}", "{seq}"} <= set(
        re.findall(r"(?<!\{)\{\w+\}(?!\})", template.number)
    ):
        raise TemplateError("number 须含 {year} 和 {seq}")


def _known(given: Mapping[str, Any], names: frozenset[str], what: str) -> None:
    if unknown := sorted(set(map(str, given)) - names):
        raise TemplateError(f"{what}不认得“{unknown[0]}”")


def _listed(given: Any) -> list[Any]:
    if not isinstance(given, list):
        raise TemplateError("blocks 应为列表")
    return given


def _audience(given: Any) -> tuple[str, ...]:
    if not isinstance(given, list) or not all(each in sorted(AUDIENCES) for each in given):
        raise TemplateError(f"audience 可选 {'、'.join(sorted(AUDIENCES))}")
    return tuple(given)


def _expression(source: Any) -> feel.Expression | None:
    return None if source is None else feel.parse(str(source))


def _block(given: Any, at: int) -> Block:
    given = _mapping(given, f"第 {at} 块")
    kinds = [name for name in given if name in _KINDS]
    kind = kinds[0] if kinds else ""
    if not kind:
        raise TemplateError(f"第 {at} 块没有种类，可选 {'、'.join(_KINDS)}")
    options = {k: v for k, v in given.items() if k not in {kind, "when"}}
    _known(options, _KINDS[kind], f"第 {at} 块（{kind}）")
    if kind in {"rows", "list"} and "as" not in options:
        raise TemplateError(f"第 {at} 块（{kind}）须用 as 给每一行起名")
    if kind == "rows" and not isinstance(options.get("columns"), list):
        raise TemplateError(f"第 {at} 块（rows）须列出 columns")
    return Block(kind, given[kind], options, _expression(given.get("when")))
