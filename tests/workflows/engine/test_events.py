"""Timers, messages, errors, event subprocesses, service tasks."""

from datetime import UTC, datetime, timedelta

import pytest

from workflows.errors import BusinessError, IncidentError, NoReceiverError, TaskNotWaitingError

START = '<bpmn:startEvent id="S" liancheng:dataKey="begin"/>'
END = '<bpmn:endEvent id="E" liancheng:outcome="DONE"/>'


def user(name: str, extra: str = "", **attributes: str) -> str:
    given = " ".join(f'liancheng:{k}="{v}"' for k, v in attributes.items())
    return f'<bpmn:userTask id="{name}" name="{name}" liancheng:form="F" {given}>{extra}</bpmn:userTask>'


def due(amount: str, **more: str) -> str:
    given = " ".join(f'{k}="{v}"' for k, v in more.items())
    return (
        f'<bpmn:extensionElements><liancheng:due amount="{amount}" unit="working_days" '
        f'basis="ASM-T-03" {given}/></bpmn:extensionElements>'
    )


def boundary(name: str, host: str, definition: str, *, interrupting: bool = True) -> str:
    return (
        f'<bpmn:boundaryEvent id="{name}" attachedToRef="{host}" '
        f'cancelActivity="{str(interrupting).lower()}">{definition}</bpmn:boundaryEvent>'
    )


def at(expression: str) -> str:
    return f"<bpmn:timerEventDefinition><bpmn:timeDate>{expression}</bpmn:timeDate></bpmn:timerEventDefinition>"


def after(duration: str) -> str:
    return (
        "<bpmn:timerEventDefinition><bpmn:timeDuration>"
        f"{duration}</bpmn:timeDuration></bpmn:timerEventDefinition>"
    )


ERROR = '<bpmn:errorEventDefinition errorRef="Error_no"/>'


def test_a_working_day_limit_ends_at_midnight_in_shanghai(world, drawn):
    case = world(START + user("A", due("5")) + END + drawn.flows("S>A", "A>E"))

    step = case.start()

    [limit] = step.deadlines
    # Monday 2 March 2026 is not counted; the fifth working day is Monday 9 March.
    assert limit.deadline.due_at == datetime(2026, 3, 9, 16, 0, tzinfo=UTC)
    assert limit.rule.basis == "ASM-T-03"


def test_an_interrupting_timer_cancels_its_host_at_the_due_instant_and_not_before(world, drawn):
    body = START + user("A", due("5")) + END + user("Late") + '<bpmn:endEvent id="E2"/>'
    body += boundary("T", "A", at("=task.due_at"))
    case = world(body + drawn.flows("S>A", "A>E", "T>Late", "Late>E2"))

    step = case.start()
    assert not step.is_due_as_before  # a timer has been set
    [timer] = step.timers
    case.now = timer.due_at.replace(second=0) - (timer.due_at - timer.due_at)
    early = case.advance(seconds=-1)
    assert (case.waits, early.is_due_as_before) == (["A"], True)
    fired = case.advance(seconds=1)
    assert not fired.is_due_as_before

    assert case.waits == ["Late"]
    assert "A:cancelled" in case.passages


@pytest.mark.parametrize("days", [-3, 10])
def test_a_moved_limit_takes_its_timer_with_it_and_a_new_calendar_leaves_it(world, drawn, days):
    body = START + user("A", due("5")) + END + user("Late") + '<bpmn:endEvent id="E2"/>'
    body += boundary("T", "A", at("=task.due_at"))
    case = world(body + drawn.flows("S>A", "A>E", "T>Late", "Late>E2"))
    step = case.start()
    due_at = step.timers[0].due_at + timedelta(days=days)

    moved = case.move_limit("A", due_at)
    same = case.recompute()
    case.now = due_at - timedelta(seconds=1)
    case.advance(seconds=0)
    before = case.waits
    case.advance(seconds=1)

    assert [timer.due_at for timer in (*moved.timers, *same.timers)] == [due_at, due_at]
    assert (moved.is_due_as_before, same.is_due_as_before) == (False, True)
    assert (before, case.waits) == (["A"], ["Late"])


def test_a_task_without_a_limit_has_none_to_move(world, drawn):
    case = world(START + user("A") + END + drawn.flows("S>A", "A>E"))
    case.start()

    with pytest.raises(TaskNotWaitingError):
        case.move_limit("A", case.now)


