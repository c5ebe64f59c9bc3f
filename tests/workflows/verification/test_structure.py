"""Each rule about the flow: a diagram that breaks it, and its mended twin."""

import pytest


def test_a_plain_procedure_has_no_findings(bpmn):
    drawn = bpmn.process("start>ask>tell>end", ask=bpmn.user(), tell=bpmn.service())

    assert bpmn.findings(drawn) == ()


def test_an_unsupported_element_is_found_with_its_reason(bpmn):
    drawn = bpmn.process("start>ask>end", ask=bpmn.element("scriptTask"))

    [*_, found] = [f for f in bpmn.findings(drawn) if f.rule == "structure.unsupported"]
    assert (found.file, found.element_id) == ("bpmn/test/main.bpmn", "ask")
    assert "脚本" in found.message


def test_a_flow_needs_both_its_ends(bpmn):
    assert ("structure.flow-end", "f_ask_gone") in bpmn.checked(
        bpmn.process("start>ask>end;ask>gone", ask=bpmn.user())
    )


def test_a_flow_stays_on_its_level(bpmn):
    inner = bpmn.sub("start_in>inner>end_in", inner=bpmn.user())

    assert ("structure.flow-end", "f_ask_inner") in bpmn.checked(
        bpmn.process("start>ask>box>end;ask>inner", ask=bpmn.user(), box=inner)
    )
    assert not bpmn.checked(bpmn.process("start>ask>box>end", ask=bpmn.user(), box=inner))


def test_a_node_without_connections_is_found(bpmn):
    lost = bpmn.process("start>ask>end", ask=bpmn.user(), lost=bpmn.user())

    assert bpmn.checked(lost) == {
        ("structure.no-incoming", "lost"),
        ("structure.no-outgoing", "lost"),
        ("structure.unreachable", "lost"),
    }


def test_starts_are_not_entered_and_ends_not_left(bpmn):
    drawn = bpmn.process("start>gw>end;gw>start;end>ask>end2", ask=bpmn.user())

    assert {("structure.incoming", "start"), ("structure.outgoing", "end")} <= bpmn.checked(drawn)


def test_only_gateways_fork(bpmn):
    forked = bpmn.process("start>ask>end;ask>other>end", ask=bpmn.user(), other=bpmn.user())
    gateway = bpmn.element("parallelGateway")
    mended = bpmn.process(
        "start>ask>fork>one>join>end;fork>two>join",
        ask=bpmn.user(),
        one=bpmn.user(),
        two=bpmn.user(),
        fork=gateway,
        join=gateway,
    )

    assert bpmn.checked(forked) == {("structure.fork", "ask")}
    assert not bpmn.checked(mended)


def test_a_level_has_one_start_and_an_end(bpmn):
    two = bpmn.process("start>ask>end;start2>ask", ask=bpmn.user())
    box = bpmn.sub("start_in>inner;inner>gw_in>inner", inner=bpmn.user())

    assert bpmn.checked(two) == {("structure.start", "test.main")}
    assert ("structure.end", "box") in bpmn.checked(bpmn.process("start>box>end", box=box))


def test_every_node_is_reached_from_the_start(bpmn):
    island = bpmn.process(
        "start>ask>end;one>gw;gw>one?=true;gw>end",
        ask=bpmn.user(),
        one=bpmn.user(),
        gw=bpmn.element("exclusiveGateway", default="f_gw_end"),
    )

    assert bpmn.checked(island) == {
        ("structure.unreachable", "one"),
        ("structure.unreachable", "gw"),
    }


def test_from_every_node_an_end_is_reached(bpmn):
    trapped = "start>gw1>end;gw1>one?=false;one>gw2>two>gw2"
    nodes = {"one": bpmn.user(), "two": bpmn.user()}
    choice = bpmn.element("exclusiveGateway", default="f_gw1_end")

    assert bpmn.checked(bpmn.process(trapped, gw1=choice, **nodes)) == {
        ("structure.no-way-out", name) for name in ("one", "gw2", "two")
    }


def test_a_boundary_event_is_reached_through_its_host(bpmn):
    late = bpmn.boundary("ask", bpmn.event("duration", "PT1H"))

    assert not bpmn.checked(bpmn.process("start>ask>end;late>end2", ask=bpmn.user(), late=late))


