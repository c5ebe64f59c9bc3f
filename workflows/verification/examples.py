"""Examples beside decision tables: each is decided, and what comes out otherwise is an error.

An example that fails contradicts the table that stands beside it in the very same draft, and is
mended by changing one of the two; whoever reviews sees which. So nothing is published on it.
"""

import json
from collections.abc import Iterator
from typing import Any

from workflows import dmn
from workflows.bundles import EXAMPLES, Bundle, examples_of
from workflows.calendar import WorkingCalendar
from workflows.verification.findings import Finding, Severity
from workflows.verification.subjects import Subject, value_of

MAX_TRIED = 400  # of all tables of a bundle
_SHORT = 60


def check(bundle: Bundle, subject: Subject) -> Iterator[Finding]:
    """Yield what is wrong with the examples of a bundle, and those that come out otherwise."""
    tables = {examples_of(path): path for path in bundle.under("dmn")}
    left = MAX_TRIED
    for path, data in sorted(bundle.under(EXAMPLES).items()):
        if path not in tables:
            text = f"没有 {path} 所说明的决策表，请一并删除，或者改成决策表的文件名"
            yield Finding(Severity.WARNING, "examples.no-table", path, "", text)
            continue
        try:
            rows = dmn.read_examples(data)
        except dmn.ExamplesError as error:
            yield Finding(Severity.ERROR, "examples.unreadable", path, error.example_id, str(error))
            continue
        model = subject.models.get(tables[path])
        if model is not None:
            yield from _of_table(path, model, rows[:left], subject)
        left = max(0, left - len(rows))
    if not left:
        text = f"例子合计超过 {MAX_TRIED} 个，其余的没有检查"
        yield Finding(Severity.INFO, "examples.too-many", "", "", text)


def _of_table(
    path: str, model: dmn.Model, rows: tuple[dmn.Example, ...], subject: Subject
) -> Iterator[Finding]:
    profile = {key: value_of(entry) for key, entry in subject.profile.items()}
    calendar = WorkingCalendar()
    for row in rows:
        tried = dmn.try_example(model, row, profile, calendar)
        if not tried.is_met:
            text = f"例子“{row.name}”与决策表不符：{_told(tried)}"
            example = tuple(f"{name} = {_short(value)}" for name, value in row.given.items())
            yield Finding(Severity.ERROR, "examples.failing", path, row.id, text, example)
        elif not row.expect:
            text = f"例子“{row.name}”没有写期望的结果"
            yield Finding(Severity.INFO, "examples.nothing-expected", path, row.id, text)
        yield from _unread(path, model, row)


def _unread(path: str, model: dmn.Model, row: dmn.Example) -> Iterator[Finding]:
    """Yield names that are given in vain: most are slips."""
    if row.decision not in model.decisions:
        return
    known = dmn.read_by(model, row.decision)
    for name in row.given:
        if not any(_meet(name, each) for each in known):
            text = f"例子“{row.name}”给了“{name}”，决策表却不读它"
            yield Finding(Severity.WARNING, "examples.not-read", path, row.id, text)


def _meet(one: str, other: str) -> bool:
    """Tell whether one name is the other, lies within it or around it."""
    return f"{one}.".startswith(f"{other}.") or f"{other}.".startswith(f"{one}.")


def _told(tried: dmn.Tried) -> str:
    """Return in what an example comes out otherwise, in a sentence."""
    if tried.problem:
        return tried.problem
    expect, outputs = tried.example.expect, tried.outputs
    return "；".join(
        f"“{name}”应为 {_short(expect[name])}，实为 {_short(outputs[name])}"
        if name in outputs
        else f"决策表没有结果“{name}”"
        for name in tried.wrong
    )


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _SHORT else f"{text[:_SHORT]}…"
