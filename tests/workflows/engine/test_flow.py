"""Tokens through gateways, calls, loops, boundaries: with save and load after every step."""

import gc
import time

import pytest
from SpiffWorkflow.bpmn.util.subworkflow import BpmnSubWorkflow
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.task import Task

from workflows.engine import engine
from workflows.errors import IncidentError, TaskNotWaitingError

START = '<bpmn:startEvent id="S" liancheng:dataKey="begin"/>'


def user(name: str, extra: str = "", **attributes: str) -> str:
    given = " ".join(f'liancheng:{k}="{v}"' for k, v in attributes.items())
    return f'<bpmn:userTask id="{name}" name="{name}" liancheng:form="F" {given}>{extra}</bpmn:userTask>'


def end(name: str = "E", **attributes: str) -> str:
    given = " ".join(f'liancheng:{k}="{v}"' for k, v in attributes.items())
    return f'<bpmn:endEvent id="{name}" {given}/>'


def test_a_case_runs_from_start_to_its_outcome(world, drawn):
    case = world(START + user("A") + end(outcome="DONE") + drawn.flows("S>A", "A>E"))

    case.start({"x": 1})
    step = case.complete("A", ok=True)

    assert step.is_finished
    assert step.outcome == "DONE"
    assert case.document == {"begin": {"x": 1}, "A": {"ok": True, "round": 1}}


def test_a_gateway_follows_the_condition_that_is_true(world, drawn):
    body = START + user("A") + '<bpmn:exclusiveGateway id="G" default="f2_G_E"/>'
    body += user("B") + end() + drawn.flows("S>A", "A>G", "G>E", "G>B?=A.amount > 5", "B>E")
    case = world(body)

    case.start()
    case.complete("A", amount=6)

    assert case.waits == ["B"]


def test_what_a_step_made_is_gone_when_it_ends(world, drawn):
    inner = START.replace('"S"', '"S2"') + user("B") + user("C") + end("E2")
    inside = (
        f'<bpmn:subProcess id="P">{inner}{drawn.flows("S2>B", "B>C", "C>E2")}</bpmn:subProcess>'
    )
    case = world(START + inside + user("A") + end() + drawn.flows("S>P", "P>A", "A>E"))
    gc.collect()
    gc.disable()
    try:
        case.start()
        for name in "BCA":
            case.complete(name)
        left = [each for each in gc.get_objects() if type(each) in _LIVING]
    finally:
        gc.enable()

    assert case.last.is_finished
    assert left == []


_LIVING = (Task, BpmnWorkflow, BpmnSubWorkflow)


@pytest.mark.parametrize("value", ["no", 1, None, []])
def test_a_condition_that_is_neither_true_nor_false_is_an_incident(world, drawn, value):
    body = START + user("A") + '<bpmn:exclusiveGateway id="G" default="f2_G_E"/>'
    body += user("B") + end() + drawn.flows("S>A", "A>G", "G>E", "G>B?=A.answer", "B>E")
    case = world(body)
    case.start()

    with pytest.raises(IncidentError) as caught:
        case.complete("A", answer=value)

    assert caught.value.code == "CONDITION"
    assert caught.value.node_id == "G"


def test_a_loop_counts_its_rounds(world, drawn):
    body = START + user("A") + '<bpmn:exclusiveGateway id="G" default="f2_G_E"/>' + end()
    case = world(body + drawn.flows("S>A", "A>G", "G>E", "G>A?=A.again and 2 > A.round"))

    case.start()
    case.complete("A", again=True)
    step = case.complete("A", again=True)

    assert step.is_finished
    assert case.document["A"]["round"] == 2


def test_parallel_branches_join_and_never_overwrite_each_other(world, drawn):
    body = START + '<bpmn:parallelGateway id="P"/><bpmn:parallelGateway id="J"/>'
    body += user("A") + user("B") + end()
    case = world(body + drawn.flows("S>P", "P>A", "P>B", "A>J", "B>J", "J>E"))

    case.start()
    case.complete("A", text="by A")
    step = case.complete("B", text="by B")

    assert step.is_finished
    assert case.document["A"]["text"] == "by A"
    assert case.document["B"]["text"] == "by B"


