"""Invariants on small diagrams: what holds on every path, and the path where it does not."""

import json

import pytest
import yaml

from workflows.diagrams import Diagram, Flow, Node, Process
from workflows.verification import Subject
from workflows.verification.invariants import coverage


@pytest.fixture
def broken(bpmn):
    """Return a judge of a diagram by one invariant: the elements found, each with its path."""

    def judge(row, *processes, **more):
        rows = yaml.safe_dump([{"id": "INV-1", "tag": "M", "text": "须如此", **row}])
        found = bpmn.findings(*processes, invariants__yaml=rows, **more)
        errors = [each for each in found if each.severity == "error"]
        assert {each.rule for each in errors} <= {"invariants.broken"}, errors
        return {each.element_id: each.example for each in errors}

    return judge


BEFORE = {"pattern": "PREC", "before": [{"code": "A-X"}], "after": ["A-Y"]}
AGREED = {**BEFORE, "before": [{"code": "A-X", "outcome": ["yes"]}]}


def x(bpmn, **more):
    return bpmn.user(activityCode="A-X", dataKey="x", **more)


def y(bpmn, **more):
    return bpmn.user(activityCode="A-Y", dataKey="y", **more)


def test_what_stands_before_on_every_path_holds(bpmn, broken):
    assert broken(BEFORE, bpmn.process("start>x>y>end", x=x(bpmn), y=y(bpmn))) == {}


def test_a_way_around_is_found_with_its_path(bpmn, broken):
    flows = 'start>ask>gw>x>y>end;gw>y?=ask.outcome = "no"'
    gateway = bpmn.element("exclusiveGateway", default="f_gw_x")
    main = bpmn.process(flows, ask=bpmn.user(dataKey="ask"), gw=gateway, x=x(bpmn), y=y(bpmn))
    assert broken(BEFORE, main) == {"y": ("start", "ask", "gw", "y")}


def choice(bpmn, condition):
    gateway = bpmn.element("exclusiveGateway", default="f_gw_end2")
    flows = f"start>x>gw;gw>y?{condition};gw>end2;y>end"
    return bpmn.process(flows, x=x(bpmn), y=y(bpmn), gw=gateway, end=bpmn.element("endEvent"))


@pytest.mark.parametrize(
    ("condition", "is_broken"),
    [
        ('=x.outcome = "yes"', False),
        ('=x.outcome != "no"', False),
        ('=not(x.outcome = "no")', False),
        ('=list contains(["yes"], x.outcome)', False),
        ('=x.outcome = "yes" and x.number > 3', False),
        ('=get value(x, "outcome") = "yes"', False),
        ('=if x.number > 3 then x.outcome = "yes" else false', False),
        ('=x.outcome = "no"', True),
        ("=x.number > 3", True),
        ('=x.outcome = "yes" or x.number > 3', True),
    ],
)
def test_a_condition_tells_which_outcome_leads_on(bpmn, broken, condition, is_broken):
    assert bool(broken(AGREED, choice(bpmn, condition))) is is_broken


def test_what_runs_at_the_same_time_may_come_first(bpmn, broken):
    flows = "start>gp1>x>gp2>end;gp1>y>gp2"
    join = bpmn.element("parallelGateway")
    main = bpmn.process(flows, gp1=join, gp2=join, x=x(bpmn), y=y(bpmn))
    assert broken(BEFORE, main) == {"y": ("start", "gp1", "y")}


def test_what_goes_on_by_itself_at_the_same_time_may_come_first(bpmn, broken):
    flows = "start>gp1>x>gp2>end;gp1>y>gp2"
    join = bpmn.element("parallelGateway")
    nodes = {"x": bpmn.service(activityCode="A-X"), "y": bpmn.service(activityCode="A-Y")}
    assert set(broken(BEFORE, bpmn.process(flows, gp1=join, gp2=join, **nodes))) == {"y"}


def test_what_an_event_breaks_off_is_not_done(bpmn, broken):
    late = bpmn.boundary("x", bpmn.event("duration", "P3D"))
    main = bpmn.process("start>x>gw2>y>end;late>gw2", x=x(bpmn), y=y(bpmn), late=late)
    assert broken(BEFORE, main) == {"y": ("start", "x", "late", "gw2", "y")}


def test_paths_lead_through_calls(bpmn, broken):
    caller = bpmn.process("start>call>y>end", call=bpmn.call(dataKey="called"), y=y(bpmn))
    whole = bpmn.process("start2>x>end2", "test.called", x=x(bpmn))
    flows = 'start2>ask>gw>x>end2;gw>end3?=ask.outcome = "no"'
    gateway = bpmn.element("exclusiveGateway", default="f_gw_x")
    around = bpmn.process(flows, "test.called", ask=bpmn.user(dataKey="ask"), gw=gateway, x=x(bpmn))
    assert broken(BEFORE, caller, whole) == {}
    path = ("start", "call", "start2", "ask", "gw", "end3", "y")
    assert broken(BEFORE, caller, around) == {"y": path}


