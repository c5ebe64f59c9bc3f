"""NEVER a step while a condition holds, where what a path has come to decides the condition."""

from workflows.verification.findings import Finding
from workflows.verification.invariants.rows import Row, broken
from workflows.verification.invariants.scene import Key, Scene
from workflows.verification.invariants.walking import to_state
from workflows.verification.soundness.levels import Level


def judge_guards(scene: Scene, row: Row) -> tuple[list[Finding], bool]:
    """Return where a step begins although its condition holds; False if data have to tell."""
    scene.explore_all()
    name, is_decided = str(row["id"]), True
    for level, ways in scene.explored():
        for (judged, node_id), verdicts in ways.judged.items():
            if judged != name:
                continue
            is_decided &= None not in verdicts
            if True in verdicts:
                path = (*to_level(scene, level), *to_state(scene, level, verdicts[True]), node_id)
                return [broken(scene.subject, row, level.nodes[node_id], path=path)], True
    return [], is_decided


def to_level(scene: Scene, level: Level) -> tuple[str, ...]:
    """Return the elements that lead from the start of a case to a level, the shortest way."""
    root = scene.root
    assert root is not None
    paths: dict[Key, tuple[str, ...]] = {(root.process.id, root.id): ()}
    waiting = [root]
    while waiting:
        here = waiting.pop(0)
        before = paths[here.process.id, here.id]
        for node in here.nodes.values():
            below = scene.inside(node)
            if below is None or (below.process.id, below.id) in paths:
                continue
            state = next(
                (s for s, at in enumerate(scene.ways(here).at_work) if node.id in at), None
            )
            if state is not None:
                paths[below.process.id, below.id] = (*before, *to_state(scene, here, state))
                waiting.append(below)
    return paths.get((level.process.id, level.id), ())