def test_a_loop_that_nothing_slows_down_is_found(bpmn):
    flows = "start>one>two>one;late>end"
    late = bpmn.boundary("one", bpmn.event("error"))
    quick = bpmn.process(flows, one=bpmn.service(), two=bpmn.service(), late=late)
    mended = bpmn.process(flows, one=bpmn.service(), two=bpmn.user(), late=late)

    assert ("structure.endless", "one") in bpmn.checked(quick)
    assert ("structure.endless", "one") not in bpmn.checked(mended)


def test_a_loop_over_a_gateway_without_a_wait_is_a_warning(bpmn):
    flows = "start>one>gw>end;gw>one?=true"
    gw = bpmn.element("exclusiveGateway", default="f_gw_end")

    assert bpmn.checked(bpmn.process(flows, one=bpmn.service(), gw=gw)) == {
        ("structure.busy", "one")
    }
    deferred = bpmn.service("", "", operation="notices.publish")
    assert not bpmn.checked(bpmn.process(flows, one=deferred, gw=gw))


def test_a_called_process_may_be_the_wait_of_a_loop(bpmn):
    flows = "start>one>gw>end;gw>one?=true"
    gw = bpmn.element("exclusiveGateway", default="f_gw_end")
    waiting = bpmn.process("s>ask>e", "test.called", s=bpmn.element("startEvent"), ask=bpmn.user())
    waiting = waiting.replace("</bpmn:process>", '<bpmn:endEvent id="e"/></bpmn:process>')

    assert not bpmn.checked(bpmn.process(flows, one=bpmn.call(), gw=gw), waiting)


def test_embedded_subprocesses_have_ids_of_their_own(bpmn):
    box = bpmn.sub("start_in>end_in")
    main = bpmn.process("start>one>box>end", one=bpmn.call(), box=box)
    called = bpmn.process("start_c>{}>end_c", "test.called", **{"{}": bpmn.sub("start_d>end_d")})

    assert ("structure.subprocess-id", "box") in bpmn.checked(main, called.replace("{}", "box"))
    assert not bpmn.checked(main, called.replace("{}", "other"))


# --- gateways ----------------------------------------------------------------------------------


def choice(bpmn, flows, **attributes):
    gw = bpmn.element("exclusiveGateway", **attributes)
    return bpmn.process(flows, ask=bpmn.user(dataKey="ask"), gw=gw)


def test_every_branch_but_the_default_has_a_condition(bpmn):
    without = choice(bpmn, "start>ask>gw>end;gw>end2", default="f_gw_end")
    mended = choice(bpmn, "start>ask>gw>end;gw>end2?=ask.number > 2", default="f_gw_end")

    assert bpmn.checked(without) == {("structure.no-condition", "f_gw_end2")}
    assert not bpmn.checked(mended)


def test_a_default_leaves_its_own_gateway(bpmn):
    wrong = choice(bpmn, "start>ask>gw>end;gw>end2?=true", default="f_start_ask")

    assert ("structure.default-unknown", "gw") in bpmn.checked(wrong)


def test_a_condition_on_the_default_is_a_warning(bpmn):
    flows = "start>ask>gw;gw>end?=true;gw>end2?=true"

    assert bpmn.checked(choice(bpmn, flows, default="f_gw_end")) == {
        ("structure.default-condition", "f_gw_end")
    }


@pytest.mark.parametrize(
    ("one", "other", "is_covered"),
    [
        ("=ask.number > 2", "=ask.number <= 2", True),
        ("=ask.number = 2", "=ask.number  !=  2", True),
        ("=ask.number > 2", "=not(ask.number > 2)", True),
        ("=ask.number > 2", "=ask.number < 2", False),
        ("=ask.number > 2", "=not(ask.number > 3)", False),
    ],
)
def test_a_choice_without_a_default_must_plainly_cover_everything(bpmn, one, other, is_covered):
    drawn = choice(
        bpmn, f"start>ask>gw;gw>end?{one}".replace(">end?", ">end?") + f";gw>end2?{other}"
    )

    assert bpmn.checked(drawn) == (set() if is_covered else {("structure.no-default", "gw")})