def test_a_reminder_fires_beside_its_host_and_only_once(world, drawn):
    body = START + user("A") + END + user("Remind") + '<bpmn:endEvent id="E2"/>'
    body += boundary("T", "A", after("P1D"), interrupting=False)
    case = world(body + drawn.flows("S>A", "A>E", "T>Remind", "Remind>E2"))

    case.start()
    case.advance(days=1)
    assert case.waits == ["A", "Remind"]
    case.advance(days=5)
    assert case.waits == ["A", "Remind"]
    case.complete("Remind")
    step = case.complete("A")

    assert step.is_finished
    assert step.outcome == "DONE"


def test_timers_that_follow_each_other_all_fire_when_their_time_has_come(world, drawn):
    wait = (
        "<bpmn:intermediateCatchEvent id='{}'>" + after("PT1H") + "</bpmn:intermediateCatchEvent>"
    )
    body = START + wait.format("T1") + user("A") + END
    case = world(body + drawn.flows("S>T1", "T1>A", "A>E"))

    case.start()
    case.advance(hours=1)

    assert case.waits == ["A"]


def test_a_shared_clock_stands_still_between_its_tasks(world, drawn):
    body = START + user("Check", due("5", clock="accept", pauseReason="补正"))
    body += '<bpmn:exclusiveGateway id="G" default="f2_G_E"/>' + user("Supplement") + END
    case = world(
        body
        + drawn.flows("S>Check", "Check>G", "G>E", "G>Supplement?=Check.again", "Supplement>Check")
    )

    case.start()
    case.advance(days=1)
    case.complete("Check", again=True)
    case.advance(days=7)
    step = case.complete("Supplement")

    [limit] = step.deadlines
    paused = [day for day in limit.deadline.ledger if day.kind == "paused"]
    assert {day.reason for day in paused} == {"补正"}
    counted = [day for day in limit.deadline.ledger if day.kind == "counted"]
    assert len(counted) == 5


def service(name: str, operation: str, **inputs: str) -> str:
    given = "".join(f'<liancheng:input name="{k}" value="{v}"/>' for k, v in inputs.items())
    return (
        f'<bpmn:serviceTask id="{name}" liancheng:operation="{operation}" '
        f'liancheng:dataKey="{name}"><bpmn:extensionElements>{given}</bpmn:extensionElements>'
        "</bpmn:serviceTask>"
    )


def test_an_inline_service_task_writes_its_result(world, drawn):
    body = START + service("Add", "sum", a="=begin.x", b="=2") + user("A") + END
    case = world(body + drawn.flows("S>Add", "Add>A", "A>E"))
    case.operations["sum"] = lambda a, b: {"value": a + b}

    case.start({"x": 1})

    assert case.document["Add"] == {"value": 3}


def test_a_business_error_goes_to_the_boundary_of_its_own_task(world, drawn):
    body = START + service("Add", "no") + END + user("Refused") + '<bpmn:endEvent id="E2"/>'
    body += boundary("B", "Add", ERROR)
    case = world(body + drawn.flows("S>Add", "Add>E", "B>Refused", "Refused>E2"))

    def refuse():
        raise BusinessError("NO")

    case.operations["no"] = refuse

    case.start()

    assert case.waits == ["Refused"]


def test_a_business_error_without_a_boundary_is_an_incident(world, drawn):
    case = world(START + service("Add", "no") + END + drawn.flows("S>Add", "Add>E"))

    def refuse():
        raise BusinessError("NO")

    case.operations["no"] = refuse

    with pytest.raises(IncidentError) as caught:
        case.start()

    assert caught.value.code == "ERROR"


def test_any_other_error_in_an_operation_is_an_incident_that_names_the_node(world, drawn):
    case = world(START + service("Add", "bug") + END + drawn.flows("S>Add", "Add>E"))

    def bug():
        raise KeyError(1)

    case.operations["bug"] = bug

    with pytest.raises(IncidentError) as caught:
        case.start()

    assert "KeyError" in caught.value.message


def test_a_deferred_service_task_waits_and_is_settled_once(world, drawn):
    case = world(
        START + service("Send", "send", to="=begin.x") + END + drawn.flows("S>Send", "Send>E")
    )
    case.deferred.add("send")

    step = case.start({"x": "a"})
    [call] = step.services
    assert call.inputs == {"to": "a"}
    step = case.settle("Send", {"sent": True})

    assert step.is_finished
    assert case.document["Send"] == {"sent": True}


def test_a_deferred_refusal_goes_to_the_boundary(world, drawn):
    body = START + service("Send", "send") + END + user("Refused") + '<bpmn:endEvent id="E2"/>'
    body += boundary("B", "Send", ERROR)
    case = world(body + drawn.flows("S>Send", "Send>E", "B>Refused", "Refused>E2"))
    case.deferred.add("send")

    case.start()
    case.settle("Send", BusinessError("NO"))

    assert case.waits == ["Refused"]


