"""Each rule about what a node refers to, its keys and its limits: broken, and mended."""

import pytest

DUE = "=profile.review.days"


def one(bpmn, node, **more):
    return bpmn.checked(bpmn.process("start>ask>end", ask=node), **more)


@pytest.mark.parametrize(
    ("rule", "wrong", "right"),
    [
        ("structure.no-form", {"form": None}, {"form": "F-1"}),
        ("structure.form-unknown", {"form": "F-2"}, {"form": "=profile.review.form"}),
        ("structure.form-unknown", {"form": "=profile.none"}, {"form": "=profile.review.form"}),
        ("structure.no-role", {"role": None}, {"role": "applicant"}),
        ("structure.role-unknown", {"role": "clark"}, {"role": "clerk"}),
        ("structure.clause-unknown", {"clauses": "五(一).2"}, {"clauses": "五(一).1"}),
        ("structure.activity-code", {"activityCode": "a-form"}, {"activityCode": "A-FORM"}),
        ("structure.assumption-unknown", {"assumption": "ASM-T-99"}, {"assumption": "ASM-T-01"}),
        ("structure.separation-unknown", {"separateFrom": "A-GONE"}, {"separateFrom": "start"}),
        ("structure.data-key", {"dataKey": "two words"}, {"dataKey": "申请"}),
        ("structure.data-key", {"dataKey": "if"}, {"dataKey": "iff"}),
        ("structure.data-key-reserved", {"dataKey": "profile"}, {"dataKey": "profiles"}),
    ],
)
def test_what_a_user_task_refers_to_exists(bpmn, rule, wrong, right):
    assert (rule, "ask") in one(bpmn, bpmn.user(**wrong))
    assert not one(bpmn, bpmn.user(**right))


def test_a_role_may_come_from_the_lane(bpmn):
    lane = (
        '<bpmn:laneSet id="lanes"><bpmn:lane id="lane" liancheng:role="clerk">'
        "<bpmn:flowNodeRef>ask</bpmn:flowNodeRef></bpmn:lane></bpmn:laneSet>"
    )

    assert not bpmn.checked(bpmn.process("start>ask>end", more=lane, ask=bpmn.user(role=None)))


def test_who_may_send_a_message_with_a_form_exists(bpmn):
    told = bpmn.event("message")

    assert one(bpmn, bpmn.catch(told, form="F-1", role="public")) == {
        ("structure.role-unknown", "ask")
    }
    assert not one(bpmn, bpmn.catch(told, form="F-1", role="applicant"))


def test_a_misspelt_name_is_told_with_the_nearest(bpmn):
    drawn = bpmn.process("start>ask>end", ask=bpmn.user(role="clark"))

    [found] = bpmn.findings(drawn)

    assert found.message == "角色“clark”不在本辖区的角色之内，是否指“clerk”？"


@pytest.mark.parametrize(
    ("rule", "attributes", "given"),
    [
        ("structure.operation-unknown", {"operation": "notify.sent"}, {}),
        ("structure.operation-unknown", {"operation": None}, {}),
        ("structure.operation-input", {}, {"subject": "x"}),
        ("structure.operation-type", {}, {"roles": "clerk"}),
        ("structure.operation-type", {}, {"template": "=[1]"}),
        ("structure.operation-type", {}, {"template": "=5"}),
        ("structure.input-name", {}, {"template": "x", "1st": "x"}),
    ],
)
def test_an_operation_exists_and_takes_what_it_is_given(bpmn, rule, attributes, given):
    node = bpmn.service("", bpmn.inputs(**given), **attributes)
    mended = bpmn.service("", bpmn.inputs(template="x", roles='=["clerk"]'))

    assert (rule, "ask") in one(bpmn, node)
    assert not one(bpmn, mended)


def test_a_decision_exists(bpmn):
    given = bpmn.inputs(region="=3")

    assert one(bpmn, bpmn.rule(given, decision="gone")) == {("structure.decision-unknown", "ask")}
    assert one(bpmn, bpmn.rule(given, decision=None)) == {("structure.decision-unknown", "ask")}
    assert not one(bpmn, bpmn.rule(given, decision="=profile.review.table"))


def test_a_called_process_exists(bpmn):
    called = bpmn.process("start_c>end_c", "test.called")
    main = bpmn.process("start>ask>end", ask=bpmn.call())

    assert bpmn.checked(main) == {("structure.process-unknown", "ask")}
    assert not bpmn.checked(main, called)


def test_a_process_does_not_call_itself(bpmn):
    called = bpmn.process("start_c>again>end_c", "test.called", again=bpmn.call())
    main = bpmn.process("start>ask>end", ask=bpmn.call())

    assert bpmn.checked(main, called) == {("structure.recursion", "again")}


