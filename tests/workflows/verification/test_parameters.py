"""Parameters rest on an article or a registered assumption and keep above their minimum."""

import json

import pytest

from workflows.bundles import Bundle
from workflows.verification import check_bundle


def rules(entry):
    settings = {"roles": {}, "procedure": {"profile": {"publicity.days": entry}}}
    bundle = Bundle("test.main", {"procedure.json": json.dumps(settings).encode()})
    found = check_bundle(bundle, {}, {}, {"ASM-T-12"})
    return [f.rule for f in found if f.rule.startswith("profile.")]


@pytest.mark.parametrize(
    ("entry", "found"),
    [
        ({"value": 5, "article": "五"}, []),
        ({"value": 5, "assumption": "ASM-T-12", "minimum": 1}, []),
        ({"value": 1, "assumption": "ASM-T-12", "minimum": 1}, []),
        ({"value": 0, "assumption": "ASM-T-12", "minimum": 1}, ["profile.below-minimum"]),
        ({"value": "5", "assumption": "ASM-T-12", "minimum": 1}, ["profile.below-minimum"]),
        ({"value": 5}, ["profile.no-basis"]),
        ({"value": 5, "assumption": "ASM-X-99"}, ["profile.basis-unknown"]),
        (5, ["profile.malformed"]),
    ],
)
def test_a_parameter_has_a_basis_and_a_minimum(entry, found):
    assert rules(entry) == found
