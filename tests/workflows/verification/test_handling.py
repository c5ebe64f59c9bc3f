"""The rules on what may be done with tasks: complete, founded, and there for every activity."""

import json

import pytest
import yaml

from workflows.bundles import Bundle
from workflows.bundles.handling import Act, Place, merged
from workflows.verification import check_bundle

YES = {"allowed": True, "basis": "ASM-T-01"}
NO = {"allowed": False, "reason": "不行", "basis": "第一条"}
KIND = {act.value: YES for act in Act}
RULES = {
    "kinds": {"agency": KIND, "unit": KIND, "named": KIND, "decision": KIND | {"withdraw": NO}},
    "nodes": {"A-FORM": "default", "A-DECIDE": "decision"},
}


def found(bpmn, rules, code="A-DECIDE", own=None):
    """The rules that a one-task procedure breaks."""
    drawn = bpmn.draft(bpmn.process("start>ask>end", ask=bpmn.user(activityCode=code)))
    files = {"handling/shared.yaml": json.dumps(rules).encode()}
    if own is not None:
        files["handling/test.yaml"] = json.dumps(own).encode()
    bundle = Bundle(drawn.procedure_id, {**drawn.files, **files})
    findings = check_bundle(bundle, {"F-1": bpmn.FakeForm()}, {}, {"ASM-T-01"})
    return [(each.rule, each.message) for each in findings if each.rule.startswith("handling")]


def test_rules_that_say_everything_are_clean(bpmn):
    assert found(bpmn, RULES) == []


@pytest.mark.parametrize(
    ("rule", "word"),
    [
        ({"allowed": False, "basis": "第一条"}, "须写明理由"),
        ({"allowed": True}, "须写明依据"),
        ({"allowed": True, "basis": "ASM-X-99"}, "不在登记册里"),
        ({"basis": "第一条"}, "能否委派"),
        ("yes", "能否委派"),
    ],
)
def test_a_rule_without_reason_basis_or_answer_is_found(bpmn, rule, word):
    wrong = json.loads(json.dumps(RULES))
    wrong["kinds"]["decision"]["delegate"] = rule

    [(name, message)] = found(bpmn, wrong)

    assert name == "handling.malformed"
    assert word in message


def test_an_act_that_nobody_knows_is_found(bpmn):
    wrong = json.loads(json.dumps(RULES))
    wrong["kinds"]["decision"]["skip"] = YES

    assert "不认识的动作：skip" in found(bpmn, wrong)[0][1]


def test_an_activity_without_a_rule_is_found_until_a_jurisdiction_writes_one(bpmn):
    [(name, _message)] = found(bpmn, RULES, code="A-NEW")
    assert name == "handling.unlisted"

    assert found(bpmn, RULES, code="A-NEW", own={"nodes": {"A-NEW": "decision"}}) == []
    assert found(bpmn, RULES, own={"nodes": {"A-NEW": "gone"}}, code="A-NEW")[0][0] == (
        "handling.kind-unknown"
    )


def test_what_is_not_written_down_is_refused():
    rules = merged([RULES])

    assert rules.rule(Act.WITHDRAW, Place("ask", "A-FORM")).is_allowed
    assert not rules.rule(Act.WITHDRAW, Place("ask", "A-DECIDE")).is_allowed
    assert not rules.rule(Act.TRANSFER, Place("ask", "A-NEW")).is_allowed
    assert not merged([]).rule(Act.TRANSFER, Place("ask", None)).is_allowed


def test_a_case_keeps_the_rules_of_its_bundle(library):
    [bundle, *_others] = library.bundles()
    assert "handling/shared.yaml" in bundle.files


def test_the_shipped_rules_never_let_a_statutory_act_be_delegated_or_taken_back(library):
    path = library.bpmn_root / "shared" / "handling.yaml"
    rules = merged([yaml.safe_load(path.read_text("utf-8"))])
    statutory = (
        "A-DECIDE", "A-APPROVE", "A-REJECT", "A-SELECT", "A-LEADSEL", "A-SEAL", "A-AGRSIGN",
        "A-COMMIT", "A-COSIGN", "A-EXPERT", "A-ACK",
    )  # fmt: skip

    for code in statutory:
        for act in (Act.DELEGATE, Act.WITHDRAW):
            assert not rules.rule(act, Place("n", code)).is_allowed, (code, act)
    for code in ("A-SEAL", "A-AGRSIGN", "A-COMMIT", "A-COSIGN", "A-EXPERT"):
        assert not rules.rule(Act.SUBSTITUTE, Place("n", code)).is_allowed, code
