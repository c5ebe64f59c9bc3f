"""What expressions may read, and where: each diagram once wrong and once mended."""

import pytest

SYNTAX, NAME = "expressions.syntax", "expressions.unknown-name"
FIELD, PARAMETER = "expressions.unknown-field", "expressions.unknown-parameter"


def chosen(bpmn, condition, *, more="", **nodes):
    """Draw a choice after a user task that writes under ``ask``."""
    gw = bpmn.element("exclusiveGateway", default="f_gw_end")
    flows = f"start>ask>gw>end;gw>end2?{condition}{more}"
    return bpmn.process(flows, ask=bpmn.user(dataKey="ask"), gw=gw, **nodes)


def rules(bpmn, *processes, **more):
    return {rule for rule, _ in bpmn.checked(*processes, **more)}


@pytest.mark.parametrize(
    ("rule", "wrong", "right"),
    [
        (SYNTAX, "=ask.number > ", "=ask.number > 1"),
        (NAME, "=asked.number > 1", "=ask.number > 1"),
        (FIELD, "=ask.numbers > 1", "=ask.number > 1"),
        (FIELD, '=ask.outcome.text = "x"', '=ask.outcome = "yes"'),
        (FIELD, "=ask.shown = 1", "=ask.round = 1"),
        (FIELD, "=ask.members.usc = null", "=ask.members.uscc = null"),
        (FIELD, "=task.opened = null", "=task.opened_at = null"),
        (FIELD, "=case.parties.clark.id = null", "=case.parties.clerk.id = null"),
        (FIELD, '=legal_basis.state = "x"', '=legal_basis.status = "IN_FORCE"'),
        (PARAMETER, "=profile.review.day > 1", "=profile.review.days > 1"),
        (PARAMETER, "=profile.departments.roles = null", "=profile.departments.role = null"),
        ("expressions.unknown-function", "=sqare(ask.number) = 1", "=sqrt(ask.number) = 1"),
        ("expressions.impossible-value", '=ask.outcome = "maybe"', '=ask.outcome = "no"'),
        (
            NAME,
            "=count(ask.members[uscc = other]) > 1",
            "=count(ask.members[uscc = ask.by.id]) > 1",
        ),
        (NAME, "=some m in ask.members satisfies n.uscc = 1", "=some m in [1] satisfies m = 1"),
    ],
)
def test_a_condition_reads_what_is_there(bpmn, rule, wrong, right):
    assert bpmn.checked(chosen(bpmn, wrong)) == {(rule, "f_gw_end2")}
    assert not bpmn.checked(chosen(bpmn, right))


def test_a_syntax_error_is_told_with_its_place(bpmn):
    [found] = bpmn.findings(chosen(bpmn, "=ask.number > "))

    assert "第 1 行第" in found.message


def test_a_later_node_has_not_written_yet(bpmn):
    def drawn(flows):
        gw = bpmn.element("exclusiveGateway", default="f_gw_end")
        return bpmn.process(flows, first=bpmn.user(), later=bpmn.user(dataKey="later"), gw=gw)

    assert bpmn.checked(drawn("start>first>gw>end;gw>end2?=later.number > 1;first>later")) >= {
        (NAME, "f_gw_end2")
    }
    assert not bpmn.checked(drawn("start>first>later>gw>end;gw>end2?=later.number > 1"))


def test_whether_a_later_node_has_written_yet_may_be_asked(bpmn):
    def drawn(condition):
        gw = bpmn.element("exclusiveGateway", default="f_gw_end")
        flows = f"start>first>gw>end;gw>later?{condition};later>end2"
        return bpmn.process(flows, first=bpmn.user(), later=bpmn.user(dataKey="later"), gw=gw)

    assert not bpmn.checked(drawn("=later = null"))
    assert bpmn.checked(drawn("=never = null")) == {(NAME, "f_gw_later")}
    assert bpmn.checked(drawn("=later = null or later.number > 1")) == {(NAME, "f_gw_later")}


