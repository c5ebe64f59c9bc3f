"""Models made to exhaust: each is refused, or decided within the budget, and soon."""

from time import process_time
from typing import Any

import pytest

from workflows import dmn, feel

SECONDS = 20  # of processor time, for a megabyte on a slow machine; each takes two at most
ONE = "<literalExpression><text>1</text></literalExpression>"


def many(count: int, text: str) -> str:
    return "".join(text.replace("@n", str(n)).replace("@m", str(n + 1)) for n in range(count))


def fan(count: int) -> str:
    """Decisions each of which requires all before it: as many requirements as fit."""
    return "".join(
        f'<decision id="d{n}" name="d{n}">'
        + "".join(
            f'<informationRequirement><requiredDecision href="#d{m}"/></informationRequirement>'
            for m in range(n)
        )
        + f"{ONE}</decision>"
        for n in range(count)
    )


HOSTILE = {
    "decisions": many(6_000, f'<decision id="d@n" name="d@n">{ONE}</decision>'),
    "names": many(9_000, f'<decision id="d@n" name="d @n">{ONE}</decision>'),
    "a few long names": many(900, '<inputData id="i@n" name="' + "a " * 400 + '@n"/>'),
    "a fan": fan(140),
    "types": many(9_000, '<itemDefinition name="t@n"><typeRef>t@m</typeRef></itemDefinition>'),
    "a doubling type": many(
        60,
        '<itemDefinition name="t@n"><itemComponent name="a"><typeRef>t@m</typeRef></itemComponent>'
        '<itemComponent name="b"><typeRef>t@m</typeRef></itemComponent></itemDefinition>',
    )
    + '<itemDefinition name="t60"><typeRef>number</typeRef></itemDefinition>'
    + f'<decision id="d0" name="d0"><variable name="d0" typeRef="t0"/>{ONE}</decision>',
    "a list": f'<decision id="d0"><list>{ONE * 15_000}</list></decision>',
    "a relation": '<decision id="d0"><relation><column name="a"/>'
    + f"<row>{ONE}</row>" * 12_000
    + "</relation></decision>",
    "entries": '<decision id="d0"><context>'
    + many(8_000, f'<contextEntry><variable name="v@n"/>{ONE}</contextEntry>')
    + "</context></decision>",
    "doubling entries": '<decision id="d0"><context><contextEntry><variable name="v0"/>'
    "<literalExpression><text>[1,2,3,4]</text></literalExpression></contextEntry>"
    + many(
        400,
        '<contextEntry><variable name="v@m"/><literalExpression><text>[v@n, v@n]</text>'
        "</literalExpression></contextEntry>",
    )
    + "</context></decision>",
    "calls": '<businessKnowledgeModel id="b0" name="f"><encapsulatedLogic>'
    '<formalParameter name="n"/><literalExpression><text>f(n + 1) + f(n + 2)</text>'
    '</literalExpression></encapsulatedLogic></businessKnowledgeModel><decision id="d0">'
    '<knowledgeRequirement><requiredKnowledge href="#b0"/></knowledgeRequirement>'
    "<literalExpression><text>f(1)</text></literalExpression></decision>",
    "nested loops": '<decision id="d0">'
    + '<for iteratorVariable="i"><in><literalExpression><text>1..1000</text></literalExpression>'
    "</in><return>" * 6 + ONE + "</return></for>" * 6 + "</decision>",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_model_made_to_exhaust_is_refused_or_bounded(model: Any, name: str) -> None:
    xml, start = model(HOSTILE[name]), process_time()

    try:
        dmn.parse(xml).evaluate("d0", {})
    except (dmn.DmnError, feel.FeelError) as refusal:
        assert any("\u4e00" <= character <= "\u9fff" for character in refusal.message_zh)

    assert process_time() - start < SECONDS
