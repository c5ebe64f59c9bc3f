"""Another judge of small models: all orders of all moves, written apart from the product's.

It knows one level: tasks, gateways, catch events, boundary events and ends.
"""

from collections import Counter
from dataclasses import dataclass, field
from itertools import chain, combinations

from workflows.diagrams import Process

MOST = 10_000
Place = tuple[str, str, tuple[str, ...]]
Standing = tuple[Place, ...]


@dataclass
class Verdict:
    """``is_whole`` False: too many states to judge."""

    hangs: bool = False
    doubles: bool = False
    unused: set[str] = field(default_factory=set)
    is_whole: bool = True


def judge(process: Process) -> Verdict:
    """Judge a model by going through everything that can happen."""
    verdict, seen_nodes = Verdict(), set()
    first = tuple(sorted(("flow", f.id, ()) for f in process.outgoing("s")))
    seen_nodes.add("s")
    known, todo = {first}, [first]
    before: dict[Standing, set[Standing]] = {}
    good: set[Standing] = set()
    while todo:
        here = todo.pop()
        for node, there in _steps(process, here):
            seen_nodes.add(node)
            if there is None or not there:
                good.add(here)
                continue
            if max(Counter((kind, name) for kind, name, _f in there).values()) > 1:
                verdict.doubles = True
                good.add(here)
                continue
            before.setdefault(there, set()).add(here)
            if there not in known:
                known.add(there)
                todo.append(there)
        if len(known) > MOST:
            verdict.is_whole = False
            return verdict
    todo = list(good)
    while todo:
        for earlier in before.get(todo.pop(), ()):
            if earlier not in good:
                good.add(earlier)
                todo.append(earlier)
    verdict.hangs = bool(known - good)
    verdict.unused = set(process.nodes) - seen_nodes
    return verdict


def _steps(process: Process, here: Standing):
    """Yield each node that can act and where everything stands after it; None: all is over.

    What can go on by itself does so before anything comes from outside, as an engine runs.
    """
    alone = [step for each in here if each[0] == "flow" for step in _step(process, here, each)]
    yield from alone or [step for each in here for step in _step(process, here, each)]


def _step(process: Process, here: Standing, place: Place):
    kind, name, fired = place
    rest = list(here)
    rest.remove(place)
    if kind == "flow":
        yield from _arrive(process, here, rest, process.flows[name].target)
    else:
        yield from _work(process, rest, name, fired)


def _out(process: Process, rest: list[Place], flows) -> Standing:
    return tuple(sorted([*rest, *(("flow", f.id, ()) for f in flows)]))


def _arrive(process: Process, here: Standing, rest: list[Place], name: str):
    node = process.nodes[name]
    leaving, entering = list(process.outgoing(name)), list(process.incoming(name))
    hosted = [n for n in process.nodes.values() if n.attached_to == name]
    if node.kind == "endEvent":
        yield name, None if node.event and node.event.kind == "terminate" else tuple(rest)
    elif node.kind == "exclusiveGateway":
        for flow in leaving:
            yield name, _out(process, rest, [flow])
    elif node.kind == "parallelGateway":
        wanted = [("flow", f.id, ()) for f in entering]
        if all(each in here for each in wanted):
            yield name, _out(process, [p for p in here if p not in wanted], leaving)
    elif node.kind == "inclusiveGateway":
        inside = [p for p in here if p in [("flow", f.id, ()) for f in entering]]
        if not _still_coming(process, here, inside, name):
            others = [p for p in here if p not in inside]
            sets = chain.from_iterable(combinations(leaving, n + 1) for n in range(len(leaving)))
            for some in sets:
                yield name, _out(process, others, some)
    elif node.kind == "serviceTask" and not hosted:
        yield name, _out(process, rest, leaving)
    else:
        yield name, tuple(sorted([*rest, ("busy", name, ())]))


def _work(process: Process, rest: list[Place], name: str, fired: tuple[str, ...]):
    node = process.nodes[name]
    if node.kind == "eventBasedGateway":
        for flow in process.outgoing(name):
            yield flow.target, _out(process, rest, process.outgoing(flow.target))
        return
    yield name, _out(process, rest, process.outgoing(name))
    for event in process.nodes.values():
        if event.attached_to != name:
            continue
        if event.is_interrupting:
            yield event.id, _out(process, rest, process.outgoing(event.id))
        elif event.id not in fired:
            stays = ("busy", name, tuple(sorted([*fired, event.id])))
            yield event.id, _out(process, [*rest, stays], process.outgoing(event.id))


def _still_coming(process: Process, here: Standing, inside: list[Place], join: str) -> bool:
    """Tell whether some token can come by an empty way in without also coming by a full one."""
    arrived = {name for _kind, name, _f in inside}
    for place in here:
        if place in inside:
            continue
        kind, name, _fired = place
        start = process.flows[name].target if kind == "flow" else name
        ways = _ways_into(process, start, join)
        if ways - arrived and not ways & arrived:
            return True
    return False


def _ways_into(process: Process, start: str, join: str) -> set[str]:
    """Return the flows into a join that can be reached from a node, the join not passed."""
    if start == join:
        return set()
    found, seen, todo = set(), {start}, [start]
    while todo:
        here = todo.pop()
        flows = list(process.outgoing(here))
        hosted = [n.id for n in process.nodes.values() if n.attached_to == here]
        found |= {f.id for f in flows if f.target == join}
        for each in [*hosted, *(f.target for f in flows if f.target != join)]:
            if each not in seen:
                seen.add(each)
                todo.append(each)
    return found
