"""Fills a template from the names of a case: what comes out is fixed text in neutral blocks."""

from collections import ChainMap
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from workflows import feel
from workflows.documents import places
from workflows.documents.templates import Block, Template

Blocks = list[dict[str, Any]]
PrintForm = Callable[[frozenset[str]], Blocks]


@dataclass(frozen=True)
class Filling:
    """One template being filled.

    ``scope`` are the names its expressions read; ``print_form`` gives the blocks of the form
    that was answered, without the fields named.
    """

    template: Template
    scope: Mapping[str, Any]
    context: feel.Context
    print_form: PrintForm = lambda _leave_out: []

    def text(self, source: str, **bound: Any) -> str:
        """Fill one text."""
        return places.fill(source, _with(self.scope, bound), self.context)

    def applies(self) -> bool:
        """Tell whether the condition holds; only true is true."""
        given = self.template.condition
        return given is None or given.evaluate(self.scope, self.context) is True

    def blocks(self) -> Blocks:
        """Return all blocks that are printed. Raises feel.FeelError."""
        return [made for block in self.template.blocks for made in self._block(block)]

    def fields(self) -> dict[str, str]:
        """Return the parts of a letter by form field."""
        return {name: self.text(text).strip() for name, text in self.template.fields.items()}

    def _block(self, block: Block) -> Iterator[dict[str, Any]]:
        if block.when is not None and block.when.evaluate(self.scope, self.context) is not True:
            return
        if block.kind == "form":
            yield from self.print_form(frozenset(block.options.get("leave_out") or ()))
            return
        yield {"kind": block.kind} | getattr(self, f"_{block.kind}")(block)

    def _addressee(self, block: Block) -> dict[str, Any]:
        return {"text": self.text(block.content)}

    _heading = _note = _addressee

    def _paragraph(self, block: Block) -> dict[str, Any]:
        return {"text": self.text(block.content), "align": block.options.get("align", "left")}

    def _facts(self, block: Block) -> dict[str, Any]:
        rows = [[self.text(str(label)), self.text(str(text))] for label, text in block.content]
        return {"rows": rows}

    def _rows(self, block: Block) -> dict[str, Any]:
        columns = block.options["columns"]
        rows = [
            [self.text(str(column["value"]), **bound) for column in columns]
            for bound in self._each(block)
        ]
        return {
            "columns": [str(column["label"]) for column in columns],
            "widths": [column.get("width", 1) for column in columns],
            "rows": rows,
        }

    def _list(self, block: Block) -> dict[str, Any]:
        return {"items": [self.text(block.options["text"], **each) for each in self._each(block)]}

    def _each(self, block: Block) -> Iterator[dict[str, Any]]:
        found = feel.parse(str(block.content)).evaluate(self.scope, self.context)
        for number, item in enumerate(found or [], start=1):
            yield {str(block.options["as"]): item, "row_number": number}

    def _opinion(self, block: Block) -> dict[str, Any]:
        lines = [self.text(str(line)) for line in block.options.get("lines") or ()]
        text = self.text(str(block.options.get("text") or ""))
        return {"label": self.text(block.content), "text": text, "lines": lines}

    def _signature(self, block: Block) -> dict[str, Any]:
        lines = [self.text(str(line)) for line in block.content]
        return {"lines": lines, "seal": self.text(str(block.options.get("seal") or ""))}

    def _qr(self, block: Block) -> dict[str, Any]:
        return {
            "text": self.text(block.content),
            "label": self.text(str(block.options.get("label") or "")),
        }

    def _page_break(self, _block: Block) -> dict[str, Any]:
        return {}


def _with(scope: Mapping[str, Any], bound: Mapping[str, Any]) -> Mapping[str, Any]:
    return ChainMap(dict(bound), scope) if bound else scope  # type: ignore[arg-type]


def text_of(blocks: Blocks) -> str:
    """Return blocks as plain text, for a letter that an official then edits."""
    lines: list[str] = []
    for block in blocks:
        if block["kind"] == "list":
            lines += [f"{n}. {item}" for n, item in enumerate(block["items"], start=1)]
        elif block["kind"] == "rows":
            lines += ["；".join(cell for cell in row if cell) for row in block["rows"]]
        elif block["kind"] == "facts":
            lines += [f"{label}：{text}" for label, text in block["rows"]]
        elif block.get("text"):
            lines.append(block["text"])
    return "\n".join(lines)
