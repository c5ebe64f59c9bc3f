"""Layer 2: every way through a procedure comes to an end, and no token is lost or doubled.

The token game of each level (a process, an embedded subprocess, an event subprocess) is explored
state by state, data abstracted: a gateway may take any of its ways, an event may come or not. A
level sees what it contains or calls only by how that can end; nothing else passes between levels,
so the verdicts on all levels are together the verdict on the whole bundle.
"""

from workflows.verification.soundness.check import check
from workflows.verification.soundness.exploring import MOST_STATES, Exploration, Problem, explore
from workflows.verification.soundness.levels import Level, levels_of

__all__ = [
    "MOST_STATES",
    "Exploration",
    "Level",
    "Problem",
    "check",
    "explore",
    "levels_of",
]
