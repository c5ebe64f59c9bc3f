"""The tables of the Yangtze River Delta: complete, without overlap, and as the guideline says."""

from pathlib import Path
from typing import Any

import pytest

from services.settings import ROOT
from workflows import dmn
from workflows.dmn.analysis import analyse

FOLDER = ROOT / "workflows" / "bpmn" / "yrd"
PATHS = sorted(FOLDER.glob("*.dmn"))


def decide(name: str, **scope: Any) -> dict[str, Any]:
    outputs = dmn.parse((FOLDER / f"{name}.dmn").read_bytes()).evaluate(name, scope).outputs
    assert isinstance(outputs, dict)
    return outputs


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_a_table_has_neither_gap_nor_overlap(path: Path) -> None:
    for decision in dmn.parse(path.read_bytes()).decisions.values():
        assert isinstance(decision.logic, dmn.DecisionTable)

        assert analyse(decision.logic).findings == ()


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("IN_FORCE", "OPEN"),
        ("PENDING", "NOT_YET"),
        ("EXPIRED", "EXPIRED"),
        ("SUPERSEDED", "EXPIRED"),
        ("DRAFT", "DRAFT"),
        ("UNCONFIRMED", "UNCONFIRMED"),
        (None, "MANUAL"),
    ],
)
def test_the_guideline_opens_only_while_in_force(status: str | None, state: str) -> None:
    assert decide("yrd_window", policy={"basis": {"status": status}})["state"] == state


@pytest.mark.parametrize(
    ("found", "leads", "listed", "result"),
    [
        ("yes", "yes", ["A", "B"], "OK"),
        ("yes", "yes", ["A"], "MISSING_PARTICIPANT"),
        ("yes", "no", ["A", "B"], "NOT_LEAD"),
        ("no", None, [], "NO_PROJECT"),
        (None, None, [], "MANUAL"),
    ],
)
def test_a_project_is_checked_against_the_ledger(
    found: str | None, leads: str | None, listed: list[str], result: str
) -> None:
    known = [{"uscc": "A"}, {"uscc": "B"}] if found == "yes" else None
    base = {"found": found, "lead_matches": leads, "participants": known}
    track = {"project_participants": [{"uscc": each} for each in listed]}

    assert decide("yrd_track_a", base_check=base, track=track)["result"] == result


@pytest.mark.parametrize(
    ("found", "leads", "level", "result"),
    [
        ("yes", "yes", "provincial", "OK"),
        ("yes", "yes", "municipal", "NOT_PROVINCIAL"),
        ("yes", "no", "provincial", "NOT_LEAD"),
        ("no", None, "provincial", "NO_BASE"),
    ],
)
def test_only_a_provincial_consortium_is_upgraded(
    found: str, leads: str | None, level: str, result: str
) -> None:
    base = {"found": found, "lead_matches": leads}

    assert decide("yrd_track_b", base_check=base, track={"base_level": level})["result"] == result


@pytest.mark.parametrize(
    ("track", "ends", "result"),
    [
        ("A", "2028-12-31", "ACCEPT"),
        ("A", "2030-12-31", "NEEDS_WAIVER"),
        ("B", "2030-12-31", "PROVINCE_SETS"),
        ("C", "2028-12-31", "PROVINCE_SETS"),
        (None, "2028-12-31", "MANUAL"),
    ],
)
def test_a_project_sets_the_period_in_principle(track: str | None, ends: str, result: str) -> None:
    facts = {"track": track, "project_start": "2026-01-01", "project_end": "2028-12-31"}
    periods = {"existence_from": "2026-01-01", "existence_to": ends}

    assert decide("yrd_period", application_facts=facts, periods=periods)["result"] == result


@pytest.mark.parametrize(
    ("grade", "consequence"),
    [
        ("excellent", "INCREASE_SUPPORT"),
        ("qualified", "NONE"),
        ("poor", "OFFICIAL_CHOICE"),
        (None, "MANUAL"),
    ],
)
def test_an_evaluation_has_its_consequence(grade: str | None, consequence: str) -> None:
    assert decide("yrd_evaluation", evaluation={"result": grade})["consequence"] == consequence


def test_a_poor_evaluation_means_rectification_first() -> None:
    assert decide("yrd_evaluation", evaluation={"result": "poor"})["default_choice"] == "rectify"


@pytest.mark.parametrize("necessity", ["确有需要", "", None])
def test_the_lead_never_changes(necessity: str | None) -> None:
    change = {"change_item": "lead", "necessity": necessity}

    assert decide("yrd_change", change=change)["result"] == "REFUSE"


@pytest.mark.parametrize("item", ["participants", "strategy", "organisation", "mechanism"])
@pytest.mark.parametrize(
    ("necessity", "result"),
    [("确有需要", "SUPPLEMENT_AND_REPORT"), ("", "RETURN"), (None, "RETURN")],
)
def test_other_changes_need_a_reason(item: str, necessity: str | None, result: str) -> None:
    change = {"change_item": item, "necessity": necessity}

    assert decide("yrd_change", change=change)["result"] == result


@pytest.mark.parametrize(
    ("agree", "disagree", "mismatch", "verdict"),
    [
        (4, 0, False, "INCLUDE"),
        (3, 1, False, "RESTUDY"),
        (2, 1, False, "RESTUDY"),
        (3, 0, False, "WAIT"),
        (0, 0, False, "WAIT"),
        (4, 0, True, "RESIGN"),
        (3, 1, True, "RESIGN"),
    ],
)
def test_only_four_agreements_on_one_text_confirm(
    agree: int, disagree: int, mismatch: bool, verdict: str
) -> None:
    parties = ["JS", "SH", "ZJ", "AH"]
    tally = {
        "agree": parties[:agree],
        "disagree": parties[agree : agree + disagree],
        "pending": parties[agree + disagree :],
    }

    assert decide("yrd_confirmation", tally=tally, mismatch=mismatch)["verdict"] == verdict