def test_an_error_end_in_a_called_process_is_caught_on_the_call(world, drawn):
    main = (
        START + '<bpmn:callActivity id="Call" calledElement="test.called" liancheng:dataKey="c"/>'
    )
    main += END + user("Refused") + '<bpmn:endEvent id="E2"/>' + boundary("B", "Call", ERROR)
    called = '<bpmn:startEvent id="S2"/>' + user("Check")
    called += f'<bpmn:endEvent id="Bad">{ERROR}</bpmn:endEvent>' + drawn.flows(
        "S2>Check", "Check>Bad"
    )
    case = world(main + drawn.flows("S>Call", "Call>E", "B>Refused", "Refused>E2"), called)

    case.start()
    case.complete("Check")

    assert case.waits == ["Refused"]
    assert case.complete("Refused").is_finished


def test_an_error_reaches_only_the_boundary_of_its_own_branch(world, drawn):
    body = START + '<bpmn:parallelGateway id="P"/>' + service("X", "send") + service("Y", "send")
    body += boundary("BX", "X", ERROR) + boundary("BY", "Y", ERROR)
    body += user("RX") + user("RY") + END + '<bpmn:endEvent id="E2"/><bpmn:endEvent id="E3"/>'
    case = world(
        body + drawn.flows("S>P", "P>X", "P>Y", "X>E", "Y>E", "BX>RX", "BY>RY", "RX>E2", "RY>E3")
    )
    case.deferred.add("send")

    case.start()
    case.settle("Y", BusinessError("NO"))

    assert case.waits == ["RY"]
    assert [s.node.id for s in case.last.services] == ["X"]


def event_subprocess(body: str, message: str, *, interrupting: bool, name: str = "Esp") -> str:
    return (
        f'<bpmn:subProcess id="{name}" triggeredByEvent="true"><bpmn:startEvent id="{name}S" '
        f'isInterrupting="{str(interrupting).lower()}" liancheng:dataKey="{name}_in">'
        f'<bpmn:messageEventDefinition messageRef="{message}"/></bpmn:startEvent>{body}'
        "</bpmn:subProcess>"
    )


def test_a_withdrawal_cancels_everything_nested_calls_included(world, drawn):
    inside = user("Confirm") + '<bpmn:endEvent id="WE" liancheng:outcome="WITHDRAWN"/>'
    inside += drawn.flows("EspS>Confirm", "Confirm>WE")
    main = (
        START + '<bpmn:callActivity id="Call" calledElement="test.called" liancheng:dataKey="c"/>'
    )
    main += END + event_subprocess(inside, "Message_withdraw", interrupting=True)
    called = '<bpmn:startEvent id="S2"/><bpmn:callActivity id="Deep" calledElement="test.inner"/>'
    called += '<bpmn:endEvent id="E2"/>' + drawn.flows("S2>Deep", "Deep>E2")
    inner = '<bpmn:startEvent id="S3"/>' + user("Check") + '<bpmn:endEvent id="E3"/>'
    inner += drawn.flows("S3>Check", "Check>E3")
    case = world(main + drawn.flows("S>Call", "Call>E"), called, inner)

    case.start()
    assert case.waits == ["Check"]
    case.send("withdrawal", reason="改变主意")
    assert case.waits == ["Confirm"]
    step = case.complete("Confirm")

    assert step.is_finished
    assert step.outcome == "WITHDRAWN"
    assert case.document["Esp_in"]["reason"] == "改变主意"
    assert "Check:cancelled" in case.passages


def test_starting_an_event_subprocess_does_not_change_the_shared_program(world, drawn):
    inside = '<bpmn:endEvent id="WE" liancheng:outcome="WITHDRAWN"/>' + drawn.flows("EspS>WE")
    main = START + user("A") + END
    main += event_subprocess(inside, "Message_withdraw", interrupting=True)
    case = world(main + drawn.flows("S>A", "A>E"))
    before = {n: list(s._outputs) for n, s in case.program.spec.task_specs.items()}

    case.start()
    case.send("withdrawal")

    assert {n: list(s._outputs) for n, s in case.program.spec.task_specs.items()} == before
    case.start()
    assert case.waits == ["A"]