def test_the_outcome_of_a_call_is_that_of_its_end(bpmn, broken):
    row = {**BEFORE, "before": [{"element": "call", "outcome": ["GOOD"]}]}
    gateway = bpmn.element("exclusiveGateway", default="f_gw_end")
    caller = 'start>call>gw>end;gw>y?=called.outcome = "GOOD";y>end4'
    flows = 'start2>x>gw2>good;gw2>bad?=x.outcome = "no"'
    called = bpmn.process(
        flows,
        "test.called",
        x=x(bpmn),
        gw2=bpmn.element("exclusiveGateway", default="f_gw2_good"),
        good=bpmn.element("endEvent", outcome="GOOD"),
        bad=bpmn.element("endEvent", outcome="BAD"),
    )
    nodes = {"call": bpmn.call(dataKey="called"), "gw": gateway, "y": y(bpmn)}
    assert broken(row, bpmn.process(caller, **nodes), called) == {}
    wrong = caller.replace('"GOOD"', '"BAD"')
    assert broken(row, bpmn.process(wrong, **nodes), called) == {
        "y": ("start", "call", "start2", "x", "gw2", "bad", "gw", "y")
    }


def test_an_end_without_the_response_is_found(bpmn, broken):
    row = {"pattern": "RESP", "trigger": {"code": "A-X"}, "then": {"codes": ["A-Y"]}}
    gateway = bpmn.element("exclusiveGateway", default="f_gw_y")
    flows = 'start>x>gw>y>end;gw>end2?=x.outcome = "no"'
    main = bpmn.process(flows, x=x(bpmn), y=y(bpmn), gw=gateway)
    assert broken(row, main) == {"end2": ("start", "x", "gw", "end2")}


def test_what_may_happen_once_is_not_in_a_loop(bpmn, broken):
    row = {"pattern": "UNIQ", "code": "A-X", "per": "case"}
    gateway = bpmn.element("exclusiveGateway", default="f_gw_end")
    loop = bpmn.process('start>gw1>x>gw>end;gw>gw1?=x.outcome = "no"', x=x(bpmn), gw=gateway)
    assert broken(row, loop) == {"x": ("start", "gw1", "x", "gw", "gw1", "x")}
    assert broken(row, bpmn.process("start>x>end", x=x(bpmn))) == {}


@pytest.mark.parametrize(("condition", "found"), [("yes", {}), ("no", {"y"})])
def test_a_condition_of_an_invariant_is_judged_by_what_the_path_has_come_to(
    bpmn, broken, condition, found
):
    row = {"pattern": "NEVER", "codes": ["A-Y"], "when": '=called.outcome != "GOOD"'}
    called = bpmn.process(
        'start2>x>gw2>good;gw2>bad?=x.outcome = "no"',
        "test.called",
        x=x(bpmn),
        gw2=bpmn.element("exclusiveGateway", default="f_gw2_good"),
        good=bpmn.element("endEvent", outcome="GOOD"),
        bad=bpmn.element("endEvent", outcome="BAD"),
    )
    value = {"yes": "GOOD", "no": "BAD"}[condition]
    flows = f'start>call>gw>end;gw>y?=called.outcome = "{value}";y>end4'
    gateway = bpmn.element("exclusiveGateway", default="f_gw_end")
    main = bpmn.process(flows, call=bpmn.call(dataKey="called"), gw=gateway, y=y(bpmn))
    assert set(broken(row, main, called)) == set(found)


def test_who_may_do_a_step_and_from_whom_they_differ(bpmn, broken):
    row = {"pattern": "ACTOR", "code": "A-Y", "roles": ["clerk"], "distinct_from": ["A-X"]}
    apart = y(bpmn, separateFrom="A-X")
    flows = "start>x>y>end"
    assert broken(row, bpmn.process(flows, x=x(bpmn), y=apart)) == {}
    assert set(broken(row, bpmn.process(flows, x=x(bpmn), y=y(bpmn)))) == {"y"}
    other = y(bpmn, separateFrom="A-X", role="applicant")
    assert set(broken(row, bpmn.process(flows, x=x(bpmn), y=other))) == {"y"}
    machine = bpmn.service(activityCode="A-Y")
    assert set(broken(row, bpmn.process(flows, x=x(bpmn), y=machine))) == {"y"}


@pytest.mark.parametrize(
    ("limit", "timer", "is_broken"),
    [
        ({"amount": "5"}, "=task.due_at", False),
        ({"amount": "=profile.review.days"}, "=task.due_at", False),
        ({"amount": "4"}, "=task.due_at", True),
        ({"amount": "=1 + 9"}, "=task.due_at", True),
        ({"amount": "7", "unit": "calendar_days"}, "=task.due_at", True),
        ({"amount": "5"}, '=date and time(task.due_at) - duration("P2D")', True),
    ],
)
def test_how_long_a_step_lasts(bpmn, broken, limit, timer, is_broken):
    row = {"pattern": "DUR", "code": "A-Y", "at_least": {"amount": 5, "unit": "working_days"}}
    wait = bpmn.catch(bpmn.event("date", timer), bpmn.due(**limit), activityCode="A-Y")
    assert bool(broken(row, bpmn.process("start>wait>end", wait=wait))) is is_broken


