"""Compares what is with what a scenario expects. Knows no driver.

``status``, ``state``, ``outcome``: equal. ``waits``: open tasks (``[]``: none at all); ``open``: how
many, by node or code. ``visited``, ``never``: nodes or activity codes. ``document``: FEEL over the
document, with what was kept under ``kept``. ``deadlines``: last day by node or code.
``objections``: how many ``within`` the period and how many ``late``.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from services.scenarios.errors import ScenarioError
from workflows import feel

KNOWN = frozenset(
    {"status", "state", "outcome", "waits", "visited", "never", "document", "deadlines"}
    | {"open", "objections"}
)


def check(
    case: Mapping[str, Any], expect: Mapping[str, Any], name: str, kept: Mapping[str, Any]
) -> None:
    """Raise ScenarioError with all that differs at once."""
    problems = [
        *_unknown(expect),
        *_same(case, expect),
        *_waits(case, expect),
        *_open(case, expect),
        *_passed(case, expect),
        *_document(case, expect, kept),
        *_deadlines(case, expect),
        *_objections(case, expect),
    ]
    if problems:
        raise ScenarioError(f"{name}：{'；'.join(problems)}")


def _unknown(expect: Mapping[str, Any]) -> Iterator[str]:
    for key in sorted(expect.keys() - KNOWN):
        yield f"不认识的预期“{key}”"


def _same(case: Mapping[str, Any], expect: Mapping[str, Any]) -> Iterator[str]:
    for key in ("status", "state", "outcome"):
        if key in expect and case[key] != expect[key]:
            yield f"{key} 应为 {expect[key]}，实为 {case[key]}"


def _waits(case: Mapping[str, Any], expect: Mapping[str, Any]) -> Iterator[str]:
    if "waits" not in expect:
        return
    waits = {n for t in case["tasks"] for n in (t["activity_code"], t["node_id"])}
    listed = sorted(w for w in waits if w)
    if not set(expect["waits"]) <= waits:
        yield f"应等待 {expect['waits']}，实为 {listed}"
    if expect["waits"] == [] and case["tasks"]:
        yield f"不应再有待办，实有 {listed}"


def _open(case: Mapping[str, Any], expect: Mapping[str, Any]) -> Iterator[str]:
    actual = Counter(n for t in case["tasks"] for n in {t["activity_code"], t["node_id"]})
    for name, number in (expect.get("open") or {}).items():
        if actual[name] != number:
            yield f"{name} 应有 {number} 项待办，实有 {actual[name]} 项"


def _passed(case: Mapping[str, Any], expect: Mapping[str, Any]) -> Iterator[str]:
    visited = set(case["visited"])
    yield from (f"应经过 {n}" for n in expect.get("visited") or [] if n not in visited)
    yield from (f"不应经过 {n}" for n in expect.get("never") or [] if n in visited)


def _document(
    case: Mapping[str, Any], expect: Mapping[str, Any], kept: Mapping[str, Any]
) -> Iterator[str]:
    for expression in expect.get("document") or []:
        if feel.evaluate(expression, {**case["document"], "kept": kept}) is not True:
            yield f"办件数据不满足 {expression}"


def _deadlines(case: Mapping[str, Any], expect: Mapping[str, Any]) -> Iterator[str]:
    for code, due_on in (expect.get("deadlines") or {}).items():
        limits = case["deadlines"]
        actual = [d["due_on"] for d in limits if code in (d["activity_code"], d["node_id"])]
        if str(due_on) not in actual:
            yield f"{code} 的期限应止于 {due_on}，实为 {actual}"


def _objections(case: Mapping[str, Any], expect: Mapping[str, Any]) -> Iterator[str]:
    if "objections" not in expect:
        return
    places = ("within" if o["is_within_period"] else "late" for o in case["objections"])
    actual = dict(Counter(places))
    if actual != expect["objections"]:
        yield f"异议应为 {expect['objections']}，实为 {actual}"