def test_an_inclusive_gateway_waits_only_for_the_branches_taken(world, drawn):
    body = START + '<bpmn:inclusiveGateway id="P" default="f3_P_C"/>'
    body += '<bpmn:inclusiveGateway id="J"/>' + user("A") + user("B") + user("C") + end()
    case = world(
        body + drawn.flows("S>P", "P>A?=begin.a", "P>B?=begin.b", "P>C", "A>J", "B>J", "C>J", "J>E")
    )

    case.start({"a": True, "b": True})
    assert case.waits == ["A", "B"]
    case.complete("A")
    step = case.complete("B")

    assert step.is_finished


CALL = '<bpmn:callActivity id="Call" calledElement="test.called" liancheng:dataKey="review"/>'


def test_a_call_activity_keeps_what_it_does_in_a_frame_of_its_own(world, drawn):
    main = START + CALL + end(outcome="OK") + drawn.flows("S>Call", "Call>E")
    called = '<bpmn:startEvent id="S2"/>' + user("Check", dataKey="check")
    called += end("E2", outcome="ACCEPTED") + drawn.flows("S2>Check", "Check>E2")
    case = world(main, called)

    case.start()
    step = case.complete("Check", fine=True)

    assert step.outcome == "OK"
    assert case.document["review"] == {
        "check": {"fine": True, "round": 1},
        "outcome": "ACCEPTED",
    }


def loop(collection: str, key: str, *, sequential: bool = False, completion: str = "") -> str:
    condition = f"<bpmn:completionCondition>{completion}</bpmn:completionCondition>"
    return (
        f'<bpmn:multiInstanceLoopCharacteristics isSequential="{str(sequential).lower()}">'
        f'<bpmn:extensionElements><liancheng:loop collection="{collection}" item="unit" '
        f'key="{key}"/></bpmn:extensionElements>{condition if completion else ""}'
        "</bpmn:multiInstanceLoopCharacteristics>"
    )


UNITS = {
    "units": [{"id": "u1", "name": "甲"}, {"id": "u2", "name": "乙"}, {"id": "u3", "name": "丙"}]
}


def test_parallel_instances_keep_one_entry_each(world, drawn):
    sign = user("Sign", loop("=begin.units", "=unit.id"), dataKey="signatures", party="=unit.id")
    case = world(START + sign + end() + drawn.flows("S>Sign", "Sign>E"))

    case.start(UNITS)
    assert case.waits == ["Sign[u1]", "Sign[u2]", "Sign[u3]"]
    assert case.wait("Sign[u2]").party == "u2"
    assert case.wait("Sign[u2]").item == {"id": "u2", "name": "乙"}
    for name in ("u3", "u1", "u2"):
        step = case.complete(f"Sign[{name}]", action="sign")

    assert step.is_finished
    assert [(e["key"], e["action"]) for e in case.document["signatures"]] == [
        ("u1", "sign"),
        ("u2", "sign"),
        ("u3", "sign"),
    ]


def test_a_completion_condition_cancels_the_rest(world, drawn):
    marker = loop(
        "=begin.units", "=unit.id", completion='=some s in signatures satisfies s.action = "refuse"'
    )
    sign = user("Sign", marker, dataKey="signatures")
    case = world(START + sign + end() + drawn.flows("S>Sign", "Sign>E"))

    case.start(UNITS)
    case.complete("Sign[u1]", action="sign")
    step = case.complete("Sign[u2]", action="refuse")

    assert step.is_finished
    assert "Sign:cancelled" in case.passages


def test_sequential_instances_come_one_after_the_other(world, drawn):
    sign = user("Sign", loop("=begin.units", "=unit.id", sequential=True), dataKey="signatures")
    case = world(START + sign + end() + drawn.flows("S>Sign", "Sign>E"))

    case.start(UNITS)
    assert case.waits == ["Sign[u1]"]
    case.complete("Sign[u1]")
    assert case.waits == ["Sign[u2]"]
    case.complete("Sign[u2]")
    step = case.complete("Sign[u3]")

    assert step.is_finished


def test_a_loop_over_nothing_goes_straight_on(world, drawn):
    sign = user("Sign", loop("=begin.units", "=unit.id"), dataKey="signatures")
    case = world(START + sign + user("A") + end() + drawn.flows("S>Sign", "Sign>A", "A>E"))

    case.start({"units": []})

    assert case.waits == ["A"]
    assert case.document["signatures"] == []


