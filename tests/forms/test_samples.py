"""Sample answers are made from the definition alone: every field fits; rules over several may not."""

from datetime import date

import pytest

import forms
from services.settings import Settings
from workflows import feel

PATHS = sorted(Settings.from_env({}).forms_root.glob("*/*.json"))
SCOPE = {"profile": {}}


def refused(path) -> set[str]:
    """The fields whose sample answers the form refuses."""
    form = forms.load(path)
    made = forms.sample(form, SCOPE, feel.DEFAULT, date(2026, 9, 1))
    try:
        form.check(made.answers, SCOPE, feel.DEFAULT)
    except forms.FormInvalidError as error:
        return set(error.fields)
    return set()


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_only_a_rule_over_several_fields_may_refuse_a_sample(path):
    rules = forms.load(path).definition["liancheng"].get("checks", [])

    assert refused(path) <= {rule["field"] for rule in rules}


def test_nine_forms_of_ten_take_their_samples_whole():
    assert sum(not refused(path) for path in PATHS) >= 0.9 * len(PATHS)