def test_a_loop_lets_a_node_read_what_it_wrote_last_time(bpmn):
    told = bpmn.service("", bpmn.inputs(template="=ask.outcome"))
    gw = bpmn.element("exclusiveGateway", default="f_gw_end")

    def drawn(flows):
        return bpmn.process(flows, tell=told, ask=bpmn.user(dataKey="ask"), gw=gw)

    assert bpmn.checked(drawn("start>tell>ask>gw>end")) == {(NAME, "tell")}
    assert not bpmn.checked(drawn("start>tell>ask>gw>end;gw>tell?=true"))


def test_a_parallel_branch_may_not_have_written_yet(bpmn):
    fork = bpmn.element("parallelGateway")
    told = bpmn.service("", bpmn.inputs(template="=ask.outcome"))

    def drawn(flows):
        nodes = {"fork": fork, "join": fork, "ask": bpmn.user(dataKey="ask"), "tell": told}
        return bpmn.process(flows, **nodes, other=bpmn.user())

    assert bpmn.checked(drawn("start>fork>ask>join>other>end;fork>tell>join")) == {(NAME, "tell")}
    assert not bpmn.checked(drawn("start>fork>ask>join>tell>end;fork>other>join"))


def test_an_interrupted_task_has_written_nothing(bpmn):
    told = bpmn.service("", bpmn.inputs(template="=ask.outcome"))

    def drawn(flows, body, **attributes):
        late = bpmn.boundary("ask", body, **attributes)
        return bpmn.process(flows, ask=bpmn.user(dataKey="ask"), late=late, tell=told)

    hour = bpmn.event("duration", "PT1H")
    assert bpmn.checked(drawn("start>ask>end;late>tell>end2", hour)) == {(NAME, "tell")}
    assert not bpmn.checked(drawn("start>ask>tell>end;late>end2", hour))


def test_an_interrupted_call_may_have_written_part(bpmn):
    called = bpmn.process("start_c>inner>end_c", "test.called", inner=bpmn.user(dataKey="inner"))
    told = bpmn.service("", bpmn.inputs(template="=called.inner.outcome"))
    late = bpmn.boundary("ask", bpmn.event("duration", "PT1H"))
    main = bpmn.process("start>ask>end;late>tell>end2", ask=bpmn.call(), late=late, tell=told)

    assert not bpmn.checked(main, called)


# --- where expressions stand -------------------------------------------------------------------


@pytest.mark.parametrize(
    "attributes",
    [
        {"party": "={}"},
        {"person": "={}"},
        {"role": "={}"},
        {"extensions": '<liancheng:due amount="={}" unit="working_days" basis="五"/>'},
        {"extensions": '<liancheng:due amount="5" unit="working_days" basis="五" from="={}"/>'},
    ],
)
def test_every_expression_of_a_task_is_looked_at(bpmn, attributes):
    def drawn(name):
        written = {key: value.replace("{}", name) for key, value in attributes.items()}
        return bpmn.process("start>ask>end", ask=bpmn.user(**written))

    assert bpmn.checked(drawn("gone")) == {(NAME, "ask")}
    assert not bpmn.checked(drawn("case.number"))


def test_timers_and_messages_are_looked_at(bpmn):
    def drawn(name):
        wait = bpmn.catch(bpmn.event("date", f"={name}"))
        told = bpmn.catch(bpmn.event("message"), correlation=f"={name}")
        return bpmn.process("start>wait>told>end", wait=wait, told=told)

    assert bpmn.checked(drawn("gone")) == {(NAME, "wait"), (NAME, "told")}
    assert not bpmn.checked(drawn("case.started_on"))


