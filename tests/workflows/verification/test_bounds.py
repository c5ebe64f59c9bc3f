"""Drafts far too large, too deep or too dense: refused early, by number, before anything is tried."""

import json

import pytest

from workflows import strict_yaml
from workflows.bundles import Bundle, bounds
from workflows.verification import check_bundle

HEAD = '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL">'


def drawn(*processes: str) -> bytes:
    return f"{HEAD}{''.join(processes)}</definitions>".encode()


def chain(number: int) -> str:
    """Return a process that calls the next."""
    name = f"p{number}" if number else "test.main"
    return (
        f'<process id="{name}"><startEvent id="s{number}"/><endEvent id="e{number}"/>'
        f'<callActivity id="c{number}" calledElement="p{number + 1}"/>'
        f'<sequenceFlow id="f{number}" sourceRef="s{number}" targetRef="c{number}"/>'
        f'<sequenceFlow id="g{number}" sourceRef="c{number}" targetRef="e{number}"/></process>'
    )


def told(files: dict[str, bytes]) -> str:
    given = {"procedure.json": b"{}", **files}
    found = check_bundle(Bundle("test.main", given), {}, {})
    assert len(found) <= 400  # noqa: PLR2004 - of the repeated the first ones
    return " ".join(each.message for each in found)


def crowd() -> str:
    return f'<process id="test.main">{"<task/>" * 100_000}</process>'


def nodes(process: int) -> str:
    inner = "".join(f'<endEvent id="n{process}_{number}"/>' for number in range(390))
    return f'<process id="q{process}">{inner}</process>'


@pytest.mark.parametrize(
    ("source", "word"),
    [
        (drawn(crowd()), "元素超过"),
        (drawn(f'<process id="p">{"<documentation/>" * 30_000}</process>'), "图里的元素超过"),
        (drawn(*map(nodes, range(40))), "节点，超过"),
        (drawn(*map(chain, range(500))), "流程，超过"),
        (
            drawn(
                '<process id="p">'
                + '<subProcess id="s">' * 100
                + "</subProcess>" * 100
                + "</process>"
            ),
            "层嵌套",
        ),
        (
            drawn('<process id="p" ' + " ".join(f'a{n}=""' for n in range(50_000)) + "/>"),
            "过多的属性",
        ),
        (drawn(f'<process id="p" name="{"长" * 30_000}"/>'), "超过 20000 字"),
        (drawn(f'<process id="p" name="{"长" * 3_000}"/>'), "名称超过"),
        (b"<a>" * 200_000, "不是合法的 XML"),
        (b" " * 2_000_000, "文件超过"),
    ],
    ids=[
        "elements",
        "descriptions",
        "nodes",
        "processes",
        "nesting",
        "attributes",
        "text",
        "name",
        "depth",
        "size",
    ],
)
def test_a_drawing_beyond_all_measure_is_refused_by_its_measure(source, word):
    assert word in told({"bpmn/test/main.bpmn": source})


@pytest.mark.parametrize(
    ("files", "word"),
    [
        ({f"scenarios/{n}.yaml": b"a: 1" for n in range(700)}, "超过 600 个"),
        ({f"scenarios/{n}.yaml": b"- 1\n" * 9_000 for n in range(20)}, ".yaml 文件合计"),
        ({"dmn/a/a.dmn": b" " * 900_000}, ".dmn 文件合计"),
        ({"bpmn/../../etc.bpmn": b""}, "没有这个位置"),
        ({"scripts/a.py": b""}, "没有这个位置"),
        ({"bpmn/a/a.yaml": b""}, "没有这个位置"),
    ],
)
def test_a_bundle_beyond_all_measure_is_not_even_opened(files, word):
    assert word in told(files)


@pytest.mark.parametrize(
    ("path", "content", "word"),
    [
        ("clauses.yaml", b"- &a [x]\n- *a", "引用"),
        ("clauses.yaml", b"[" * 90_000, "嵌套超过"),
        ("clauses.yaml", b"- {id: 2020-99-99}", "日期"),
        ("clauses.yaml", b"- {id: !!python/name:os.system x}", "类型标记"),
        ("handling/shared.yaml", b"- 1\n" * 70_000, "内容超过"),
        ("handling/shared.yaml", b"kinds: []\nnodes: 1", "名称: 值"),
        ("invariants.yaml", b"a: [", "不是合法的 YAML"),
        ("scenarios/a.yaml", b"a: *b", "引用"),
        ("documents/test/a.yaml", b"a: " + b"{b: " * 30 + b"}" * 30, "嵌套超过"),
        ("procedure.json", b"[" * 90_000, "嵌套过深"),
        ("procedure.json", b'{"a":' * 30 + b"1" + b"}" * 30, "嵌套超过"),
        ("procedure.json", b'{"a": NaN}', "不是合法的 JSON"),
    ],
)
def test_data_that_multiply_or_nest_are_refused_with_their_file(path, content, word):
    given = {"procedure.json": b"{}", path: content}

    found = check_bundle(Bundle("test.main", given), {}, {})

    assert any(word in each.message and each.file == path for each in found), found


def test_settings_of_any_shape_are_findings():
    for odd in (None, 5, "x", [], [1], {"a": 1}, {"value": []}):
        for settings in (
            {"procedure": odd, "roles": odd},
            {"procedure": {"profile": odd, "roles": odd}},
            {"procedure": {"profile": {"a": {"value": odd, "minimum": odd, "assumption": odd}}}},
        ):
            told({"procedure.json": json.dumps(settings).encode()})


def test_yaml_of_a_version_published_earlier_may_hold_aliases():
    text = b"a: &x [1]\nb: *x"

    assert strict_yaml.read_stored(text) == {"a": [1], "b": [1]}
    with pytest.raises(strict_yaml.YamlError, match="引用"):
        strict_yaml.read(text)


def test_what_is_shipped_is_far_below_the_measures(library):
    for bundle in library.bundles():
        assert list(bounds.problems(bundle.files)) == []
        for kind, most in bounds.MAX_BYTES.items():
            sizes = [len(d) for p, d in bundle.files.items() if p.endswith(f".{kind}")]
            assert sum(sizes) * 3 < most


def test_an_invariant_that_cannot_be_read_is_a_finding(bpmn):
    good = bpmn.draft(bpmn.process("start>ask>end", ask=bpmn.user()))
    for row in ("{pattern: NEVER, codes: [ask], when: '=true'}", "{id: A, pattern: PREC}", "text"):
        files = {**good.files, "invariants.yaml": f"- {row}".encode()}
        found = check_bundle(Bundle("test.main", files), {"F-1": bpmn.FakeForm()}, {})

        assert {each.rule for each in found} <= {"invariants.malformed"}
