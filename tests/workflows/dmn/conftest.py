"""Builds decision models as editors write them."""

from collections.abc import Callable, Sequence
from html import escape

import pytest

NAMESPACE = "https://www.omg.org/spec/DMN/20191111/MODEL/"
Build = Callable[..., bytes]


def _text(tag: str, source: str) -> str:
    return f"<{tag}><text>{escape(source)}</text></{tag}>"


def _decision(
    rows: Sequence[Sequence[str]],
    *,
    inputs: Sequence[str] = ("x",),
    outputs: Sequence[str] = ("out",),
    policy: str = 'hitPolicy="UNIQUE"',
    allowed: str = "",
    values: str = "",
    default: str = "",
) -> str:
    columns = "".join(
        f'<input id="in{n}" label="{source}"><inputExpression id="ie{n}">'
        f"<text>{escape(source)}</text></inputExpression>"
        f"{_text('inputValues', allowed) if allowed else ''}</input>"
        for n, source in enumerate(inputs, 1)
    )
    results = "".join(
        f'<output id="o{name}" name="{name}">{_text("outputValues", values) if values else ""}'
        f"{_text('defaultOutputEntry', default) if default else ''}</output>"
        for name in outputs
    )
    rules = "".join(
        f'<rule id="r{n}">'
        + "".join(_text("inputEntry", cell) for cell in row[: len(inputs)])
        + "".join(_text("outputEntry", cell) for cell in row[len(inputs) :])
        + "</rule>"
        for n, row in enumerate(rows, 1)
    )
    return (
        f'<decision id="d" name="结论"><decisionTable id="t" {policy}>'
        f"{columns}{results}{rules}</decisionTable></decision>"
    )


def wrap(body: str, namespace: str = NAMESPACE) -> bytes:
    """Return a model around some decisions."""
    return f'<definitions xmlns="{namespace}" id="m" name="m">{body}</definitions>'.encode()


@pytest.fixture
def table() -> Build:
    """Return a builder of a model with one table, decision ``d``, rules ``r1``, ``r2`` …"""
    return lambda rows, **options: wrap(_decision(rows, **options))


@pytest.fixture
def model() -> Build:
    """Return a builder of a model from the XML of its decisions."""
    return wrap
