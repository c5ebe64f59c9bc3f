"""Runs a checkout of OMG's DMN test cases (TCK). ``python -m bench.conformance FOLDER``.

FOLDER holds folders with a .dmn and *-test-*.xml files, at any depth, such as TestCases of the
repository dmn-tck/tck. Prints passes by folder, and the share of all cases that need no
external (Java, PMML) function.
"""

import argparse
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from lxml import etree
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from workflows import dmn, feel
from workflows.feel import temporal
from workflows.feel.values import Range, literal, normal

console = Console()
_OLD = re.compile(
    rb"http://www\.omg\.org/spec/DMN/(20151101/dmn\.xsd|20180521/MODEL/)|"
    rb"https://www\.omg\.org/spec/DMN/(?!20191111|20211108|20230324)\d{8}/MODEL/"
)
_NOW = b"https://www.omg.org/spec/DMN/20230324/MODEL/"
_EXTERNAL = re.compile(rb"kind=\"(Java|PMML)\"|\bexternal\s*\{")
_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
_TOLERANCE = Decimal("1e-8")
_READERS = {
    "date": temporal.parse_date,
    "time": temporal.parse_time,
    "dateTime": temporal.parse_date_time,
    "duration": temporal.parse_duration,
    "dayTimeDuration": temporal.parse_duration,
    "yearMonthDuration": temporal.parse_duration,
}


@dataclass(frozen=True)
class Outcome:
    """``result`` is passed, failed or external."""

    folder: str
    case: str
    result: str
    told: str = ""


