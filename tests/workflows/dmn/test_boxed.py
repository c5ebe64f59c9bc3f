"""Boxed expressions: each kind, what its parts see, and what it gives when they do not fit."""

from typing import Any

import pytest

from workflows import dmn, feel


def lit(text: str, kind: str = "") -> str:
    ref = f' typeRef="{kind}"' if kind else ""
    return f"<literalExpression{ref}><text>{text}</text></literalExpression>"


def entry(name: str, logic: str) -> str:
    variable = f'<variable name="{name}"/>' if name else ""
    return f"<contextEntry>{variable}{logic}</contextEntry>"


def value(model: Any, logic: str, **scope: Any) -> Any:
    found = dmn.parse(model(f'<decision id="d" name="d">{logic}</decision>')).evaluate("d", scope)
    return feel.to_json(found.value)


def test_an_entry_of_a_context_sees_those_before_it(model: Any) -> None:
    logic = (
        f"<context>{entry('unit price', lit('x'))}{entry('total', lit('unit price * 3'))}</context>"
    )

    assert value(model, logic, x=2) == {"unit price": 2, "total": 6}


def test_the_last_entry_without_a_name_is_the_value_of_the_context(model: Any) -> None:
    inner = f"<context>{entry('a', lit('x + 1'))}{entry('', lit('a * 10'))}</context>"
    logic = f"<context>{entry('n', inner)}{entry('', lit('n + a'))}</context>"

    assert value(model, inner, x=1) == 20
    assert value(model, logic, x=1, a=5) == 25  # the inner a is not seen outside


def test_a_list_and_a_relation_hold_expressions(model: Any) -> None:
    assert value(model, f"<list>{lit('x')}{lit('x + 1')}</list>", x=1) == [1, 2]
    rows = "".join(f"<row>{lit(str(n))}{lit(f'x * {n}')}</row>" for n in (1, 2))
    logic = f'<relation><column name="n"/><column name="times x"/>{rows}</relation>'
    assert value(model, logic, x=5) == [{"n": 1, "times x": 5}, {"n": 2, "times x": 10}]


def test_a_function_is_called_by_its_name_and_sees_where_it_was_defined(model: Any) -> None:
    double = (
        '<functionDefinition><formalParameter name="n" typeRef="number"/>'
        f"{lit('n * rate')}</functionDefinition>"
    )
    calls = lit('[raise(4), raise(n: 5), raise("x"), raise()]')
    logic = (
        f"<context>{entry('rate', lit('2'))}{entry('raise', double)}{entry('', calls)}</context>"
    )

    assert value(model, logic) == [8, 10, None, None]


def test_an_invocation_binds_its_arguments_by_name(model: Any) -> None:
    less = (
        '<functionDefinition><formalParameter name="a"/><formalParameter name="b"/>'
        f"{lit('a - b')}</functionDefinition>"
    )

    def called(*bindings: tuple[str, str]) -> Any:
        bound = "".join(
            f'<binding><parameter name="{name}"/>{lit(text)}</binding>' for name, text in bindings
        )
        logic = f"<invocation>{lit('less')}{bound}</invocation>"
        return value(model, f"<context>{entry('less', less)}{entry('', logic)}</context>")

    assert called(("b", "1"), ("a", "5")) == 4
    assert called(("a", "5"), ("c", "1")) is None
    assert value(model, f"<invocation>{lit('7')}</invocation>") is None


@pytest.mark.parametrize(("x", "expected"), [(1, "yes"), (0, "no"), (None, "no")])
def test_a_conditional_evaluates_only_the_part_it_chooses(
    model: Any, x: int | None, expected: str
) -> None:
    logic = (
        f"<conditional><if>{lit('x &gt; 0')}</if><then>{lit('&quot;yes&quot;')}</then>"
        f"<else>{lit('&quot;no&quot;')}</else></conditional>"
    )

    assert value(model, logic, x=x) == expected


def test_loops_go_through_lists_and_ranges(model: Any) -> None:
    def loop(tag: str, domain: str, part: str, body: str) -> Any:
        inside = f"<in>{lit(domain)}</in><{part}>{lit(body)}</{part}>"
        return value(model, f'<{tag} iteratorVariable="n">{inside}</{tag}>', m=3)

    assert loop("for", "[1, 2, m]", "return", "n * m") == [3, 6, 9]
    assert loop("for", "[1..3]", "return", "count(partial)") == [0, 1, 2]
    assert loop("for", "null", "return", "n") is None
    assert loop("some", "[1, 5]", "satisfies", "n &gt; m") is True
    assert loop("every", "[1, 5]", "satisfies", "n &gt; m") is False


def test_a_filter_sees_the_item_and_its_entries(model: Any) -> None:
    people = '[{name: "甲", age: 40}, {name: "乙", age: 20}]'

    def kept(domain: str, match: str) -> Any:
        return value(
            model, f"<filter><in>{lit(domain)}</in><match>{lit(match)}</match></filter>", limit=30
        )

    assert kept(people, "age &gt; limit") == [{"name": "甲", "age": 40}]
    assert kept("[10, 50]", "item &gt; limit") == [50]
    assert kept(people, "name = 1") == []


def test_a_table_stands_where_any_expression_may(table: Any, model: Any) -> None:
    xml = table([["&gt; 5", '"big"'], ["&lt;= 5", '"small"']]).decode()
    inner = xml[xml.index("<decisionTable") : xml.index("</decision>")].replace("&amp;", "&")
    logic = f"<context>{entry('x', lit('y * 2'))}{entry('size', inner)}</context>"
    found = dmn.parse(model(f'<decision id="d" name="算">{logic}</decision>')).evaluate(
        "d", {"y": 3}
    )

    assert feel.to_json(found.value) == {"x": 6, "size": "big"}
    assert found.fired == (dmn.Fired("d", "算", "r1", 1),)


def test_a_value_of_another_type_than_its_expression_says_is_null(model: Any) -> None:
    logic = f"<list>{lit('1', 'number')}{lit('1', 'string')}{lit('[2]', 'number')}</list>"

    assert value(model, logic) == [1, None, 2]


def test_a_decision_tells_what_its_boxes_read(model: Any) -> None:
    loop = f'<for iteratorVariable="i"><in>{lit("xs")}</in><return>{lit("i + y")}</return></for>'
    function = f'<functionDefinition><formalParameter name="p"/>{lit("p + z")}</functionDefinition>'
    logic = f"<context>{entry('a', loop)}{entry('f', function)}{entry('', lit('f(a)'))}</context>"
    decision = dmn.parse(model(f'<decision id="d">{logic}</decision>')).find("d")

    assert decision.names() == {("xs",), ("y",), ("z",)}