def test_objections_arrive_any_number_of_times_inside_a_nested_subprocess(world, drawn):
    record = user("Record", dataKey="record") + '<bpmn:endEvent id="OE"/>'
    record += drawn.flows("EspS>Record", "Record>OE")
    period = '<bpmn:startEvent id="S2"/>' + user("Watch") + '<bpmn:endEvent id="E2"/>'
    period += event_subprocess(record, "Message_object", interrupting=False)
    period += drawn.flows("S2>Watch", "Watch>E2")
    main = START + f'<bpmn:subProcess id="Period">{period}</bpmn:subProcess>' + user("Next") + END
    case = world(main + drawn.flows("S>Period", "Period>Next", "Next>E"))

    case.start()
    case.send("objection", key="o1", content="一")
    case.send("objection", key="o2", content="二")
    assert case.waits == ["Record", "Record", "Watch"]
    case.complete("Record", seen=True)
    case.complete("Record", seen=True)
    case.complete("Watch")

    assert case.waits == ["Next"]
    assert [(o["key"], o["content"], o["record"]["seen"]) for o in case.document["Esp_in"]] == [
        ("o1", "一", True),
        ("o2", "二", True),
    ]


def test_a_message_nobody_waits_for_is_not_dropped_silently(world, drawn):
    case = world(START + user("A") + END + drawn.flows("S>A", "A>E"))
    case.start()

    with pytest.raises(NoReceiverError):
        case.send("objection")


def test_an_event_based_gateway_takes_the_message_or_the_timer(world, drawn):
    message = (
        '<bpmn:intermediateCatchEvent id="M" liancheng:dataKey="reply">'
        '<bpmn:messageEventDefinition messageRef="Message_object"/></bpmn:intermediateCatchEvent>'
    )
    timer = f'<bpmn:intermediateCatchEvent id="T">{after("P1D")}</bpmn:intermediateCatchEvent>'
    body = (
        START + '<bpmn:eventBasedGateway id="G"/>' + message + timer + user("A") + user("B") + END
    )
    flow = drawn.flows("S>G", "G>M", "G>T", "M>A", "T>B", "A>E", "B>E")

    answered, silent = world(body + flow), world(body + flow)
    answered.start()
    answered.send("objection", text="好")
    silent.start()
    silent.advance(days=1)

    assert answered.waits == ["A"]
    assert answered.document["reply"] == {"text": "好"}
    assert silent.waits == ["B"]


def test_a_terminate_end_stops_the_other_branches(world, drawn):
    body = START + '<bpmn:parallelGateway id="P"/>' + user("A") + user("B") + END
    body += '<bpmn:endEvent id="Stop" liancheng:outcome="STOPPED"><bpmn:terminateEventDefinition/></bpmn:endEvent>'
    case = world(body + drawn.flows("S>P", "P>A", "P>B", "A>E", "B>Stop"))

    case.start()
    step = case.complete("B")

    assert step.is_finished
    assert step.outcome == "STOPPED"


def test_answers_given_before_an_interrupting_timer_are_kept(world, drawn):
    marker = (
        "<bpmn:multiInstanceLoopCharacteristics><bpmn:extensionElements><liancheng:loop "
        'collection="=begin.units" item="unit" key="=unit"/></bpmn:extensionElements>'
        "</bpmn:multiInstanceLoopCharacteristics>"
    )
    body = START + user("Ask", marker, dataKey="replies") + user("Next") + END
    body += boundary("T", "Ask", after("P1D"))
    case = world(body + drawn.flows("S>Ask", "Ask>Next", "T>Next", "Next>E"))

    case.start({"units": ["u1", "u2"]})
    case.complete("Ask[u1]", answer="agree")
    case.advance(days=1)

    assert case.waits == ["Next"]
    assert case.document["replies"][0]["answer"] == "agree"
    assert "answer" not in case.document["replies"][1]


def test_a_local_time_without_zone_is_refused(world, drawn):
    body = (
        START
        + f'<bpmn:intermediateCatchEvent id="T">{at("=begin.when")}</bpmn:intermediateCatchEvent>'
    )
    case = world(body + END + drawn.flows("S>T", "T>E"))

    with pytest.raises(IncidentError, match="时区"):
        case.start({"when": "2026-07-15T09:00:00"})


def test_a_business_rule_task_keeps_outputs_and_fired_rules(world, drawn):
    body = START + '<bpmn:businessRuleTask id="R" liancheng:decision="d" liancheng:dataKey="rule"/>'
    case = world(body + user("A") + END + drawn.flows("S>R", "R>A", "A>E"))
    case.decisions["d"] = lambda scope: {"verdict": scope["begin"]["x"] > 1, "rules": ["r1"]}

    case.start({"x": 2})

    assert case.document["rule"] == {"verdict": True, "rules": ["r1"]}
