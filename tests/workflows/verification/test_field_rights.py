"""Each rule about what steps may do with the fields of their form: broken, and mended."""

import pytest

from forms import compile_form
from workflows.diagrams import read_diagram

FORM = compile_form(
    {
        "id": "F-1",
        "type": "default",
        "schemaVersion": 19,
        "liancheng": {
            "title": "表",
            "checks": [{"assert": "=note != name", "field": "note", "message": "两项须不同"}],
        },
        "components": [
            {"type": "textfield", "key": "name", "label": "名称", "validate": {"required": True}},
            {"type": "textfield", "key": "note", "label": "说明"},
            {"type": "textfield", "key": "day", "label": "日子", "properties": {"prefill": "=task.due_at"}},
            {
                "type": "dynamiclist",
                "path": "rows",
                "label": "表格",
                "components": [
                    {"type": "number", "key": "n", "label": "数", "decimalDigits": 0, "validate": {"required": True}},
                ],
            },
        ],
    }
)  # fmt: skip


def rights(**access: str) -> str:
    named = ((name.replace("__", "[]."), word) for name, word in access.items())
    return "".join(f'<liancheng:field name="{name}" access="{word}"/>' for name, word in named)


@pytest.fixture
def found(bpmn):
    """Give the check of two steps with one form, the first with these rights, or the second."""

    def check(first: str = "", second: str = "", more: str = "", **attributes):
        ask = bpmn.user("", first, dataKey="asked", **attributes)
        nodes = {"ask": ask, "look": bpmn.user("", second, dataKey="looked", role="applicant")}
        drawn = bpmn.process(f"start>ask>look>end{more}", **nodes)
        return {rule for rule, _element in bpmn.checked(drawn, form=FORM)}

    return check


def test_a_step_reads_what_an_earlier_one_has_written(found):
    assert found(second=rights(name="readonly", note="readonly", rows="readonly")) == set()
    assert found(rights(name="readonly")) == {"fields.required-never-written"}
    assert found(rights(note="readonly")) == {"fields.never-written"}
    assert found(rights(rows__n="readonly")) == {"fields.required-never-written"}
    assert found(rights(day="readonly")) == set()


def test_what_an_earlier_step_hides_it_has_not_written(found):
    assert found(rights(note="hidden"), rights(note="readonly")) == {
        "fields.never-written",
        "fields.rule-unasked",
    }


def test_a_required_field_is_asked_somewhere(found):
    hidden = rights(name="hidden", note="readonly")

    assert "fields.required-hidden" not in found(second=hidden)
    assert "fields.required-hidden" not in found(rights(name="hidden"))  # the second step asks it
    assert "fields.required-hidden" in found(rights(name="hidden"), rights(name="hidden"))
    assert "fields.required-hidden" in found(rights(rows="hidden"), rights(rows__n="hidden"))


def test_rights_name_fields_of_the_form_and_words_that_there_are(bpmn, found):
    assert found(rights(nome="readonly")) == {"fields.unknown"}
    assert found(rights(note="write", name="readonly")) >= {"fields.access"}
    [told] = [f for f in bpmn.findings(
        bpmn.process("start>ask>end", ask=bpmn.user("", rights(nme="hidden"))), form=FORM
    )]  # fmt: skip
    assert "是否指“name”？" in told.message


def test_rights_where_nobody_fills_in_a_form_are_ignored(bpmn):
    node = bpmn.service("", bpmn.inputs(template="hello") + rights(name="hidden"))

    assert ("fields.ignored", "run") in bpmn.checked(bpmn.process("start>run>end", run=node))


def test_what_a_step_hides_cannot_be_read_from_it(bpmn):
    branch = "start>ask>gw;gw>end?=asked.note = null;gw>stop"
    nodes = {"ask": bpmn.user("", rights(note="hidden"), dataKey="asked")}
    flows = bpmn.process(branch, **nodes).replace('id="gw"', 'id="gw" default="f_gw_stop"')

    found = bpmn.checked(flows, form=FORM)

    assert ("expressions.unknown-field", "f_gw_end") in found


def test_rights_are_read_from_the_diagram(bpmn):
    extensions = rights(name="readonly", rows__n="hidden")
    files = bpmn.draft(bpmn.process("start>ask>end", ask=bpmn.user("", extensions))).files
    diagram = read_diagram(files["bpmn/test/main.bpmn"])

    assert diagram.processes["test.main"].nodes["ask"].access == {
        "name": "readonly",
        "rows[].n": "hidden",
    }
    assert diagram.refusals == ()
