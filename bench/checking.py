"""The check of procedures: each shipped bundle beside the time of parsing, and a large model."""

import json
import tempfile
from collections.abc import Callable
from functools import partial
from itertools import pairwise
from pathlib import Path
from statistics import median
from time import process_time
from typing import Any

import forms
from services.runtime import make_runtime
from services.service_tasks.catalogue import CATALOGUE
from services.settings import Settings
from services.studio import checks
from workflows import dmn
from workflows.bundles import Bundle, Library
from workflows.diagrams import read_diagram
from workflows.verification import check_bundle

NODES, BRANCHES = 200, 8


def measure() -> list[dict[str, Any]]:
    """Return seconds of one core for each shipped bundle, and for a model with many branches."""
    with tempfile.TemporaryDirectory() as folder:
        library = make_runtime(Settings.from_env({"LIANCHENG_DATA_DIR": folder})).library
    bundles = sorted(library.bundles(), key=lambda bundle: bundle.procedure_id)
    found = [_one(library, bundle, 2.0) for bundle in bundles]
    largest = max(bundles, key=lambda bundle: len(bundle.under("bpmn")))
    return [*found, _one(library, large(largest), 10.0)]


def live() -> dict[str, Any]:
    """Return seconds of one core from an edit of the largest diagram to all of its draft's findings.

    As the studio asks for them after each edit; beside them what it takes to parse the bundle anew.
    """
    with tempfile.TemporaryDirectory() as folder:
        runtime = make_runtime(Settings.from_env({"LIANCHENG_DATA_DIR": folder}))
    bundles = list(runtime.library.bundles())
    drawn = [(len(data), path, b) for b in bundles for path, data in b.under("bpmn").items()]
    _size, path, bundle = max(drawn, key=lambda each: each[:2])
    times = []
    for number in range(6):
        files = dict(bundle.files)
        files[path] = files[path].replace(b'name="', f'name="{number}'.encode(), 1)
        given = checks.Material(Bundle(bundle.procedure_id, files), ())
        times.append(_timed(partial(checks.findings, runtime, given), times=1)[0])
    parse_seconds, _nothing = _timed(lambda: _parse(bundle))
    return {
        "procedure": bundle.procedure_id,
        "file": path,
        "first_seconds": times[0],
        "median_seconds": median(times[1:]),
        "worst_seconds": max(times[1:]),
        "parse_seconds": parse_seconds,
        "budget_seconds": 1.0,
    }


def _one(library: Library, bundle: Bundle, budget: float) -> dict[str, Any]:
    compiled = [forms.compile_form(forms.parse(data)) for data in bundle.under("forms").values()]
    by_id = {form.id: form for form in compiled}
    parse_seconds, _nothing = _timed(lambda: _parse(bundle))
    check = lambda: check_bundle(bundle, by_id, CATALOGUE, library.assumptions.keys())  # noqa: E731
    check_seconds, findings = _timed(check)
    nodes = sum(
        len(process.nodes)
        for data in bundle.under("bpmn").values()
        for process in read_diagram(data).processes.values()
    )
    return {
        "procedure": bundle.procedure_id,
        "nodes": nodes,
        "parse_seconds": parse_seconds,
        "check_seconds": check_seconds,
        "budget_seconds": budget,
        "rules": sorted({each.rule for each in findings}),
    }


def _timed(action: Callable[[], Any], times: int = 3) -> tuple[float, Any]:
    """Return the least of some times, in seconds of one core."""
    found = []
    for _ in range(times):
        started = process_time()
        result = action()
        found.append(process_time() - started)
    return min(found), result


def _parse(bundle: Bundle) -> None:
    for data in bundle.under("bpmn").values():
        read_diagram(data)
    for data in bundle.under("dmn").values():
        dmn.parse(data)


def large(like: Bundle) -> Bundle:
    """Return a procedure of 200 nodes with 8 parallel branches, under the invariants of another."""
    each = (NODES - 4) // BRANCHES
    path, form = min(like.under("forms").items(), key=lambda item: len(item[1]))
    name_of_form = Path(path).stem
    parts = [_START, '<bpmn:parallelGateway id="fork"/><bpmn:parallelGateway id="join"/>']
    parts.append('<bpmn:sequenceFlow id="f_s" sourceRef="start" targetRef="fork"/>')
    parts.append('<bpmn:sequenceFlow id="f_e" sourceRef="join" targetRef="end"/>')
    codes = ("A-FORM", "A-SEAL", "A-SITE", "A-EXPERT", "A-PLAN", "A-ORG", "A-INTENT", "A-INITIAL")
    for branch in range(BRANCHES):
        names = [f"t{branch}_{number}" for number in range(each)]
        for number, name in enumerate(names):
            code = f' liancheng:activityCode="{codes[branch]}"' if number == 2 else ""
            parts.append(
                f'<bpmn:userTask id="{name}" liancheng:role="clerk" liancheng:form="{name_of_form}"{code}/>'
            )
        chain = ["fork", *names, "join"]
        for number, (source, target) in enumerate(pairwise(chain)):
            flow = f'id="f_{branch}_{number}" sourceRef="{source}" targetRef="{target}"'
            parts.append(f"<bpmn:sequenceFlow {flow}/>")
    content = f'{_HEAD}<bpmn:process id="bench.large" isExecutable="true">{"".join(parts)}{_FOOT}'
    settings = {"roles": {"clerk": {}}, "procedure": {"profile": {}}}
    codes_in_order = [{"id": "INV-1", "pattern": "ORDER", "codes": ["A-FORM", "A-SEAL"]}]
    once = [{"id": f"INV-{c}", "pattern": "UNIQ", "code": c, "per": "case"} for c in codes]
    files = {
        "procedure.json": json.dumps(settings).encode(),
        "bpmn/bench/large.bpmn": content.encode(),
        "invariants.yaml": json.dumps([*once, *codes_in_order]).encode(),
        path: form,
    }
    return Bundle("bench.large", files)


_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
  xmlns:liancheng="urn:liancheng:bpmn:1" targetNamespace="urn:bench">"""
_START = """<bpmn:startEvent id="start"/><bpmn:endEvent id="end"/>"""
_FOOT = "</bpmn:process></bpmn:definitions>"
