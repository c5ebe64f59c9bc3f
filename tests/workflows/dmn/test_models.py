"""Models of several elements: knowledge, services, imports, and who sees what."""

from typing import Any

import pytest

from workflows import dmn, feel
from workflows.feel.limits import MAX_STEPS


def lit(text: str) -> str:
    return f"<literalExpression><text>{text}</text></literalExpression>"


def needs(*ids: str) -> str:
    kinds = {"b": "Knowledge", "s": "Knowledge", "i": "Input"}
    found = ""
    for each in ids:
        kind = kinds.get(each.rpartition("#")[2][0], "Decision")
        outer = "knowledgeRequirement" if kind == "Knowledge" else "informationRequirement"
        href = each if "#" in each else f"#{each}"
        found += f'<{outer}><required{kind} href="{href}"/></{outer}>'
    return found


def decision(name: str, logic: str, *required: str) -> str:
    return f'<decision id="{name}" name="{name}">{needs(*required)}{logic}</decision>'


def knowledge(name: str, parameters: str, logic: str, *required: str, variable: str = "") -> str:
    formal = "".join(f'<formalParameter name="{each}"/>' for each in parameters.split())
    return (
        f'<businessKnowledgeModel id="{name}" name="{name}">{variable}{needs(*required)}'
        f"<encapsulatedLogic>{formal}{logic}</encapsulatedLogic></businessKnowledgeModel>"
    )


def value(xml: bytes, name: str = "d", **scope: Any) -> Any:
    return feel.to_json(dmn.parse(xml).evaluate(name, scope).value)


def test_a_knowledge_model_is_called_by_name_by_whoever_requires_it(model: Any) -> None:
    square = knowledge("b1", "n", lit("n * n"))
    cube = knowledge("b2", "n", lit("n * b1(n)"), "b1")

    assert value(model(square + cube + decision("d", lit("b2(3) + b1(n: 2)"), "b1", "b2"))) == 31
    assert value(model(square + decision("d", lit("b1(3)")))) is None


def test_a_knowledge_model_sees_its_parameters_and_nothing_of_its_caller(model: Any) -> None:
    peeking = knowledge("b1", "n", lit("[n, x]"))

    assert value(model(peeking + decision("d", lit("b1(1)"), "b1")), x=5) == [1, None]


def test_the_rules_of_knowledge_and_requirements_are_told_too(table: Any, model: Any) -> None:
    inner = table([["&gt; 5", "1"], ["&lt;= 5", "2"]]).decode().replace("&amp;", "&")
    one = inner[inner.index("<decisionTable") : inner.index("</decision>")]
    two = one.replace('"t"', '"t2"').replace('id="', 'id="z').replace("&gt; 5", "&gt; 0")
    known = knowledge("b1", "x", one)
    xml = model(known + decision("d2", two) + decision("d", lit("b1(d2) + d2"), "b1", "d2"))

    found = dmn.parse(xml).evaluate("d", {"x": 0})

    assert (feel.to_json(found.value), found.rules) == (4, ())
    assert [(each.element_id, each.rule_id, each.row) for each in found.fired] == [
        ("d2", "zr2", 2),
        ("b1", "r2", 2),
    ]


@pytest.mark.parametrize(
    "body",
    [lit("b1(n + 1)"), lit("b1(n) + b1(n)"), lit("[b1(n), b1(n)]"), lit("count(b1([n, n])) ")],
)
def test_knowledge_that_calls_itself_without_end_is_stopped(model: Any, body: str) -> None:
    xml = model(knowledge("b1", "n", body) + decision("d", lit("b1(1)"), "b1"))

    with pytest.raises(feel.FeelBudgetError):
        value(xml)


def test_boxes_that_call_each_other_without_end_are_stopped(model: Any) -> None:
    called = (
        f"<invocation>{lit('b1')}<binding><parameter name='n'/>{lit('n')}</binding></invocation>"
    )
    body = "<list>" * 20 + called + "</list>" * 20

    with pytest.raises(feel.FeelBudgetError):
        value(model(knowledge("b1", "n", body) + decision("d", called, "b1")), n=1)


