"""What an expression may read at a place of a draft, and what it is, in words."""

from services.studio import checks, drafts, names

DIAGRAM = "bpmn/liangjiang/application.bpmn"


def told(studio, element, edits=None):
    """Names at an element of a fresh draft, by name."""
    draft = studio.open()

    def given(session, _runtime, actor):
        return checks.material(session, drafts.find(session, actor, draft), edits)

    found = names.at(studio.act("lj-owner", given), element)
    return {each["name"]: each for each in found}


def test_a_condition_may_read_what_is_written_before_it(studio):
    found = told(studio, "f_gw_publicity__decision")

    assert found["publicity"]["about"] == "“公示与异议处理”的结果"
    assert found["publicity.outcome"]["values"] == ["PASSED", "UPHELD"]
    assert found["application.consortium_name"]["about"]
    assert found["profile.publicity.days"]["about"] == "公示天数"
    assert found["case.number"]["about"] == "办件编号"
    assert "decision" not in found


def test_names_stand_in_order_of_their_depth_and_of_nothing_there_are_none(studio):
    found = [name.count(".") for name in told(studio, "publicity")]

    assert found == sorted(found)
    assert told(studio, "no_such_element") == {}


def test_functions_are_told_in_chinese():
    found = {each["name"]: each for each in names.functions()}

    assert found["working days after"]["parameters"] == ["date", "n"]
    assert "工作日" in found["working days after"]["about"]
