"""The known faults of SpiffWorkflow 3.2.0, each with the guard that keeps it from reaching us.

Numbers are those of the project's fault register; each test fails without its guard.
"""

import threading
from contextlib import suppress
from pathlib import Path

import pytest

from workflows import engine
from workflows.errors import IncidentError, ModelRefusedError, StateFormatError

START = '<bpmn:startEvent id="S" liancheng:dataKey="begin"/>'
END = '<bpmn:endEvent id="E" liancheng:outcome="DONE"/>'
TASK = '<bpmn:userTask id="A" liancheng:form="F"/>'


def gateway(drawn, condition: str) -> str:
    body = START + TASK + '<bpmn:exclusiveGateway id="G" default="f2_G_E"/>' + END
    body += '<bpmn:userTask id="B" liancheng:form="F"/>'
    return body + drawn.flows("S>A", "A>G", "G>E", f"G>B?={condition}", "B>E")


ESCAPES = [
    "__import__('os').system('touch {canary}') = 0",
    "open('{canary}','w') = 1",
    "().__class__.__bases__[0] = null",
    "A.__class__ = 1",
    "[].__class__.__mro__[1].__subclasses__() = []",
    'eval("1") = 1',
    'getattr(A, "x") = 1',
]


@pytest.mark.parametrize("expression", ESCAPES)
def test_s1_an_expression_is_feel_and_reaches_nothing_outside(world, drawn, tmp_path, expression):
    canary = tmp_path / "canary"
    condition = expression.format(canary=canary).replace('"', "&quot;")
    case = world(gateway(drawn, condition))
    case.start()

    with suppress(IncidentError):  # most are no FEEL at all; the others are null, hence false
        case.complete("A", x=1)

    assert "B:entered" not in case.passages
    assert not canary.exists()


def test_s1_the_engines_own_evaluator_is_not_there(world, drawn):
    case = world(gateway(drawn, "A.x = 1"))
    case.start()

    from workflows.engine.run import Run  # noqa: PLC0415

    assert Run.environment is None


@pytest.mark.parametrize("name", ["count", "len", "__builtins__", "not", "date"])
def test_s2_data_never_replaces_a_function(world, drawn, name):
    case = world(gateway(drawn, 'count([1,2]) = 2 and not(false) and date("2026-01-01") != null'))
    case.start({name: "mine"})
    case.document[name] = "mine"

    case.complete("A", **{name: "mine"})

    assert case.waits == ["B"]


def test_s3_a_step_that_fails_leaves_the_stored_state_usable(world, drawn):
    case = world(gateway(drawn, "A.answer"))
    case.start()
    stored = case.state
    with pytest.raises(IncidentError):
        case.complete("A", answer="no boolean")

    case.document = {}
    assert case.state == stored
    case.complete("A", answer=True)

    assert case.waits == ["B"]


def test_s5_the_key_typename_in_answers_bricks_nothing(world, drawn):
    case = world(gateway(drawn, "A.typename = &quot;BpmnWorkflow&quot;"))
    case.start({"typename": "UUID", "value": "x"})

    case.complete("A", typename="BpmnWorkflow", nested={"typename": "timedelta", "days": 1})

    assert case.waits == ["B"]


@pytest.mark.parametrize(
    "stored", [b"", b"LC\x00\x02abc", b'{"serializer_version": "1.0"}', b"\x1f\x8b"]
)
def test_s6_a_state_of_another_format_is_refused_unread(world, drawn, stored):
    case = world(gateway(drawn, "true"))
    case.start()

    with pytest.raises(StateFormatError):
        engine.fire_timers(case.program, case.environment(), stored, {})


def timer(body: str) -> str:
    return (
        f'<bpmn:intermediateCatchEvent id="T"><bpmn:timerEventDefinition>{body}'
        "</bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>"
    )


@pytest.mark.parametrize(
    "body",
    [
        "<bpmn:timeDuration>P1M</bpmn:timeDuration>",
        "<bpmn:timeDuration>P1.5M</bpmn:timeDuration>",
        "<bpmn:timeDuration>P</bpmn:timeDuration>",
        "<bpmn:timeDate>2026-01-01T00:00:00</bpmn:timeDate>",
        "<bpmn:timeCycle>R/PT0S</bpmn:timeCycle>",
        "<bpmn:timeCycle>R3/P1M</bpmn:timeCycle>",
    ],
    ids=["s12-months", "s12-fraction", "s12-empty", "s11-literal", "s13-endless", "s12-cycle"],
)
def test_s11_to_s13_timers_that_count_wrongly_are_refused(world, drawn, body):
    with pytest.raises(ModelRefusedError) as caught:
        world(START + timer(body) + END + drawn.flows("S>T", "T>E"))

    assert caught.value.element_id == "T"


def test_s15_only_the_given_clock_counts(world, drawn):
    due = "<bpmn:timeDate>=&quot;2020-01-01T00:00:00Z&quot;</bpmn:timeDate>"
    body = START + TASK + timer(due) + END + drawn.flows("S>A", "A>T", "T>E")
    case = world(body)
    case.now = case.now.replace(year=2019)
    case.start()

    step = case.complete("A")

    assert not step.is_finished


def test_s16_a_diagram_that_is_too_large_is_refused(world, drawn):
    names = [f"N{i}" for i in range(450)]
    nodes = "".join(f'<bpmn:userTask id="{n}" liancheng:form="F"/>' for n in names)
    pairs = [f"{a}>{b}" for a, b in zip(["S", *names], [*names, "E"], strict=True)]

    with pytest.raises(ModelRefusedError, match="超过"):
        world(START + nodes + END + drawn.flows(*pairs))