def main() -> None:
    """Run all cases below a folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--failures", action="store_true", help="list each case that fails")
    arguments = parser.parse_args()
    outcomes = list(run(arguments.folder))
    if arguments.failures:
        for each in outcomes:
            if each.result == "failed":
                console.print(escape(f"{each.folder} {each.case}: {each.told}"))
    console.print(_summary(outcomes))


def run(folder: Path) -> Iterator[Outcome]:
    """Yield what becomes of each case below a folder."""
    for path in sorted(folder.rglob("*-test-*.xml")):
        yield from _file(path, str(path.parent.relative_to(folder)))


def _summary(outcomes: list[Outcome]) -> Table:
    counts: dict[str, Counter[str]] = {}
    for each in outcomes:
        counts.setdefault(each.folder, Counter())[each.result] += 1
    total: Counter[str] = sum(counts.values(), Counter())
    judged = total["passed"] + total["failed"]
    share = 100 * total["passed"] / judged if judged else 0
    title = f"{total['passed']:,} of {judged:,} cases without external functions: {share:.2f} %"
    table = Table("folder", "passed", "failed", "external", title=title)
    for folder, found in sorted(counts.items()):
        cells = (str(found[kind]) for kind in ("passed", "failed", "external"))
        table.add_row(folder, *cells)
    return table


def _file(path: Path, folder: str) -> Iterator[Outcome]:
    root = etree.parse(path).getroot()
    name = (root.findtext("{*}modelName") or "").strip()
    model_path = path.parent / name
    if not model_path.is_file():
        model_path = next(iter(sorted(path.parent.glob("*.dmn"))))
    has_external = bool(_EXTERNAL.search(model_path.read_bytes()))
    model = opened(model_path)
    for case in root.findall("{*}testCase"):
        for node in case.findall("{*}resultNode"):
            told = _told(model, case, node)
            result = "passed" if not told else "external" if has_external else "failed"
            yield Outcome(folder, f"{case.get('id')} {node.get('name')}", result, told)


def opened(path: Path, known: dict[str, dmn.Model] | None = None) -> dmn.Model:
    """Return a model with what it imports; an element that is refused becomes an empty one."""
    known = {} if known is None else known
    root = etree.fromstring(_OLD.sub(_NOW, path.read_bytes()))
    for element in root.findall("{*}import"):
        wanted = element.get("namespace")
        for other in sorted(path.parent.rglob("*.dmn")):
            is_it = other != path and f'namespace="{wanted}"'.encode() in _head(other)
            if is_it and wanted not in known:
                known[wanted] = opened(other, known)
    for _ in range(1000):
        try:
            return dmn.parse(etree.tostring(root), known.values())
        except dmn.DmnError as error:
            if not _emptied(root, error.element_id):
                raise
    raise ValueError(path)


def _head(path: Path) -> bytes:
    """Return the start tag of the definitions."""
    return path.read_bytes().split(b"definitions", 1)[1].split(b">", 1)[0]


def _emptied(root: Any, element_id: str) -> bool:
    """Take the logic out of the decision or knowledge model that an element is part of."""
    for top in root:
        if any(each.get("id") == element_id for each in top.iter() if isinstance(each.tag, str)):
            logic = [part for part in top if not _is_head(part)]
            for part in logic:
                top.remove(part)
            return bool(logic)
    return False


def _is_head(part: Any) -> bool:
    name = etree.QName(part).localname if isinstance(part.tag, str) else "comment"
    return name in {"variable", "informationRequirement", "knowledgeRequirement", "comment"}


def _told(model: dmn.Model, case: Any, node: Any) -> str:
    """Return what is wrong with the result, "" if nothing is."""
    given = {each.get("name"): _value(each) for each in case.findall("{*}inputNode")}
    expected = _value(node.find("{*}expected"))
    name = _asked(model, case, node)
    try:
        found = model.evaluate(name, given, feel.Context()).value
    except (dmn.DmnError, feel.FeelError) as error:
        return "" if expected is None else f"{type(error).__name__}: {error}"
    except Exception as error:  # noqa: BLE001 - a crash is one case's failure, and is told
        return f"CRASH {type(error).__name__}: {error}"
    is_service = isinstance(found, dict) and node.get("name") in found and case.get("invocableName")
    if is_service and not isinstance(expected, dict):
        found = found[node.get("name")]
    return "" if _is_same(found, expected) else f"{_shown(found)} is not {_shown(expected)}"


def _asked(model: dmn.Model, case: Any, node: Any) -> str:
    """Return what to evaluate: the service or knowledge model that a case calls, if there is one."""
    called = case.get("invocableName")
    known = {each.name for each in (*model.services.values(), *model.knowledge.values())}
    return str(called if called in known else node.get("name"))


def _shown(value: Any) -> str:
    try:
        return literal(value)[:200]
    except (AttributeError, TypeError):
        return repr(value)[:200]


def _value(element: Any) -> Any:
    if element is None:
        return None
    parts = element.findall("{*}component")
    if parts:
        return {part.get("name"): _value(part) for part in parts}
    listed = element.find("{*}list")
    if listed is not None:
        return None if _is_nil(listed) else [_value(item) for item in listed.findall("{*}item")]
    value = element.find("{*}value")
    return None if value is None or _is_nil(value) else _scalar(value)


def _is_nil(element: Any) -> bool:
    return element.get(_NIL) in {"true", "1"}


def _scalar(element: Any) -> Any:
    text, kind = element.text or "", (element.get(_TYPE) or "string").rpartition(":")[2]
    if kind == "boolean":
        return text.strip() == "true"
    if kind in {"decimal", "double", "integer", "int", "float", "long"}:
        return Decimal(text.strip())
    reader = _READERS.get(kind)
    return text if reader is None else reader(text.strip())


def _is_same(found: Any, expected: Any) -> bool:
    found = normal(found)
    if isinstance(expected, Decimal) and isinstance(found, Decimal):
        return abs(found - expected) <= _TOLERANCE * max(1, abs(expected))
    if isinstance(expected, list) and isinstance(found, list):
        pairs = zip(found, expected, strict=False)
        return len(found) == len(expected) and all(_is_same(*pair) for pair in pairs)
    if isinstance(expected, dict) and isinstance(found, dict):
        keys = found.keys() == expected.keys()
        return keys and all(_is_same(found[key], expected[key]) for key in expected)
    if type(found) is not type(expected):
        return isinstance(found, Range) and _shown(found) == expected
    if isinstance(expected, date | datetime | time | timedelta):
        return bool(feel.evaluate("a = b", {"a": found, "b": expected}))
    return bool(found == expected)


if __name__ == "__main__":
    main()