def test_conditions_of_a_form_are_looked_at_where_it_is_used(bpmn):
    flows = bpmn.process("start>first>ask>end", first=bpmn.user(dataKey="first"), ask=bpmn.user())

    for wrong in ({"hide": "=second.number = 1"}, {"check": "=seccond.number = 1"}):
        assert (NAME, "ask") in bpmn.checked(flows, form=bpmn.FakeForm(**wrong))
    for right in ({"hide": "=number = 1 and this.x = 1"}, {"check": "=outcome = case.number"}):
        assert not bpmn.checked(flows, form=bpmn.FakeForm(**right))


def test_a_form_sees_only_what_its_task_sees(bpmn):
    form = bpmn.FakeForm(hide="=first.number = 1")
    flows = bpmn.process("start>first>ask>end", first=bpmn.user(dataKey="first"), ask=bpmn.user())

    assert bpmn.checked(flows, form=form) == {(NAME, "first")}


# --- decisions ---------------------------------------------------------------------------------


def test_a_table_is_given_what_it_reads(bpmn):
    def drawn(**given):
        return bpmn.process("start>ask>end", ask=bpmn.rule(bpmn.inputs(**given)))

    assert bpmn.checked(drawn(area="=1")) == {(NAME, "ask")}
    assert not bpmn.checked(drawn(region="=1"))


def test_the_outputs_of_a_table_are_known(bpmn):
    def drawn(condition):
        gw = bpmn.element("exclusiveGateway", default="f_gw_end")
        flows = f"start>ask>gw>end;gw>end2?{condition}"
        return bpmn.process(flows, ask=bpmn.rule(bpmn.inputs(region="=1")), gw=gw)

    assert rules(bpmn, drawn('=scope.verdikt = "LOW"')) == {FIELD}
    assert rules(bpmn, drawn('=scope.verdict = "MIDDLE"')) == {"expressions.impossible-value"}
    assert not rules(bpmn, drawn('=scope.verdict = "LOW"'))


def test_a_collecting_table_gives_hits(bpmn):
    many = bpmn.table(*bpmn.WHOLE, policy="COLLECT")

    def drawn(condition):
        gw = bpmn.element("exclusiveGateway", default="f_gw_end")
        flows = f"start>ask>gw>end;gw>end2?{condition}"
        return bpmn.process(flows, ask=bpmn.rule(bpmn.inputs(region="=1")), gw=gw)

    assert rules(bpmn, drawn("=count(scope.verdict) > 0"), dmn=many) == {FIELD}
    assert not rules(bpmn, drawn("=count(scope.hits.verdict) > 0"), dmn=many)


# --- called processes --------------------------------------------------------------------------


def test_a_called_process_sees_its_inputs_and_its_callers_names(bpmn):
    def drawn(name):
        told = bpmn.service("", bpmn.inputs(template=f"={name}"))
        called = bpmn.process("start_c>tell>end_c", "test.called", tell=told)
        asked = bpmn.call("", bpmn.inputs(facts="=before"))
        nodes = {"first": bpmn.user(dataKey="before"), "ask": asked}
        after = bpmn.user(dataKey="later")
        return bpmn.process("start>first>ask>after>end", **nodes, after=after), called

    assert bpmn.checked(*drawn("later.outcome")) == {(NAME, "tell")}
    assert bpmn.checked(*drawn("facts.outcom")) == {(FIELD, "tell")}
    for right in ("before.outcome", "facts.outcome", "profile.review.form"):
        assert not bpmn.checked(*drawn(right))


def test_the_caller_reads_what_is_inside_and_the_outcome(bpmn):
    end = bpmn.element("endEvent", outcome="DONE")
    inner = bpmn.user(dataKey="inner")
    called = bpmn.process("start_c>inner>end_c", "test.called", inner=inner, end_c=end)

    def drawn(condition):
        gw = bpmn.element("exclusiveGateway", default="f_gw_end")
        return bpmn.process(f"start>ask>gw>end;gw>end2?{condition}", ask=bpmn.call(), gw=gw), called

    assert rules(bpmn, *drawn("=inner.number > 1")) == {NAME}
    assert rules(bpmn, *drawn("=called.outer.number > 1")) == {FIELD}
    assert rules(bpmn, *drawn('=called.outcome = "OPEN"')) == {"expressions.impossible-value"}
    assert not rules(bpmn, *drawn('=called.outcome = "DONE" and called.inner.number > 1'))