def test_a_call_that_may_end_before_its_time_is_found(bpmn, broken):
    row = {"pattern": "DUR", "code": "A-Y", "at_least": {"amount": 5, "unit": "working_days"}}
    wait = bpmn.catch(bpmn.event("date", "=task.due_at"), bpmn.due(), activityCode="A-Y")
    caller = bpmn.process("start>call>end", call=bpmn.call(dataKey="called", activityCode="A-Y"))
    gateway = bpmn.element("exclusiveGateway", default="f_gw_wait")
    flows = 'start2>x>gw>wait>end2;gw>end3?=x.outcome = "no"'
    called = bpmn.process(flows, "test.called", wait=wait, gw=gateway, x=bpmn.user(dataKey="x"))
    whole = bpmn.process("start2>wait>end2", "test.called", wait=wait)
    assert broken(row, caller, whole) == {}
    assert set(broken(row, caller, called)) == {"call"}


def test_a_list_is_covered_whole(bpmn, broken):
    row = {
        "pattern": "ALL",
        "code": "A-X",
        "over": "=concatenate([ask.number], ask.members.uscc)",
        "each": "=true",
    }
    whole = "=concatenate([{uscc: ask.number}], ask.members)"

    def main(collection):
        signing = bpmn.user(bpmn.loop(collection, key="=one.uscc"), activityCode="A-X", dataKey="x")
        return bpmn.process("start>ask>x>end", ask=bpmn.user(dataKey="ask"), x=signing)

    assert broken(row, main(whole)) == {}
    assert set(broken(row, main("=ask.members"))) == {"x"}
    assert set(broken(row, main("=[{uscc: ask.number}]"))) == {"x"}


def test_nothing_is_said_of_what_cannot_be_read(bpmn):
    main = bpmn.process("start>x>end", x=x(bpmn))
    odd = [7, {"pattern": "PREC"}, {"id": "A", "pattern": "RESP", "trigger": 3, "then": []}]
    odd += [{"id": "B", "pattern": "ALL", "code": "A-X", "over": "=(", "each": "="}, {"id": "C"}]
    found = bpmn.findings(main, invariants__yaml=json.dumps(odd))
    assert {each.rule for each in found} <= {"invariants.malformed"}


CODES = {"a": "A-FORM", "b": "A-SEAL", "c": "A-SUBMIT", "d": "A-ELIG"}


def test_too_many_ways_are_told_not_guessed(bpmn):
    branches = range(9)
    flows = ";".join(f"gp1>a{n}>b{n}>c{n}>d{n}>gp2" for n in branches)
    tasks = {
        f"{name}{n}": bpmn.user(activityCode=code, dataKey=f"{name}{n}")
        for n in branches
        for name, code in CODES.items()
    }
    join = bpmn.element("parallelGateway")
    main = bpmn.process(f"start>gp1;{flows};gp2>end", gp1=join, gp2=join, **tasks)
    rows = [{"id": "INV-1", "pattern": "ORDER", "codes": [*CODES.values()]}]
    found = bpmn.findings(main, invariants__yaml=json.dumps(rows))
    assert {(each.rule, each.severity) for each in found} <= {
        ("invariants.bound", "warning"),
        ("invariants.broken", "error"),
    }
    assert found


def test_a_process_that_calls_itself_comes_to_an_end(bpmn, broken):
    gateway = bpmn.element("exclusiveGateway", default="f_gw_end2")
    flows = 'start2>x>gw>end2;gw>again?=x.outcome = "no";again>end3'
    called = bpmn.process(
        flows, "test.called", x=x(bpmn), gw=gateway, again=bpmn.call(dataKey="again")
    )
    main = bpmn.process("start>call>y>end", call=bpmn.call(dataKey="called"), y=y(bpmn))
    found = bpmn.findings(main, called, invariants__yaml=yaml.safe_dump([{"id": "I", **BEFORE}]))
    assert not any(each.rule == "invariants.broken" for each in found)


def test_what_only_data_decide_is_listed_for_running_cases():
    node = Node("y", "userTask", "", "p", activity_code="A-NAME", data_key="y")
    start, end = Node("s", "startEvent", "", "p"), Node("e", "endEvent", "", "p")
    flows = {f"{a}{b}": Flow(f"{a}{b}", a, b, "", None, "p") for a, b in ("sy", "ye")}
    process = Process("p", "", {n.id: n for n in (start, node, end)}, flows, {})
    subject = Subject("p", {}, {"p.bpmn": Diagram({"p": process}, ())}, {}, frozenset(), {}, {})
    never = {"pattern": "NEVER", "codes": ["A-NAME"], "text": "不得"}
    rows = [
        {**never, "id": "BY-DATA", "when": "=case.funds > 3"},
        {**never, "id": "BY-PARAMETER", "when": "=1 > 2"},
        {"id": "BY-PATH", "pattern": "UNIQ", "code": "A-NAME", "per": "case", "text": "一次"},
    ]
    found = coverage(subject, rows)
    assert (found.findings, found.at_run_time) == ([], ["BY-DATA"])
