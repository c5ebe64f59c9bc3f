"""All ways through one level: its token game with what is known of the data, step by step.

Made once for all invariants: what a call may come to is known by the ends of the level it calls,
what people may answer is tried wherever a gateway or an invariant asks for it.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from workflows.diagrams import Node
from workflows.verification.invariants.conditions import NULL, OTHER, Facts, verdict
from workflows.verification.invariants.knowing import END, Knowledge, Known
from workflows.verification.invariants.monitors import MIXED, Event
from workflows.verification.invariants.places import OUTCOME
from workflows.verification.invariants.surroundings import Budget, Surroundings, Way
from workflows.verification.soundness.levels import Level
from workflows.verification.soundness.tokens import COMPLETED, Game, Move, State

MOST_STATES = 10_000
FEW_STATES = 2_000  # that are all looked at, in every order
_ANSWERED = frozenset({"userTask", "intermediateCatchEvent", "boundaryEvent", "startEvent"})


@dataclass(frozen=True, slots=True)
class Step:
    """What happens at once. ``left`` is what contained steps and ends by it, and its way.

    ``target`` is the number of the state after it, None where the level ends by ``way``.
    """

    events: tuple[Event, ...]
    passed: tuple[str, ...]
    target: int | None = None
    way: Way | None = None
    left: tuple[str, Way] | None = None


@dataclass
class Ways:
    """The states of a level by number, 0 the first: their steps, and what contains steps there.

    ``judged``: condition and node -> how the condition may turn out where the node begins, and in
    which state that was seen first.
    """

    first: tuple[Event, ...] = ()
    steps: list[list[Step]] = field(default_factory=list)
    at_work: list[frozenset[str]] = field(default_factory=list)
    is_automatic: list[bool] = field(default_factory=list)
    ends: set[Way] = field(default_factory=set)
    judged: dict[tuple[str, str], dict[bool | None, int]] = field(default_factory=dict)
    is_whole: bool = True


def ways_through(level: Level, around: Surroundings, budget: Budget, *, is_fresh: bool) -> Ways:
    """Return the ways through a level; of a fresh one nothing has been written before."""
    found = Ways(is_whole=False)
    attempts = ((FEW_STATES, False), (MOST_STATES, True))
    for most, is_reduced in attempts[1:] if around.is_alone else attempts:
        if found.is_whole or budget.states <= 0:
            break
        search = _Search(level, around, min(most, budget.states), is_reduced=is_reduced)
        found = search.run(is_fresh=is_fresh)
        budget.states -= len(search.numbers)
    return found


class _Search:
    def __init__(self, level: Level, around: Surroundings, most: int, *, is_reduced: bool) -> None:
        self.level, self.around, self.most = level, around, most
        self.is_reduced = is_reduced and not level.gathers
        self.game = Game(level, self._plain_ends)
        self.ways = Ways()
        self.numbers: dict[tuple[State, Known], int] = {}
        self.waiting: deque[tuple[State, Known]] = deque()
        self.seen: set[State] = set()
        self.here = 0  # the number of the state whose steps are made
        self.knowledge = Knowledge(level, around)

    def _plain_ends(self, node: Node) -> frozenset[str]:
        ways = self.around.ways_of(node)
        if not ways:
            return frozenset({COMPLETED})
        return frozenset(COMPLETED if way.startswith(COMPLETED) else way for way in ways)

    def run(self, *, is_fresh: bool) -> Ways:
        assert self.level.start is not None
        first = self.game.first()
        self.ways.first = tuple(_passing(self.level.start))
        written = self.knowledge.written_here if is_fresh else frozenset[str]()
        facts = {(key, ""): NULL for key in written}
        self._number(
            first,
            self.knowledge.kept(self.knowledge.after_done(facts, self.level.start, {}), first),
        )
        while self.waiting:
            self._steps_from(*self.waiting.popleft())
            if len(self.numbers) > self.most:
                self.ways.is_whole = False
                break
        return self.ways

    def _number(self, state: State, known: Known) -> int:
        number = self.numbers.setdefault((state, known), len(self.numbers))
        if number == len(self.ways.steps):
            self.ways.steps.append([])
            works = (m.id for m in state if m.kind != "token")
            self.ways.at_work.append(frozenset(works))
            self.ways.is_automatic.append(False)
            self.waiting.append((state, known))
            self.seen.add(state)
        return number

    def _steps_from(self, state: State, known: Known) -> None:
        number, facts = self.numbers[state, known], dict(known)
        self.here = number
        automatic = self.game.automatic(state, self._is_apart)
        self.ways.is_automatic[number] = bool(automatic)
        for move in automatic or self._enough(state):
            if move.doubled is None:
                self.ways.steps[number].extend(self._steps(state, move, facts))

    def _is_apart(self, node: Node) -> bool:
        is_asked = any(key == node.data_key for key, _path in self.knowledge.values)
        chooses = self.is_reduced and bool(self.knowledge.asked_at(node))
        return is_asked or chooses or self.around.is_apart(node)

    def _enough(self, state: State) -> Iterable[Move]:
        """Return the moves of all that is at work, or of one thing nobody looks at if enough."""
        works, outside = self.game.works(state), list(self.game.from_outside(state))
        for mark in works if self.is_reduced else ():
            own = list(self.game.of(state, mark))
            is_new = all(m.end is None and m.state not in self.seen for m in own)
            if own and is_new and all(map(self._is_quiet, own)):
                return [*own, *outside]
        return [*(move for mark in works for move in self.game.of(state, mark)), *outside]

    def _is_quiet(self, move: Move) -> bool:
        """Tell whether nobody looks at a move, nor at what goes on by itself after it.

        For that goes on before anything else can: it would always come before what is put off.
        """
        waiting, known = [move], set[State]()
        while waiting:
            here = waiting.pop()
            if here.end is not None or here.doubled is not None:
                return False
            if any(self._is_apart(self.level.nodes[each]) for each in here.passed):
                return False
            if here.state not in known:
                known.add(here.state)
                waiting.extend(self.game.automatic(here.state, self._is_apart))
        return True

    def _steps(self, state: State, move: Move, facts: Facts) -> Iterator[Step]:
        for known in self.knowledge.possible(move, facts):
            rest = self.knowledge.forgotten(known, state, move)
            for way in self._ways_left(move):
                for events, after in self._happening(state, move, way, rest):
                    yield self._step(move, way, events, after)

    def _step(self, move: Move, way: Way | None, events: tuple[Event, ...], facts: Facts) -> Step:
        gone = move.left[0] if move.left is not None else None
        left = (gone, way) if gone is not None and way is not None else None
        passed = tuple(each for each in move.passed if each != gone)
        if move.end is None:
            target = self._number(move.state, self.knowledge.kept(facts, move.state))
            return Step(events, passed, target, None, left)
        end = f"{COMPLETED}:{facts.get(END, '')}" if move.end == COMPLETED else move.end
        self.ways.ends.add(end)
        return Step(events, passed, None, end, left)

    def _ways_left(self, move: Move) -> Iterator[Way | None]:
        """Yield how what a move leaves can have ended; None for what contains no steps."""
        if move.left is None:
            yield None
            return
        node = self.level.nodes[move.left[0]]
        ways = self.around.ways_of(node)
        if ways is None:
            yield None
            return
        if move.left[1] != COMPLETED:
            yield move.left[1]
            return
        done = sorted(way for way in ways if way.startswith(COMPLETED)) or [f"{COMPLETED}:"]
        yield from done
        if node.loop is not None and len(done) > 1:
            yield f"{COMPLETED}:{MIXED}"

    def _happening(
        self, state: State, move: Move, way: Way | None, facts: Facts
    ) -> Iterator[tuple[tuple[Event, ...], Facts]]:
        """Yield the events of a move in their order, and what is known after them."""
        found: list[tuple[tuple[Event, ...], Facts]] = [((), facts)]
        for node_id in move.passed:
            node = self.level.nodes[node_id]
            found = [
                ((*events, *more), after)
                for events, known in found
                for more, after in self._one(state, move, node, way, known)
            ]
        yield from found

    def _one(
        self, state: State, move: Move, node: Node, way: Way | None, facts: Facts
    ) -> Iterator[tuple[tuple[Event, ...], Facts]]:
        if move.left is not None and node.id == move.left[0]:
            if move.left[1] == COMPLETED:
                for event in self._endings(node, way):
                    yield (event,), self.knowledge.after_done(facts, node, _written(event))
            else:
                yield (), facts
            return
        self._judge(node, facts)
        if any(m.id == node.id and m.kind != "token" for m in move.state - state):
            yield (Event(node),), facts
        else:
            for event in self._endings(node, None):
                yield (Event(node), event), self.knowledge.after_done(facts, node, _written(event))

    def _judge(self, node: Node, facts: Facts) -> None:
        """Judge the conditions under which a node must not begin, on what is known for sure."""
        for name, formula in self.around.conditions(node).items():
            truth, _missing = verdict(formula, facts)
            self.ways.judged.setdefault((name, node.id), {}).setdefault(truth, self.here)

    def _endings(self, node: Node, way: Way | None) -> Iterator[Event]:
        """Yield how a node can be done: with which outcome, with which answers asked for."""
        if way is not None:
            outcome = way.partition(":")[2]
            yield Event(node, True, {OUTCOME: outcome} if outcome else {})
            return
        wanted = self.around.wanted(node) if node.kind in _ANSWERED else {}
        choices: list[dict[str, str]] = [{}]
        for name, values in wanted.items():
            offered = self.around.options(node, name)
            asked = self.knowledge.values.get((node.data_key or "", name), frozenset())
            all_values = dict.fromkeys(offered or (*sorted(values | asked), OTHER))
            mixed = (MIXED,) if node.loop is not None and len(all_values) > 1 else ()
            choices = [{**each, name: v} for each in choices for v in (*all_values, *mixed)]
        yield from (Event(node, True, choice) for choice in choices)


def _passing(node: Node) -> Iterator[Event]:
    yield Event(node)
    yield Event(node, True)


def _written(event: Event) -> Mapping[str, str]:
    return event.written if isinstance(event.written, Mapping) else {}