def test_a_call_without_a_key_shares_its_names(bpmn):
    called = bpmn.process("start_c>inner>end_c", "test.called", inner=bpmn.user(dataKey="inner"))
    told = bpmn.service("", bpmn.inputs(template="=inner.outcome"))

    def drawn(**attributes):
        return bpmn.process("start>ask>tell>end", ask=bpmn.call(**attributes), tell=told), called

    assert rules(bpmn, *drawn()) == {NAME}
    assert not rules(bpmn, *drawn(dataKey=None))


def test_a_process_called_again_sees_what_it_wrote_before(bpmn):
    told = bpmn.service("", bpmn.inputs(template="=inner.outcome"))
    nodes = {"tell": told, "inner": bpmn.user(dataKey="inner")}
    called = bpmn.process("start_c>tell>inner>end_c", "test.called", **nodes)

    def drawn(flows):
        gw = bpmn.element("exclusiveGateway", default="f_gw_end")
        return bpmn.process(flows, ask=bpmn.call(), gw=gw), called

    assert rules(bpmn, *drawn("start>ask>gw>end")) == {NAME}
    assert not rules(bpmn, *drawn("start>ask>gw>end;gw>ask?=true"))


# --- many at once ------------------------------------------------------------------------------


def each(bpmn, collection="=profile.departments", body="", **attributes):
    marker = bpmn.loop(collection, "one", **({"key": "=one.role"} | attributes))
    return bpmn.process(
        "start>ask>end", ask=bpmn.user(marker + body, dataKey="ask", party="=one.id")
    )


def test_the_item_has_the_shape_of_the_list(bpmn):
    assert bpmn.checked(each(bpmn)) == {(FIELD, "ask")}
    assert bpmn.checked(each(bpmn, key="=one.rule")) == {(FIELD, "ask")}
    assert not bpmn.checked(each(bpmn, "=[{id: 1}]", key="=one.id"))


def test_the_item_is_not_there_when_the_clock_starts(bpmn):
    marker = bpmn.loop("=[{id: 1}]", key="=one.id")

    def drawn(amount):
        asked = bpmn.user(marker, bpmn.due(amount=amount), party="=one.id")
        return bpmn.process("start>ask>end", ask=asked)

    assert bpmn.checked(drawn("=one.id")) == {(NAME, "ask")}
    assert not bpmn.checked(drawn("=profile.review.days"))


def test_a_key_and_a_completion_are_computed(bpmn):
    wrong = each(bpmn, "=[{id: 1}]", key="id", completion="done")

    assert bpmn.checked(wrong) == {("expressions.literal", "ask")}
    assert not bpmn.checked(each(bpmn, "=[{id: 1}]", key="=one.id", completion="=count(ask) > 1"))


def test_entries_have_their_key_and_the_answers(bpmn):
    marker = bpmn.loop("=[1]", key="=one")

    def drawn(template):
        told = bpmn.service("", bpmn.inputs(template=template))
        asked = bpmn.user(marker, dataKey="ask")
        return bpmn.process("start>ask>tell>end", ask=asked, tell=told)

    assert rules(bpmn, drawn("=ask.opinion")) == {FIELD}
    assert not rules(bpmn, drawn("=ask[1].key"))
    assert not rules(bpmn, drawn("=ask.outcome"))


