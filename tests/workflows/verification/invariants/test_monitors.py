"""The monitors of invariants, fed a history event by event."""

import pytest

from workflows.diagrams import Event as Trigger
from workflows.diagrams import Node
from workflows.verification.invariants.monitors import NOTHING, Event, monitor_of


def step(code=None, kind="userTask", **more):
    return Node(more.pop("id", code or "x"), kind, "", "p", activity_code=code, **more)


def begun(*nodes):
    return [Event(node) for node in nodes]


def done(node, *outcomes, field="outcome"):
    written = tuple({field: each} for each in outcomes)
    return Event(node, True, written)


def passed(node):
    return [Event(node), done(node)]


def judged(row, *events):
    """Return the places of the events that break an invariant, and whether the end does."""
    monitor, seen, broken = monitor_of(row), NOTHING, []
    for place, event in enumerate(events):
        seen, is_broken = monitor.after(seen, event)
        broken += [place] if is_broken else []
    return broken, monitor.is_broken_at_end(seen)


CHECK, DECIDE, NAME = step("A-COMPLETE"), step("A-DECIDE"), step("A-NAME")
PREC = {
    "pattern": "PREC",
    "before": [{"code": "A-COMPLETE", "outcome": ["ACCEPTED"]}],
    "after": ["A-DECIDE"],
}


def test_what_comes_after_begins_only_once_what_comes_before_is_done_with_its_outcome():
    assert judged(PREC, *begun(CHECK), done(CHECK, "ACCEPTED"), *begun(DECIDE))[0] == []
    assert judged(PREC, *begun(CHECK), done(CHECK, "REFUSED"), *begun(DECIDE))[0] == [2]
    assert judged(PREC, *begun(CHECK, DECIDE), done(CHECK, "ACCEPTED"))[0] == [1]


def test_the_last_outcome_counts():
    again = (done(CHECK, "ACCEPTED"), *begun(CHECK), done(CHECK, "REFUSED"), *begun(DECIDE))
    assert judged(PREC, *again)[0] == [3]


def test_several_at_once_count_as_done_only_with_the_same_outcome():
    assert judged(PREC, done(CHECK, "ACCEPTED", "ACCEPTED"), *begun(DECIDE))[0] == []
    assert judged(PREC, done(CHECK, "REFUSED", "REFUSED"), *begun(DECIDE))[0] == [1]


def test_a_call_with_a_code_counts_only_if_a_step_inside_it_realised_the_code():
    call = step("A-COMPLETE", "callActivity", id="call")
    whole = (*begun(call, CHECK), done(CHECK), done(call, "ACCEPTED"), *begun(DECIDE))
    hollow = (*begun(call), done(call, "ACCEPTED"), *begun(DECIDE))
    assert judged(PREC, *whole)[0] == []
    assert judged(PREC, *hollow)[0] == [2]


def test_an_outcome_may_stand_in_another_field():
    row = PREC | {"before": [{"code": "A-COMPLETE", "field": "confirmed", "outcome": ["yes"]}]}
    yes = done(CHECK, "yes", field="confirmed")
    assert judged(row, yes, *begun(DECIDE))[0] == []
    assert judged(row, done(CHECK, "yes"), *begun(DECIDE))[0] == [1]


def test_in_an_order_none_begins_before_the_one_before_it_is_done():
    row = {"pattern": "ORDER", "codes": ["A-COMPLETE", "A-DECIDE", "A-NAME"]}
    assert judged(row, *passed(CHECK), *passed(DECIDE), *passed(CHECK), *passed(NAME))[0] == []
    assert judged(row, *passed(CHECK), *passed(NAME))[0] == [2]
    assert judged(row, *begun(CHECK, DECIDE))[0] == [1]


def test_never_after_something_has_begun():
    row = {"pattern": "NEVER", "codes": ["A-REGISTER"], "after": ["A-REJECT"]}
    register, reject = step("A-REGISTER", "serviceTask"), step("A-REJECT")
    assert judged(row, *passed(register), *begun(reject))[0] == []
    assert judged(row, *begun(reject), *passed(register))[0] == [1]


@pytest.mark.parametrize(
    ("more", "broken"),
    [
        ({}, [0]),
        ({"is_optional": True}, [0]),
        ({"assumptions": ("ASM-T-07",)}, [0]),
        ({"is_optional": True, "assumptions": ("ASM-T-07",)}, []),
    ],
)
def test_a_step_that_the_regulation_lacks_must_be_optional_by_an_assumption(more, broken):
    row = {"pattern": "NEVER", "codes": ["A-JOINT"], "unless_optional": True}
    assert judged(row, *begun(step("A-JOINT", **more)))[0] == broken
    assert judged(row | {"unless_optional": False}, *begun(step("A-JOINT", **more)))[0] == [0]


def test_a_response_is_owed_until_the_case_ends():
    row = {
        "pattern": "RESP",
        "trigger": {"case_states": ["REJECTED"]},
        "then": {"operations": ["notify.send"]},
        "escapes": ["A-WITHDRAW"],
    }
    silent = step(kind="serviceTask", case_state="REJECTED", operation="register.enter")
    telling = step(kind="serviceTask", case_state="REJECTED", operation="notify.send")
    withdrawal = step("A-WITHDRAW", "startEvent")
    assert judged(row, *passed(telling)) == ([], False)
    assert judged(row, *passed(telling), *passed(silent)) == ([], True)
    assert judged(row, *passed(silent), *begun(withdrawal)) == ([], False)


def test_what_happens_once_a_case_happens_once():
    row = {"pattern": "UNIQ", "code": "A-REGISTER", "per": "case"}
    register = step("A-REGISTER", "serviceTask")
    around = step("A-REGISTER", "callActivity", id="call")
    assert judged(row, *begun(around), *passed(register), done(around))[0] == []
    assert judged(row, *passed(register), *passed(register))[0] == [3]


def test_a_time_that_has_to_run_out_is_waited_for_inside_the_call():
    row = {"pattern": "DUR", "code": "A-PUBLICITY"}
    call = step("A-PUBLICITY", "callActivity", id="call")
    wait = step("A-PUBLICITY", "intermediateCatchEvent", event=Trigger("timer"))
    assert judged(row, *begun(call), *passed(wait), done(call))[0] == []
    assert judged(row, *passed(wait), *begun(call), *begun(wait), done(call))[0] == [4]


def test_what_depends_on_data_is_judged_elsewhere():
    assert monitor_of({"pattern": "NEVER", "codes": ["A-NAME"], "when": "=a.b = 1"}) is None
    assert monitor_of({"pattern": "ACTOR", "code": "A-NAME"}) is None
