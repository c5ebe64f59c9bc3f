"""What the browser is told of a case beside a form: what its conditions name, and no more."""

from services.tasks import _named

SCOPE = {
    "application": {"kind": "new", "secret": "x", "members": [{"name": "甲", "phone": "1"}]},
    "notes": [{"text": "y"}],
    "outcome": "PASSED",
    "profile": {"days": 5},
    "case": {"number": "一号"},
}


def named(*expressions):
    fields = [{"type": "text", "conditional": {"hide": each}} for each in expressions]
    group = {"type": "group", "components": fields, "properties": {"prefill": "=notes"}}
    checks = [{"assert": "=outcome = null", "field": "x", "message": "x"}]
    return _named({"components": [group], "liancheng": {"checks": checks}}, SCOPE)


def test_of_other_answers_only_the_fields_that_are_named_are_sent():
    assert named('=application.kind = "new"') == {"application": {"kind": "new"}}
    assert named("=application.kind = null", "=count(application.members) > 1") == {
        "application": {"kind": "new", "members": SCOPE["application"]["members"]}
    }
    assert named("=application.gone = null") == {}


def test_names_and_lists_are_sent_whole_and_what_everybody_has_not_at_all():
    assert named('=outcome = "PASSED"', "=notes.text = null") == {
        "outcome": "PASSED",
        "notes": SCOPE["notes"],
    }
    assert named("=application = null", "=application.kind = null") == {
        "application": SCOPE["application"]
    }
    assert named("=profile.days > 1", "=case.number = null", "=nothing = 1") == {}
