"""Invariants on models drawn by chance: our verdict is that of a judge who tries every order.

LIANCHENG_NETS says how many; the seed is printed and LIANCHENG_NETS_SEED repeats it.
"""

import os
import random
from dataclasses import replace

import pytest

from tests.workflows.verification.soundness import judge as other
from tests.workflows.verification.soundness.nets import Drawing
from workflows.diagrams import Diagram, Process
from workflows.verification import Subject
from workflows.verification.invariants.monitors import monitor_of
from workflows.verification.invariants.scene import Scene
from workflows.verification.invariants.walking import Walk

SEED = int(os.environ.get("LIANCHENG_NETS_SEED", random.SystemRandom().randrange(10**9)))
NUMBER = int(os.environ.get("LIANCHENG_NETS", "60"))
FEWEST = 2  # of each verdict, or the models say nothing: as many are drawn as that takes
ROWS = {
    "PREC": {"pattern": "PREC", "before": [{"code": "A-X"}], "after": ["A-Y"]},
    "ORDER": {"pattern": "ORDER", "codes": ["A-X", "A-Y"]},
    "RESP": {"pattern": "RESP", "trigger": {"code": "A-X"}, "then": {"codes": ["A-Y"]}},
    "UNIQ": {"pattern": "UNIQ", "code": "A-X", "per": "case"},
    "NEVER": {"pattern": "NEVER", "codes": ["A-Y"], "after": ["A-X"]},
}


@pytest.mark.parametrize("pattern", ROWS)
def test_our_verdicts_are_those_of_a_judge_who_tries_every_order(pattern):
    print(f"seed {SEED}")
    chance, judged, bad = random.Random(f"{SEED} {pattern}"), 0, 0
    while judged < NUMBER // len(ROWS) or not FEWEST <= bad <= judged - FEWEST:
        model = Drawing(chance).process()
        sound = other.judge(model)
        tasks = sorted(n for n in model.nodes if n[0] in "tv")
        if not sound.is_whole or sound.doubles or sound.hangs or sound.unused or len(tasks) < 2:
            continue
        x, y = sorted(chance.sample(tasks, 2), key=lambda name: int(name[1:]))
        if pattern == "NEVER":
            x, y = y, x
        judged += 1
        is_broken = brute(model, x, y, pattern)
        drawn = f"seed {SEED}: {[(f.source, f.target) for f in model.flows.values()]} {x} {y}"
        for alone in (True, False):
            assert ours(model, x, y, pattern, alone=alone) is is_broken, drawn
        bad += is_broken
        assert judged < 100 * FEWEST, "hardly any model breaks it, or hardly any obeys it"


def ours(model: Process, x: str, y: str, pattern: str, *, alone: bool) -> bool:
    codes = {x: "A-X", y: "A-Y"}
    nodes = {
        name: replace(node, activity_code=codes.get(name)) for name, node in model.nodes.items()
    }
    diagram = Diagram({"net": replace(model, nodes=nodes)}, ())
    subject = Subject("net", {}, {"net.bpmn": diagram}, {}, frozenset(), {}, {})
    monitor = monitor_of(ROWS[pattern])
    more = () if alone else (monitor_of({"pattern": "ORDER", "codes": ["A-Z"]}),)
    walk = Walk(Scene(subject, (monitor, *more)), monitor)
    found = next(walk.broken(), None)
    assert walk.is_whole
    return found is not None


def brute(model: Process, x: str, y: str, pattern: str) -> bool:
    """Go through every order of everything, noting what has happened to the two tasks."""
    first = tuple(sorted(("flow", f.id, ()) for f in model.outgoing("s")))
    known, todo = {(first, frozenset())}, [(first, frozenset())]
    while todo:
        here, noted = todo.pop()
        for node, there in other._steps(model, here):
            after, is_broken = noted, False
            for task, is_done in happened(model, here, node, there):
                wrong = breaks(pattern, after, task, x, y, is_done=is_done)
                is_broken |= wrong
                after = note(pattern, after, task, x, y, is_done=is_done)
            ends = there is None or not there
            if is_broken or (ends and pattern == "RESP" and "owed" in after):
                return True
            if not ends and (there, after) not in known:
                known.add((there, after))
                todo.append((there, after))
    return False


def happened(model, here, node, there):
    """Yield which task began, which was done."""
    was, now = count(here, node), count(there or (), node)
    if model.nodes[node].kind not in {"userTask", "serviceTask"}:
        return
    if now > was:
        yield node, False
    elif now < was:
        yield node, True
    else:
        yield node, False
        yield node, True


def count(standing, node):
    return sum(1 for kind, name, _fired in standing if kind == "busy" and name == node)


def breaks(pattern, noted, task, x, y, *, is_done):
    if pattern in {"PREC", "ORDER"}:
        return task == y and not is_done and "done" not in noted
    if pattern == "UNIQ":
        return task == x and is_done and "done" in noted
    return pattern == "NEVER" and task == y and not is_done and "begun" in noted


def note(pattern, noted, task, x, y, *, is_done):
    if pattern == "RESP":
        if task == y and is_done:
            return noted - {"owed"}
        return noted | {"owed"} if task == x and not is_done else noted
    return noted | {"done" if is_done else "begun"} if task == x else noted
