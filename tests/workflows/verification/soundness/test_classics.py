"""The classics of unsound models, each with a sound twin; found where they are, with the path."""

import pytest

from tests.workflows.verification.soundness.nets import net
from workflows.diagrams import Node
from workflows.verification.soundness import Problem, explore, levels_of
from workflows.verification.soundness.tokens import COMPLETED


def problems(process, ends=None):
    def every(node: Node) -> frozenset[str]:
        return (ends or {}).get(node.id, frozenset({COMPLETED}))

    [level, *_inner] = levels_of(process)
    return explore(level, every).problems


def found(process, ends=None):
    return {(each.kind, each.element_id) for each in problems(process, ends)}


SOUND = {
    "a sequence": net("s>t1>v1>e"),
    "a choice that meets again": net("s>x1>t1>x2>e;x1>t2>x2"),
    "two at once that meet again": net("s>a1>t1>a2>e;a1>t2>a2"),
    "some at once that meet again": net("s>o1>t1>o2>e;o1>t2>o2;o1>t3>o2"),
    "two at once, each with an end of its own": net("s>a1>t1>e1;a1>t2>e2"),
    "a loop with a way out": net("s>x1>t1>x2>e;x2>x1"),
    "a limit that ends a task": net("s>t1>x1>e;b1>x1", {"b1": "t1"}),
    "a reminder": net("s>t1>e1;b1>v1>e2", {"b1": "t1"}, reminding=("b1",)),
    "reminders that may add up": net(
        "s>x1>t1>x2>e1;x2>x1;b1>x3>t2>e2;b2>x3", {"b1": "t1", "b2": "t1"}, reminding=("b1", "b2")
    ),
    "a choice of events": net("s>g1>c1>x1>e;g1>c2>x1"),
    "an inclusive join in a loop": net("s>x1>o1>t1>o2>x2>e;o1>t2>o2;x2>x1"),
    "an end for all": net("s>a1>t1>e1;a1>t2>e2", ends={"e1": "terminate"}),
    "a side that ends it": net("s>t1>e", beside={"p1": True}),
    "a side beside it": net("s>t1>e", beside={"p1": False}),
}


@pytest.mark.parametrize("name", SOUND)
def test_a_sound_model_has_no_problems(name):
    assert problems(SOUND[name]) == []


UNSOUND = {
    "a choice into a join": (net("s>x1>t1>a1>e;x1>t2>a1"), ("stuck", "a1")),
    "two at once that meet unjoined": (net("s>a1>t1>x1>t3>e;a1>t2>x1"), ("doubled", "t3")),
    "a loop without a way out": (net("s>x1>t1>x2>x1;x2>t2>x1"), ("endless", "t2")),
    "a join inside a loop waits for its own end": (
        net("s>a1>t1>x1>e;x1>a1"),
        ("stuck", "a1"),
    ),
    "a limit beside a join": (net("s>a1>t1>a2>e;a1>t2>a2;b1>e2", {"b1": "t1"}), ("stuck", "a2")),
    "a reminder into the main way": (
        net("s>t1>x1>t2>e;b1>x1", {"b1": "t1"}, reminding=("b1",)),
        ("doubled", "t2"),
    ),
    "a join nobody passes": (net("s>x1>e;x1>a1>e2;a1>a1"), ("stuck", "a1")),
    "a side that ends only what is stuck": (
        net("s>x1>t1>a1>e;x1>t2>a1", beside={"p1": True}),
        ("stuck", "a1"),
    ),
}


@pytest.mark.parametrize("name", UNSOUND)
def test_an_unsound_model_is_found_where_it_is(name):
    model, wanted = UNSOUND[name]

    assert _at_nodes(model, found(model)) == {wanted}


def _at_nodes(model, pairs):
    """Return the problems by node: a doubled flow stands for the node it leads to."""
    return {(k, model.flows[e].target if e in model.flows else e) for k, e in pairs}


def test_the_path_can_be_followed_from_the_start():
    [problem] = problems(net("s>x1>t1>a1>e;x1>t2>a1"))

    assert problem == Problem("stuck", "a1", ("s", "x1", "t1", "t1"))


def test_an_event_that_never_comes_is_dead_with_what_follows_it():
    model = net("s>p1>e;b1>t1>e2", {"b1": "p1"}, ends={"b1": "error"})

    assert found(model) == {("dead", "b1"), ("dead", "t1"), ("dead", "e2")}
    assert found(model, {"p1": frozenset({COMPLETED, "error:NO"})}) == set()


def test_an_error_that_nobody_catches_ends_the_level_around_it():
    model = net("s>p1>e")
    [level, *_inner] = levels_of(model)

    ends = explore(level, lambda _node: frozenset({COMPLETED, "error:NO"})).ends

    assert ends == {COMPLETED, "error:NO"}


def test_too_many_states_are_told_not_guessed():
    flows = ";".join(f"s>a1>t{n}>x{n}>v{n}>e{n};x{n}>t{n}" for n in range(2, 9))
    [level] = levels_of(net(flows))

    few = explore(level, lambda _node: frozenset({COMPLETED}), most=20)

    assert not few.is_whole
    assert few.problems == []
