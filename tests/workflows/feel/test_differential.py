"""Our evaluator and the browser's give the same answers, but for the listed differences.

The forms of the browser evaluate by feelin; a condition must not mean two things. Each listed
difference names the paragraph of the standard that decides it; a listed one that is none any
more fails too.
"""

import json
import math
import subprocess
from decimal import Decimal
from pathlib import Path
from shutil import which
from typing import Any

import pytest
import yaml

from tests.workflows.feel import test_answers, test_standard
from tests.workflows.feel.generated import SCOPE, Writer
from workflows import feel
from workflows.feel.temporal_texts import text_of
from workflows.feel.values import Function

HERE = Path(__file__).parent
FEELIN = HERE.parents[2] / "web/node_modules/@bpmn-io/feelin/dist/index.js"
GENERATED = 400
SEED = 20260928
Row = tuple[str, dict[str, Any]]


def plain(value: Any) -> Any:
    """Return a value in the form that ``feelin.mjs`` prints."""
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, feel.Range):
        ends = plain(value.start), plain(value.end)
        return {"$range": [*ends, value.start_included, value.end_included]}
    return {"$function": True} if isinstance(value, Function) else {"$text": text_of(value)}


def ours(row: Row) -> Any:
    source, scope = row
    try:
        return {"value": plain(feel.evaluate(source, scope))}
    except feel.FeelError as error:
        return {"refused": str(error)}


def theirs(rows: list[Row]) -> list[Any]:
    """Evaluate all rows in one process of node."""
    node = which("node")
    assert node, "node is missing: run `make setup`"
    asked = json.dumps([{"source": source, "scope": scope} for source, scope in rows])
    done = subprocess.run(  # noqa: S603
        [node, HERE / "feelin.mjs", FEELIN], input=asked, capture_output=True, text=True, check=True
    )
    found: list[Any] = json.loads(done.stdout)
    return found


def same(left: Any, right: Any) -> bool:
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, int | float) and isinstance(right, int | float):
        return math.isclose(left, right, rel_tol=1e-9, abs_tol=1e-12)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    return bool(left == right)


def agree(mine: dict[str, Any], other: dict[str, Any]) -> bool:
    if "refused" in mine or "refused" in other:
        return mine.keys() == other.keys()
    return same(mine["value"], other["value"])


def rows() -> list[Row]:
    writer = Writer(SEED)
    return [
        *((source, test_answers.SCOPE) for source, _ in test_answers.ALL),
        *((source, test_standard.SCOPE) for source, _ in test_standard.ALL),
        *((writer.any(), SCOPE) for _ in range(GENERATED)),
    ]


@pytest.fixture(scope="module")
def differing() -> dict[str, str]:
    """Return the sources that the two evaluate differently, and how."""
    if not FEELIN.exists():
        pytest.fail(f"{FEELIN} is missing: run `make web`")
    asked = rows()
    return {
        row[0]: f"ours {mine}, feelin {other}"
        for row, other in zip(asked, theirs(asked), strict=True)
        if not agree(mine := ours(row), other)
    }


@pytest.fixture(scope="module")
def listed() -> set[str]:
    groups = yaml.safe_load((HERE / "differences.yaml").read_text(encoding="utf-8"))
    assert all(group["because"] and group["paragraph"] for group in groups)
    return {source for group in groups for source in group["sources"]}


def test_every_difference_to_the_browsers_evaluator_is_listed(
    differing: dict[str, str], listed: set[str]
) -> None:
    assert {source: how for source, how in differing.items() if source not in listed} == {}


def test_every_listed_difference_is_still_one(differing: dict[str, str], listed: set[str]) -> None:
    assert listed - differing.keys() == set()