def test_knowledge_may_call_itself_some_forty_deep(model: Any) -> None:
    body = lit("if n = 0 then 0 else n + b1(n - 1)")

    assert value(model(knowledge("b1", "n", body) + decision("d", lit("b1(40)"), "b1"))) == 820


def test_all_of_a_model_shares_one_budget(model: Any) -> None:
    loop = lit(f"count(for i in 1..{MAX_STEPS // 30} return i + i)")
    chain = "".join(
        decision(f"d{n}", loop, *([f"d{n + 1}"] if n < 20 else [])) for n in range(1, 21)
    )

    with pytest.raises(feel.FeelBudgetError):
        value(model(chain), "d1")


def test_a_chain_of_a_thousand_requirements_is_decided(model: Any) -> None:
    chain = "".join(decision(f"d{n}", lit(f"d{n + 1} + 1"), f"d{n + 1}") for n in range(1000))

    assert value(model(chain + decision("d1000", lit("0"))), "d0") == 1000


def test_a_decision_required_along_two_ways_is_made_once(model: Any) -> None:
    levels = "".join(
        decision(f"d{n}", lit(f"d{n + 1} + e{n + 1}"), f"d{n + 1}", f"e{n + 1}")
        + decision(f"e{n + 1}", lit(f"d{n + 1}"), f"d{n + 1}")
        for n in range(60)
    )

    assert value(model(levels + decision("d60", lit("1"))), "d0") == 2**60


SERVICE = (
    '<inputData id="i1" name="amount"><variable name="amount" typeRef="number"/></inputData>'
    '<decisionService id="s1" name="judge"><outputDecision href="#d1"/>'
    '<encapsulatedDecision href="#d1"/><inputDecision href="#d2"/><inputData href="#i1"/>'
    "</decisionService>"
    + decision("d1", lit("amount + d2"), "d2", "i1")
    + decision("d2", lit("1000"))
)


def test_a_service_takes_its_data_then_its_decisions(model: Any) -> None:
    calls = lit('[judge(1, 2), judge(d2: 1, amount: 5), judge("x", 1), judge(1)]')
    xml = model(SERVICE + decision("d", calls, "s1"))

    assert value(xml) == [3, 6, None, None]
    assert value(xml, "judge", amount=7, d2=1) == 8
    assert value(xml, "d1", amount=7) == 1007


def test_a_service_of_several_decisions_answers_with_all_of_them(model: Any) -> None:
    more = '<decisionService id="s2" name="both"><outputDecision href="#d1"/><outputDecision href="#d2"/>'
    xml = model(SERVICE + more + '<inputData href="#i1"/></decisionService>')

    assert value(xml, "both", amount=1) == {"d1": 1001, "d2": 1000}


def test_a_decision_without_logic_is_null(model: Any) -> None:
    assert value(model('<decision id="d" name="d"/>')) is None


def imported(model: Any) -> dmn.Model:
    body = (
        '<itemDefinition name="tYes"><typeRef>string</typeRef><allowedValues><text>"yes"</text>'
        '</allowedValues></itemDefinition><inputData id="i1" name="who"/>'
        + knowledge("b1", "n", lit("n * 2"))
        + decision("d1", lit('"hello " + who'), "i1")
    )
    return dmn.parse(model(body).replace(b'id="m"', b'id="m" namespace="urn:shared"'))


def test_an_imported_model_is_read_by_its_name(model: Any) -> None:
    xml = model(
        '<import name="共用" namespace="urn:shared"/>'
        + decision("d", lit("共用.d1 + string(共用.b1(2))"), "urn:shared#d1", "urn:shared#b1")
        + '<decision id="e" name="e"><variable name="e" typeRef="共用.tYes"/>'
        + lit('"no"')
        + "</decision>"
    )

    found = dmn.parse(xml, [imported(model)])

    assert found.evaluate("d", {"who": "you"}).value == "hello you4"
    assert found.evaluate("d", {"共用": {"who": "me"}}).value is not None
    assert found.evaluate("e", {}).value is None


def test_what_an_import_lacks_cannot_be_required(model: Any) -> None:
    xml = model(
        '<import name="x" namespace="urn:shared"/>' + decision("d", lit("1"), "urn:shared#dz")
    )

    with pytest.raises(dmn.DmnError) as caught:
        dmn.parse(xml, [imported(model)])

    assert caught.value.element_id == "d"
