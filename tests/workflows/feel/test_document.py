"""Every example in docs/feel.md gives what the document says."""

import html
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from workflows import feel
from workflows.calendar import WorkingCalendar

ROOT = Path(__file__).parents[3]
DOCUMENT = (ROOT / "docs/feel.md").read_text(encoding="utf-8")
FOUND = "// 取自 "


def blocks(kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```", DOCUMENT, re.MULTILINE | re.DOTALL)


SCOPE: dict[str, Any] = json.loads(blocks("json")[0])
CONTEXT = feel.Context(now=lambda: datetime(2026, 9, 28, 2, tzinfo=UTC), calendar=WorkingCalendar())


def examples() -> Iterator[tuple[str, str, str | None]]:
    """Yield each expression, its result, and the diagram it is said to be from."""
    for block in blocks("feel"):
        diagram = None
        for line in block.splitlines():
            if line.startswith(FOUND):
                diagram = line.removeprefix(FOUND)
                continue
            source, _, expected = line.rpartition("// 得 ")
            yield source.strip(), expected, diagram
            diagram = None


EXAMPLES = list(examples())


def test_the_document_is_full_of_examples() -> None:
    assert len(EXAMPLES) > 60
    assert all(source for source, _, _ in EXAMPLES)


@pytest.mark.parametrize(("source", "expected", "_diagram"), EXAMPLES)
def test_an_example_gives_what_the_document_says(
    source: str, expected: str, _diagram: str | None
) -> None:
    found = feel.evaluate(source, SCOPE, CONTEXT)
    wanted = feel.evaluate(expected, {})

    assert (type(found), found) == (type(wanted), wanted)


@pytest.mark.parametrize(
    ("source", "diagram"), [(source, diagram) for source, _, diagram in EXAMPLES if diagram]
)
def test_an_example_said_to_be_from_a_diagram_is_in_it(source: str, diagram: str) -> None:
    text = (ROOT / "workflows/bpmn" / diagram).read_text(encoding="utf-8")

    assert source in html.unescape(text)


@pytest.mark.parametrize("line", [line for block in blocks("cells") for line in block.splitlines()])
def test_a_cell_lets_pass_what_the_document_says(line: str) -> None:
    cell, value, expected = (part.strip() for part in line.split(" | "))

    found = feel.unary_tests(cell, feel.evaluate(value, {}), SCOPE)

    assert found is feel.evaluate(expected, {})


@pytest.mark.parametrize(
    "line", [line for block in blocks("refused") for line in block.splitlines()]
)
def test_a_faulty_expression_is_refused_with_the_sentence_of_the_document(line: str) -> None:
    source, _, sentence = line.partition("  // ")

    with pytest.raises(feel.FeelSyntaxError) as refused:
        feel.parse(source.strip())

    assert sentence.strip() in refused.value.message_zh