def test_a_condition_elsewhere_would_be_ignored(bpmn):
    drawn = bpmn.process("start>ask;ask>end?=true", ask=bpmn.user())

    assert bpmn.checked(drawn) == {("structure.condition-ignored", "f_ask_end")}


def test_an_event_gateway_leads_to_events(bpmn):
    either = bpmn.element("eventBasedGateway")
    late = bpmn.catch(bpmn.event("duration", "P1D"))
    flows = "start>wait>late>end;wait>{}>end2"
    message = bpmn.catch(bpmn.event("message"))

    wrong = bpmn.process(flows.format("ask"), wait=either, late=late, ask=bpmn.user())
    mended = bpmn.process(flows.format("told"), wait=either, late=late, told=message)
    assert ("structure.event-gateway", "f_wait_ask") in bpmn.checked(wrong)
    assert not bpmn.checked(mended)


# --- events ------------------------------------------------------------------------------------


def with_boundary(bpmn, *event, **attributes):
    late = bpmn.boundary("ask", bpmn.event(*event) if event else "", **attributes)
    return bpmn.process("start>ask>end;late>end2", ask=bpmn.user(), late=late)


def test_a_boundary_event_needs_a_host(bpmn):
    late = bpmn.boundary("gone", bpmn.event("duration", "PT1H"))
    drawn = bpmn.process("start>ask>end;late>end2", ask=bpmn.user(), late=late)

    assert ("structure.boundary-host", "late") in bpmn.checked(drawn)
    assert not bpmn.checked(with_boundary(bpmn, "duration", "PT1H"))


def test_a_boundary_event_needs_a_trigger(bpmn):
    assert bpmn.checked(with_boundary(bpmn)) == {("structure.no-trigger", "late")}


def test_a_message_boundary_that_does_not_interrupt_is_refused(bpmn):
    assert bpmn.checked(with_boundary(bpmn, "message", cancelActivity="false")) == {
        ("structure.boundary-message", "late")
    }
    assert not bpmn.checked(with_boundary(bpmn, "message"))


def test_an_error_boundary_on_what_cannot_fail_is_a_warning(bpmn):
    assert bpmn.checked(with_boundary(bpmn, "error")) == {("structure.error-never", "late")}


def test_an_event_subprocess_starts_on_one_message(bpmn):
    def drawn(body):
        start = bpmn.element("startEvent", body)
        inner = bpmn.event_sub("start_in>note>end_in", start_in=start, note=bpmn.user())
        return bpmn.process("start>ask>end", ask=bpmn.user(), objections=inner)

    assert bpmn.checked(drawn("")) == {("structure.event-subprocess", "start_in")}
    assert not bpmn.checked(drawn(bpmn.event("message")))


def test_a_process_is_not_started_by_a_message(bpmn):
    start = bpmn.element("startEvent", bpmn.event("message"))

    assert bpmn.checked(bpmn.process("start>ask>end", start=start, ask=bpmn.user())) == {
        ("structure.start-trigger", "start")
    }


def test_an_error_end_is_caught_around_it(bpmn):
    fail = bpmn.element("endEvent", bpmn.event("error"))
    called = bpmn.process("start_c>end_c", "test.called", end_c=fail)
    bare = bpmn.process("start>one>end", one=bpmn.call())
    caught = bpmn.boundary("one", bpmn.event("error"))
    mended = bpmn.process("start>one>end;caught>end2", one=bpmn.call(), caught=caught)

    assert bpmn.checked(bare, called) == {("structure.error-uncaught", "end_c")}
    assert bpmn.checked(mended, called) == {("soundness.dead", "end")}  # it always fails


def test_an_outcome_inside_an_embedded_subprocess_is_lost(bpmn):
    def drawn(inner, outer):
        end_in = bpmn.element("endEvent", outcome=inner)
        box = bpmn.sub("start_in>end_in", end_in=end_in)
        return bpmn.process("start>box>end", box=box, end=bpmn.element("endEvent", outcome=outer))

    assert bpmn.checked(drawn("DONE", None)) == {("structure.outcome-lost", "end_in")}
    assert not bpmn.checked(drawn(None, "DONE"))