@pytest.mark.parametrize("sequential", [False, True])
def test_instances_of_a_call_activity_have_frames_of_their_own(world, drawn, sequential):
    marker = loop("=begin.units", "=unit.id", sequential=sequential)
    call = CALL.replace("/>", f">{marker}</bpmn:callActivity>")
    main = START + call + end() + drawn.flows("S>Call", "Call>E")
    called = '<bpmn:startEvent id="S2"/>' + user("Check", dataKey="check", party="=unit.id")
    called += end("E2", outcome="OK") + drawn.flows("S2>Check", "Check>E2")
    case = world(main, called)

    case.start(UNITS)
    for unit in ("u1", "u2", "u3"):
        wait = next(w for w in case.last.waits if w.party == unit)
        assert wait.item_key is None
        case.complete_id = wait.task_id
        step = complete_by_id(case, wait.task_id, by=unit)

    assert step.is_finished
    assert [e["check"]["by"] for e in case.document["review"]] == ["u1", "u2", "u3"]
    assert {e["outcome"] for e in case.document["review"]} == {"OK"}


def complete_by_id(case, task_id, **answers):
    from workflows import engine  # noqa: PLC0415

    step = engine.complete(
        case.program, case.environment(), case.state, case.document, task_id, lambda _s: answers
    )
    return case._take(step)


def test_a_second_round_begins_with_an_empty_list(world, drawn):
    sign = user("Sign", loop("=begin.units", "=unit.id"), dataKey="signatures")
    body = START + sign + '<bpmn:exclusiveGateway id="G" default="f2_G_E"/>' + end()
    again = 'G>Sign?=some s in signatures satisfies s.action = "redo"'
    case = world(body + drawn.flows("S>Sign", "Sign>G", "G>E", again))

    case.start({"units": UNITS["units"][:1]})
    case.complete("Sign[u1]", action="redo")

    assert case.waits == ["Sign[u1]"]
    assert case.document["signatures"] == [{"key": "u1", "item": UNITS["units"][0]}]


def test_two_items_with_one_key_are_an_incident(world, drawn):
    sign = user("Sign", loop("=begin.units", "=unit.id"), dataKey="signatures")
    case = world(START + sign + end() + drawn.flows("S>Sign", "Sign>E"))

    with pytest.raises(IncidentError, match="重复"):
        case.start({"units": [{"id": "u1"}, {"id": "u1"}]})


def test_a_task_cannot_be_completed_twice(world, drawn):
    case = world(START + user("A") + user("B") + end() + drawn.flows("S>A", "A>B", "B>E"))
    case.start()
    first = case.wait("A").task_id
    case.complete("A")

    with pytest.raises(TaskNotWaitingError):
        complete_by_id(case, first)


def test_s4_a_case_of_600_rounds_neither_stalls_nor_claims_to_be_complete(world, drawn):
    body = START + user("A") + '<bpmn:exclusiveGateway id="G" default="f2_G_E"/>' + end()
    case = world(body + drawn.flows("S>A", "A>G", "G>E", "G>A?=A.again"))

    case.start()
    for _ in range(600):
        case.complete("A", again=True)
    assert case.waits == ["A"]
    assert case.document["A"]["round"] == 600
    step = case.complete("A", again=False)

    assert step.is_finished


def test_a_diagram_that_never_rests_is_stopped(world, drawn):
    body = START + '<bpmn:exclusiveGateway id="G" default="f1_G_E"/>' + user("A") + end()
    body += '<bpmn:exclusiveGateway id="H"/>'
    case = world(body + drawn.flows("S>G", "G>E", "G>H?=1 = 1", "H>G", "A>E"))

    with pytest.raises(IncidentError) as caught:
        case.start()

    assert caught.value.code == "BUDGET"


def test_a_host_that_stops_for_a_while_is_no_fault_of_the_diagram(world, drawn, monkeypatch):
    case = world(START + user("A") + user("B") + end() + drawn.flows("S>A", "A>B", "B>E"))
    case.start()
    whole = engine._next_ready

    def next_ready(workflow):
        time.sleep(0.1)
        return whole(workflow)

    monkeypatch.setattr(engine, "MAX_SECONDS", 0.05)
    monkeypatch.setattr(engine, "_next_ready", next_ready)
    case.complete("A")

    assert case.waits == ["B"]
