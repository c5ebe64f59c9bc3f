"""Hundreds of models drawn by chance: our verdict is that of a judge who tries everything.

LIANCHENG_NETS says how many; the seed is printed and LIANCHENG_NETS_SEED repeats it.
"""

import os
import random

from tests.workflows.verification.soundness.judge import judge
from tests.workflows.verification.soundness.nets import Drawing
from workflows.verification.soundness import explore, levels_of
from workflows.verification.soundness.tokens import COMPLETED

SEED = int(os.environ.get("LIANCHENG_NETS_SEED", random.SystemRandom().randrange(10**9)))
NUMBER = int(os.environ.get("LIANCHENG_NETS", "300"))
FEWEST = 0.15  # of each verdict, or the models say nothing


def test_our_verdicts_are_those_of_a_judge_who_tries_everything():
    print(f"seed {SEED}")
    chance, judged, bad = random.Random(SEED), 0, 0
    while judged < NUMBER:
        model = Drawing(chance).process()
        verdict = judge(model)
        if not verdict.is_whole:
            continue
        judged += 1
        [level] = levels_of(model)
        ours = explore(level, lambda _node: frozenset({COMPLETED}))
        kinds = {each.kind for each in ours.problems}
        drawn = (
            f"seed {SEED}, model {judged}: {[(f.source, f.target) for f in model.flows.values()]}"
        )
        assert ours.is_whole
        fewer = explore(level, lambda _node: frozenset({COMPLETED}), few=0)
        assert bool(fewer.problems) == bool(ours.problems), drawn
        assert ("doubled" in kinds) == verdict.doubles, drawn
        if verdict.doubles:
            bad += 1
            continue
        assert bool(kinds & {"stuck", "endless"}) == verdict.hangs, drawn
        bad += verdict.hangs
        if not verdict.hangs:
            dead = {each.element_id for each in ours.problems if each.kind == "dead"}
            assert dead == verdict.unused, drawn
    assert FEWEST * NUMBER < bad < (1 - FEWEST) * NUMBER
