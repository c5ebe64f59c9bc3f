"""Whatever jurisdictions there are: each of their procedures may be published."""

import json
from collections.abc import Iterator

import pytest

import forms
from services.service_tasks.catalogue import CATALOGUE
from services.settings import ROOT
from workflows.bundles import Bundle, Library, open_bundle
from workflows.verification import Severity, check

LIBRARY = Library(ROOT / "workflows" / "bpmn", ROOT / "forms")


def procedures() -> Iterator[tuple[str, str]]:
    for code, jurisdiction in LIBRARY.jurisdictions.items():
        for procedure in jurisdiction.procedures:
            yield code, procedure["id"]


@pytest.fixture(params=procedures(), ids=lambda pair: pair[1])
def bundle(request: pytest.FixtureRequest) -> Bundle:
    code, procedure_id = request.param
    jurisdiction = LIBRARY.jurisdictions[code]
    [procedure] = [p for p in jurisdiction.procedures if p["id"] == procedure_id]
    return LIBRARY.bundle(jurisdiction, procedure)


def test_a_shipped_procedure_has_no_errors(bundle):
    compiled = [forms.compile_form(json.loads(data)) for data in bundle.under("forms").values()]
    by_id = {form.id: form for form in compiled}

    found = check(open_bundle(bundle), by_id, CATALOGUE, LIBRARY.assumptions.keys())

    assert [f for f in found if f.severity is Severity.ERROR] == []


def test_the_facts_of_a_procedure_are_written_so_that_cases_can_be_found_by_them(bundle):
    facts = open_bundle(bundle).facts

    assert len({fact.key for fact in facts}) == len(facts)
    assert all(fact.label for fact in facts)
    assert facts or not bundle.procedure_id.endswith(".application")


def test_every_jurisdiction_offers_procedures():
    assert LIBRARY.jurisdictions
    assert all(each.procedures for each in LIBRARY.jurisdictions.values())
