"""How often a process looks for garbage. What it has read of procedures is large and stays."""

import gc

# objects made and not yet freed before the young are looked over; young rounds before the middle
# ones; middle rounds before all
_YOUNG, _MIDDLE, _OLD = 50_000, 20, 50


def collect_seldom() -> None:
    """Look for cycles less often than Python does by itself; for the whole process.

    Freed by reference count is most of what a request makes. By default an eighth of the processor
    time of a completion went into walking over the opened procedures again and again.
    """
    gc.set_threshold(_YOUNG, _MIDDLE, _OLD)
