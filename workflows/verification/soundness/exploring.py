"""Walks through the states of one level: all of them, or where these are too many, enough.

Enough are those in which, of moves whose order makes no difference, one order is tried (a partial
order reduction): an unsound level is found to be that, though perhaps at another of its faults.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from workflows.verification.soundness.levels import Level
from workflows.verification.soundness.tokens import Ends, Game, Mark, Move, State

MOST_STATES = 100_000
FEW_STATES = 4_000  # that are all looked at


@dataclass(frozen=True, slots=True)
class Problem:
    """``kind``: stuck (tokens wait for ever), endless (no way to an end), doubled, dead.

    ``path`` are the elements passed from the start of the level to where it shows.
    """

    kind: str
    element_id: str
    path: tuple[str, ...] = ()


@dataclass
class Exploration:
    """What was found of a level. ``is_whole`` is False when there were too many states."""

    ends: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)
    states: int = 0
    is_whole: bool = True


def explore(
    level: Level, ends: Ends, most: int = MOST_STATES, few: int = FEW_STATES
) -> Exploration:
    """Explore a level from its start; its problems, each with a path, and its ends."""
    found = _explored(level, ends, min(few, most), is_reduced=False)
    return found if found.is_whole else _explored(level, ends, most, is_reduced=True)


def _explored(level: Level, ends: Ends, most: int, *, is_reduced: bool) -> Exploration:
    walk = _Walk(level, Game(level, ends), most, is_reduced=is_reduced)
    walk.run()
    found = Exploration(walk.ends, [], len(walk.parents), walk.is_whole)
    found.problems = [*walk.doubled.values(), *walk.stuck()]
    if walk.is_whole and not found.problems:
        found.problems = list(walk.dead())
    return found


class _Walk:
    def __init__(self, level: Level, game: Game, most: int, *, is_reduced: bool) -> None:
        self.level, self.game, self.most = level, game, most
        self.is_reduced = is_reduced and not level.gathers  # an inclusive join: every order counts
        self.parents: dict[State, tuple[State, Move] | None] = {}
        self.after: dict[State, list[Move]] = {}
        self.passed: set[str] = set()
        self.ends: set[str] = set()
        self.doubled: dict[str, Problem] = {}
        self.is_whole = True

    def run(self) -> None:
        first = self.game.first()
        self.parents[first] = None
        if self.level.start is not None:
            self.passed.add(self.level.start.id)
        waiting = deque([first])
        while waiting:
            state = waiting.popleft()
            for move in self._moves(state):
                if self._take(state, move):
                    waiting.append(move.state)
            if len(self.parents) > self.most:
                self.is_whole = False
                return

    def _take(self, state: State, move: Move) -> bool:
        """Note a move; tell whether it leads to a state not seen before."""
        self.passed |= set(move.passed)
        self.after.setdefault(state, []).append(move)
        if move.doubled is not None:
            path = (*self.path_to(state), *move.passed)
            self.doubled.setdefault(move.doubled, Problem("doubled", move.doubled, path))
            return False
        if move.end is not None:
            self.ends.add(move.end)
            return False
        if move.state in self.parents:
            return False
        self.parents[move.state] = (state, move)
        return True

    def _moves(self, state: State) -> list[Move]:
        automatic = self.game.automatic(state)
        if automatic:
            return automatic
        works = self.game.works(state)
        outside = list(self.game.from_outside(state))
        return [*self._enough(state, works), *outside]

    def _enough(self, state: State, works: list[Mark]) -> Iterable[Move]:
        """Return the moves of one activity where that is enough, else those of all.

        What others can do they can do afterwards too, with the same result, unless the level has
        ended; and nobody is put off for ever by a loop, for a state seen before is not enough.
        """
        for mark in works if self.is_reduced else ():
            own = list(self.game.of(state, mark))
            is_new = all(m.end is None and m.state not in self.parents for m in own)
            if own and is_new and not any(m.doubled for m in own):
                return own
        return [move for mark in works for move in self.game.of(state, mark)]

    def path_to(self, state: State) -> tuple[str, ...]:
        """Return the elements passed on the way to a state, the start first."""
        steps: list[tuple[str, ...]] = []
        while (before := self.parents[state]) is not None:
            state, move = before
            steps.append(move.passed)
        start = (self.level.start.id,) if self.level.start is not None else ()
        return (*start, *(each for passed in reversed(steps) for each in passed))

    def stuck(self) -> Iterator[Problem]:
        """Yield the states from which no end is reached by what is owed, one of each kind."""
        ending = self._ending()
        seen: set[tuple[str, ...]] = set()
        for state in self.parents:  # nearest first
            if state in ending or (not self.is_whole and state not in self.after):
                continue
            owed = [m for m in self.after.get(state, ()) if m.is_owed]
            where = tuple(sorted(self._place(mark) for mark in state))
            if not owed and where not in seen:
                seen.add(where)
                yield Problem("stuck", where[0], self.path_to(state))
        if not seen and self.is_whole:
            yield from self._endless(ending)

    def _endless(self, ending: set[State]) -> Iterator[Problem]:
        lost = next((s for s in reversed(self.parents) if s not in ending), None)
        if lost is not None and not self.doubled:
            path = self.path_to(lost)
            yield Problem("endless", path[-1], path)

    def _ending(self) -> set[State]:
        """Return the states from which an end can be reached without anything from outside."""
        back: dict[State, list[State]] = {}
        found: set[State] = set()
        for state, moves in self.after.items():
            for move in moves:
                if move.end is not None or move.doubled is not None:
                    found.add(state)  # a doubled token is told as that
                elif move.is_owed:
                    back.setdefault(move.state, []).append(state)
        waiting = list(found)
        while waiting:
            for before in back.get(waiting.pop(), ()):
                if before not in found:
                    found.add(before)
                    waiting.append(before)
        return found

    def _place(self, mark: Mark) -> str:
        return self.level.target[mark.id].id if mark.kind == "token" else mark.id

    def dead(self) -> Iterator[Problem]:
        """Yield the nodes that no way passes."""
        for node in self.level.nodes.values():
            if node.id not in self.passed and not node.is_event_subprocess:
                yield Problem("dead", node.id)