def test_what_an_item_subprocess_writes_is_in_its_entries(bpmn):
    told = bpmn.service("", bpmn.inputs(template="=one.role"))
    nodes = {"inner": bpmn.user(dataKey="inner"), "told": told}
    marker = bpmn.loop("=profile.departments", key="=one.role")
    box = bpmn.sub("start_in>inner>told>end_in", marker, {"dataKey": "boxes"}, **nodes)

    def drawn(template):
        tell = bpmn.service("", bpmn.inputs(template=template))
        return bpmn.process("start>box>tell>end", box=box, tell=tell)

    assert rules(bpmn, drawn("=inner.outcome")) == {NAME}
    assert not rules(bpmn, drawn("=boxes.inner.outcome"))


# --- messages ----------------------------------------------------------------------------------


def test_a_message_is_seen_inside_its_event_subprocess_and_listed_outside(bpmn):
    start = bpmn.element("startEvent", bpmn.event("message"), isInterrupting="false", dataKey="all")

    def drawn(inside, outside):
        note = bpmn.service("", bpmn.inputs(template=inside))
        inner = bpmn.event_sub("start_in>note>end_in", start_in=start, note=note)
        tell = bpmn.service("", bpmn.inputs(template=outside))
        nodes = {"ask": bpmn.user(dataKey="ask"), "tell": tell, "objections": inner}
        return bpmn.process("start>ask>tell>end", **nodes)

    assert not bpmn.checked(drawn("=message.content", "=string(count(all))"))
    assert not bpmn.checked(drawn("=ask.outcome", "=case.number"))
    assert bpmn.checked(drawn("=case.number", "=message.content")) == {(NAME, "tell")}


# --- tables ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "severity", "rows"),
    [
        ("tables.unreachable", "warning", (("? < 3 and ? > 5", '"LOW"'), ("-", '"HIGH"'))),
        ("tables.unchecked", "info", (("< limit", '"LOW"'), (">= limit", '"HIGH"'))),
    ],
)
def test_rows_without_effect_and_columns_of_formulas_are_told(bpmn, rule, severity, rows):
    drawn = bpmn.process("start>ask>end", ask=bpmn.rule(bpmn.inputs(region="=1", limit="=2")))

    found = bpmn.findings(drawn, dmn=bpmn.table(*rows))

    assert (severity, rule) in {(each.severity, each.rule) for each in found}


def test_a_function_that_a_table_does_not_require_is_an_error(bpmn):
    drawn = bpmn.process("start>ask>end", ask=bpmn.rule(bpmn.inputs(region="=1")))

    found = bpmn.findings(drawn, dmn=bpmn.table(("-", "rated(region)")))

    assert ("error", "tables.unknown-function") in {(each.severity, each.rule) for each in found}


def test_a_decision_that_says_nothing_of_how_it_is_made_is_an_error(bpmn):
    drawn = bpmn.process("start>ask>end", ask=bpmn.rule(bpmn.inputs(region="=1")))
    whole = bpmn.table(("-", '"LOW"'))
    start, stop = whole.index("<decisionTable"), whole.index("</decisionTable>")
    empty = whole[:start] + whole[stop + len("</decisionTable>") :]

    found = {(each.severity, each.rule) for each in bpmn.findings(drawn, dmn=empty)}

    assert ("error", "tables.no-logic") in found


@pytest.mark.parametrize(
    ("rule", "rows"),
    [
        ("tables.gap", (("< 5", '"LOW"'), ("> 6", '"HIGH"'))),
        ("tables.overlap", (("<= 5", '"LOW"'), (">= 5", '"HIGH"'))),
    ],
)
def test_gaps_and_overlaps_of_a_table_are_warnings_with_an_example(bpmn, rule, rows):
    drawn = bpmn.process("start>ask>end", ask=bpmn.rule(bpmn.inputs(region="=1")))

    [found, *_] = bpmn.findings(drawn, dmn=bpmn.table(*rows))

    assert (found.severity, found.rule, found.file) == ("warning", rule, "dmn/test/scope.dmn")
    assert found.example[0].startswith("地区 = ")
    assert not bpmn.findings(drawn)
