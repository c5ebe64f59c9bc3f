"""A case at rest moves to another version of its diagram, or is told what keeps it."""

import pytest

from tests.workflows.engine.test_events import after, boundary
from tests.workflows.engine.test_flow import START, UNITS, end, loop, user
from workflows import engine
from workflows.engine import Version, Why


def moved(case, other, mapping=None, *, profiles=({}, {})):
    """Move a case to another world's program; return the plan, and the case if it could move."""
    old, new = (
        Version(world.program, profile)
        for world, profile in zip((case, other), profiles, strict=True)
    )
    found = engine.plan(old, new, case.state, mapping or {})
    if not found.obstacles:
        other.now, other.document = case.now, case.document
        other.last = engine.fire_timers(
            other.program, other.environment(), engine.move(new, found), case.document
        )
    return found


def why(found):
    return [(each.node.id, each.why) for each in found.obstacles]


@pytest.fixture
def abc(world, drawn):
    """Return a maker of cases: steps in a row."""

    def make(*names, **settings):
        way = ["S", *names, "E"]
        flows = drawn.flows(*(f"{a}>{b}" for a, b in zip(way, way[1:], strict=False)))
        return world(START + "".join(map(user, names)) + end(outcome="DONE") + flows, **settings)

    return make


def test_what_comes_after_a_case_is_as_the_new_version_says(abc):
    case, new = abc("A", "B"), abc("A", "X", "B")
    case.start()

    moved(case, new)
    assert new.waits == ["A"]
    new.complete("A")
    assert new.waits == ["X"]
    new.complete("X")

    assert new.complete("B").is_finished


def test_what_is_behind_a_case_may_have_gone(abc):
    case, new = abc("A", "B", "C"), abc("B", "C")
    case.start()
    case.complete("A")

    moved(case, new)
    new.complete("B")

    assert new.complete("C").outcome == "DONE"
    assert new.document["A"] == {"round": 1}


def test_a_task_keeps_its_identity_and_when_it_began(abc):
    case, new = abc("A", "B"), abc("A", "X", "B")
    case.start()

    moved(case, new)

    assert new.wait("A").task_id == case.wait("A").task_id


def test_a_step_that_has_gone_is_named_with_what_it_might_be_now(world, drawn):
    def titled(name, title):
        return user(name).replace(f'name="{name}"', f'name="{title}"')

    case = world(START + titled("A", "初审") + end() + drawn.flows("S>A", "A>E"))
    new = world(START + titled("N", "初审") + user("M") + end() + drawn.flows("S>N", "N>M", "M>E"))
    case.start()

    found = moved(case, new)

    assert why(found) == [("A", Why.MISSING)]
    assert [each.id for each in found.obstacles[0].choices] == ["N"]
    assert not moved(case, new, {"A": "N"}).obstacles
    assert new.waits == ["N"]
    new.complete("N")
    assert new.waits == ["M"]


def test_a_step_of_another_kind_is_no_place_for_a_token(world, drawn, abc):
    case = abc("A")
    new = world(
        START
        + '<bpmn:serviceTask id="A" liancheng:operation="x"/>'
        + end()
        + drawn.flows("S>A", "A>E")
    )
    case.start()

    assert why(moved(case, new)) == [("A", Why.KIND)]


def test_branches_go_on_waiting_for_each_other(world, drawn):
    def forked(*more):
        names = ["A", "B", *more]
        body = START + '<bpmn:parallelGateway id="F"/><bpmn:parallelGateway id="J"/>' + end()
        flows = ["S>F", "J>E", *(f"F>{n}" for n in names), *(f"{n}>J" for n in names)]
        return world(body + "".join(map(user, names)) + drawn.flows(*flows))

    case, same = forked(), forked()
    case.start()
    case.complete("A")
    moved(case, same)
    assert same.waits == ["B"]
    assert same.complete("B").is_finished

    assert why(moved(case, forked("C"))) == [("J", Why.JOIN)]


def test_a_running_limit_keeps_its_instant_or_keeps_the_case(world, drawn):
    def limited(days):
        body = START + user("A") + user("L") + end()
        body += boundary("T", "A", after(days))
        return world(body + drawn.flows("S>A", "A>E", "T>L", "L>E"))

    case, same = limited("P5D"), limited("P5D")
    case.start()
    due = case.last.timers[0].due_at
    case.now = case.now.replace(hour=5)
    moved(case, same)
    assert same.last.timers[0].due_at == due
    assert same.advance(days=6).waits[0].node.id == "L"

    assert why(moved(case, limited("P3D"))) == [("T", Why.TIMER)]
    without = world(START + user("A") + end() + drawn.flows("S>A", "A>E"))
    assert (("A", Why.EVENTS)) in why(moved(case, without))


def test_a_round_over_a_list_goes_on_where_it_was(world, drawn):
    def round_of(*after):
        names = [*after]
        way = ["S", "A", *names, "E"]
        flows = drawn.flows(*(f"{a}>{b}" for a, b in zip(way, way[1:], strict=False)))
        body = (
            START + user("A", loop("=begin.units", "=unit.id")) + "".join(map(user, names)) + end()
        )
        return world(body + flows)

    case, new = round_of(), round_of("B")
    case.start(UNITS)
    first, *others = case.waits
    case.complete(first)

    moved(case, new)
    assert new.waits == others
    for each in others:
        new.complete(each)

    assert new.waits == ["B"]


def test_what_is_called_moves_with_what_calls_it(world, drawn):
    def calling(*inner):
        way = ["S2", *inner, "E2"]
        called = '<bpmn:startEvent id="S2"/>' + "".join(map(user, inner)) + end("E2")
        called += drawn.flows(*(f"{a}>{b}" for a, b in zip(way, way[1:], strict=False)))
        main = START + '<bpmn:callActivity id="C" calledElement="test.called"/>' + end()
        return world(main + drawn.flows("S>C", "C>E"), called)

    case, new = calling("A"), calling("A", "B")
    case.start()

    moved(case, new)
    new.complete("A")
    assert new.waits == ["B"]

    assert new.complete("B").is_finished
    gone = calling("X")
    assert why(moved(case, gone)) == [("A", Why.MISSING)]