def test_s16_a_chain_as_long_as_allowed_compiles_and_runs(world, drawn):
    names = [f"N{i}" for i in range(390)]
    nodes = "".join(f'<bpmn:parallelGateway id="{n}"/>' for n in names)
    pairs = [f"{a}>{b}" for a, b in zip(["S", *names], [*names, "E"], strict=True)]

    assert world(START + nodes + END + drawn.flows(*pairs)).start().is_finished


def test_s16_a_literal_cardinality_is_refused(world, drawn):
    marker = (
        "<bpmn:multiInstanceLoopCharacteristics><bpmn:loopCardinality>1000000000"
        "</bpmn:loopCardinality></bpmn:multiInstanceLoopCharacteristics>"
    )
    task = TASK.replace("/>", f">{marker}</bpmn:userTask>")

    with pytest.raises(ModelRefusedError):
        world(START + task + END + drawn.flows("S>A", "A>E"))


def test_s16_a_list_that_is_too_long_is_an_incident(world, drawn):
    marker = (
        "<bpmn:multiInstanceLoopCharacteristics><bpmn:extensionElements><liancheng:loop collection="
        '"=begin.units" item="unit" key="=unit"/></bpmn:extensionElements>'
        "</bpmn:multiInstanceLoopCharacteristics>"
    )
    task = TASK.replace("/>", f">{marker}</bpmn:userTask>")
    case = world(START + task + END + drawn.flows("S>A", "A>E"))

    with pytest.raises(IncidentError, match="200"):
        case.start({"units": list(range(201))})


def test_s20_one_program_serves_many_threads(world, drawn):
    case = world(gateway(drawn, "A.x = begin.x"))
    failures = []

    def run(number: int) -> None:
        from copy import copy  # noqa: PLC0415

        mine = copy(case)
        mine.passages = []
        for _ in range(30):
            mine.document = {}
            mine.start({"x": number})
            mine.complete("A", x=number)
            if mine.waits != ["B"] or mine.document["begin"]["x"] != number:
                failures.append(number)

    threads = [threading.Thread(target=run, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []


def test_s23_a_stored_state_holds_no_model_and_no_data(world, drawn):
    import zlib  # noqa: PLC0415

    case = world(gateway(drawn, "A.secret = 1"))
    case.start({"name": "张三"})

    raw = zlib.decompress(case.state[4:]).decode()

    assert "secret" not in raw
    assert "张三" not in raw
    assert len(case.state) < 1000


def test_s24_modules_that_unpickle_or_execute_are_never_imported():
    forbidden = ("SpiffWorkflow.serializer", "Transform", "pickle", "PythonScriptEngine(")
    sources = Path(engine.__file__).parent.glob("*.py")

    assert [p.name for p in sources for word in forbidden if word in p.read_text()] == []


def test_s26_the_loop_item_is_not_visible_after_the_loop(world, drawn):
    marker = (
        "<bpmn:multiInstanceLoopCharacteristics><bpmn:extensionElements><liancheng:loop collection="
        '"=begin.units" item="unit" key="=unit"/></bpmn:extensionElements>'
        "</bpmn:multiInstanceLoopCharacteristics>"
    )
    task = TASK.replace("/>", f">{marker}</bpmn:userTask>")
    body = START + task + '<bpmn:exclusiveGateway id="G" default="f2_G_E"/>' + END
    body += '<bpmn:userTask id="B" liancheng:form="F"/>'
    case = world(body + drawn.flows("S>A", "A>G", "G>E", "G>B?=unit = null", "B>E"))

    case.start({"units": ["u1"]})
    case.complete("A[u1]")

    assert case.waits == ["B"]


def test_s27_a_boundary_message_that_would_swallow_the_second_is_refused(world, drawn):
    boundary = (
        '<bpmn:boundaryEvent id="M" attachedToRef="A" cancelActivity="false">'
        '<bpmn:messageEventDefinition messageRef="Message_object"/></bpmn:boundaryEvent>'
    )

    with pytest.raises(ModelRefusedError) as caught:
        world(START + TASK + boundary + END + drawn.flows("S>A", "A>E", "M>E"))

    assert caught.value.element_id == "M"


@pytest.mark.parametrize(
    "element",
    [
        '<bpmn:scriptTask id="X"><bpmn:script>1</bpmn:script></bpmn:scriptTask>',
        '<bpmn:transaction id="X"/>',
        '<bpmn:adHocSubProcess id="X"/>',
        '<bpmn:complexGateway id="X"/>',
        '<bpmn:task id="X"/>',
        '<bpmn:userTask id="X"><bpmn:standardLoopCharacteristics/></bpmn:userTask>',
        '<bpmn:userTask id="X" liancheng:formm="F"/>',
        '<bpmn:intermediateCatchEvent id="X"><bpmn:signalEventDefinition/></bpmn:intermediateCatchEvent>',
        '<bpmn:intermediateThrowEvent id="X"><bpmn:compensateEventDefinition/></bpmn:intermediateThrowEvent>',
    ],
)
def test_what_is_not_supported_is_refused_with_its_id_and_a_sentence(world, drawn, element):
    with pytest.raises(ModelRefusedError) as caught:
        world(START + element + END + drawn.flows("S>X", "X>E"))

    assert caught.value.element_id == "X"
    assert not caught.value.message.isascii()