def test_inputs_that_go_nowhere_are_found(bpmn):
    called = bpmn.process("start_c>end_c", "test.called")
    lost = bpmn.process("start>ask>end", ask=bpmn.call("", bpmn.inputs(x="1"), dataKey=None))
    kept = bpmn.process("start>ask>end", ask=bpmn.call("", bpmn.inputs(x="1")))

    assert one(bpmn, bpmn.user("", bpmn.inputs(x="1"))) == {("structure.inputs-ignored", "ask")}
    assert bpmn.checked(lost, called) == {("structure.inputs-lost", "ask")}
    assert not bpmn.checked(kept, called)


def test_an_input_is_not_overwritten_inside(bpmn):
    called = bpmn.process("start_c>inner>end_c", "test.called", inner=bpmn.user(dataKey="x"))

    def main(name):
        return bpmn.process("start>ask>end", ask=bpmn.call("", bpmn.inputs(**{name: "1"})))

    assert bpmn.checked(main("x"), called) == {("structure.input-overwritten", "ask")}
    assert not bpmn.checked(main("y"), called)


# --- data keys ---------------------------------------------------------------------------------


def branches(bpmn, gateway, default, keys):
    fork = bpmn.element(gateway, default=default)
    nodes = {name: bpmn.user(dataKey=key) for name, key in zip(("one", "two"), keys, strict=True)}
    condition = "?=true" if default else ""
    flows = f"start>fork>one>join>end;fork>two{condition};two>join"
    return bpmn.checked(bpmn.process(flows, fork=fork, join=bpmn.element(gateway), **nodes))


def test_two_branches_at_once_do_not_write_one_key(bpmn):
    assert branches(bpmn, "parallelGateway", None, ("x", "x")) == {
        ("structure.data-key-race", "two")
    }
    assert not branches(bpmn, "parallelGateway", None, ("x", "y"))


def test_two_branches_of_a_choice_that_write_one_key_are_a_warning(bpmn):
    assert branches(bpmn, "exclusiveGateway", "f_fork_one", ("x", "x")) == {
        ("structure.data-key-shared", "two")
    }


def test_a_branch_beside_its_host_does_not_write_the_same_key(bpmn):
    def drawn(key):
        late = bpmn.boundary("ask", bpmn.event("duration", "PT1H"), cancelActivity="false")
        nodes = {"ask": bpmn.user(dataKey="x"), "late": late, "note": bpmn.user(dataKey=key)}
        return bpmn.process("start>ask>end;late>note>end2", **nodes)

    assert bpmn.checked(drawn("x")) == {("structure.data-key-race", "note")}
    assert not bpmn.checked(drawn("y"))


def test_inside_a_called_process_keys_are_its_own(bpmn):
    called = bpmn.process("start_c>inner>end_c", "test.called", inner=bpmn.user(dataKey="x"))
    nodes = {"one": bpmn.user(dataKey="x"), "ask": bpmn.call()}

    assert not bpmn.checked(bpmn.process("start>one>ask>end", **nodes), called)


# --- limits ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "wrong", "right"),
    [
        ("limits.unit", {"unit": "days"}, {"unit": "calendar_days"}),
        ("limits.amount", {"amount": "five"}, {"amount": DUE}),
        ("limits.amount", {"amount": "-1"}, {"amount": "0"}),
        ("limits.no-basis", {"basis": ""}, {"basis": "五(二)"}),
        ("limits.basis-unknown", {"basis": "ASM-T-99"}, {"basis": "=profile.review.basis"}),
    ],
)
def test_a_limit_says_how_long_and_why(bpmn, rule, wrong, right):
    assert one(bpmn, bpmn.user("", bpmn.due(**wrong))) == {(rule, "ask")}
    assert not one(bpmn, bpmn.user("", bpmn.due(**right)))


def test_a_timer_on_a_limit_needs_one(bpmn):
    wait = bpmn.event("date", "=task.due_at")
    late = bpmn.boundary("ask", wait)

    def drawn(extensions):
        nodes = {"ask": bpmn.user("", extensions), "late": late}
        return bpmn.process("start>ask>end;late>end2", **nodes)

    assert bpmn.checked(drawn("")) == {("limits.no-due", "late")}
    assert not bpmn.checked(drawn(bpmn.due()))
    assert one(bpmn, bpmn.catch(wait)) == {("limits.no-due", "ask")}
    assert not one(bpmn, bpmn.catch(wait, bpmn.due()))


def test_a_legal_limit_is_not_counted_in_plain_hours(bpmn):
    wait = bpmn.event("duration", "P5D")

    assert one(bpmn, bpmn.catch(wait, activityCode="A-PUBLICITY")) == {("limits.duration", "ask")}
    assert not one(bpmn, bpmn.catch(wait))
