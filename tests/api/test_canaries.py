"""Who reads what before, during and after a handoff: no foreign byte in any answer or mail.

A case is told with a canary in every text field. At each stage every person of the cast asks every
route there is; what came back must hold no canary that the table below forbids them.
"""

from pathlib import Path

import pytest
import yaml

from services.scenarios import read_scenario
from services.scenarios.accounts import Cast
from services.scenarios.player import Player
from services.scenarios.reading import read_steps
from tests.api.canaries import (
    ANYONE,
    EVERYTHING,
    READING,
    Planted,
    Planting,
    Stage,
    audiences,
    canaries_in,
    ids_told,
    mailed,
    stage_of,
)

# every person asks every route at every stage
pytestmark = pytest.mark.timeout(1200)

HOME = Path(__file__).parents[2] / "workflows" / "bpmn" / "ningbo" / "scenarios"

STRANGERS = {"nb-bl-local", "nb-m4-op", "lj-reviewer", "lead-op"}
TERRITORY = {"nb-clerk", "nb-local", "nb-local-leader"}
BUREAU = {"nb-reviewer", "nb-leader", "nb-owner"}
OFFICE = {"nb-office"}
LEAD, MEMBER = {"nb-lead-op", "nb-lead-rep"}, {"nb-m1-op", "nb-m1-rep"}
REGISTERED = ("consortium_name", "industry_field", "unit_name")  # of their own consortium
ASKED = STRANGERS | TERRITORY | BUREAU | OFFICE | LEAD | {"nb-m1-op"}
EVERYBODY = [*sorted(ASKED), ANYONE]

# the stages: the steps that lead there, and who may read of what the officials write
STAGES = {
    "with the applicant": "- include: to_form",
    "with the territory": """
- {task: A-FORM, answers: {$from: application}}
- {task: A-SEAL, answers: {$from: seal}}
- include: accepted
""",
    "handed over": "- {task: A-LOCALREC, as: nb-local, answers: {$from: recommend}}",
    "with the Bureau": """
- {task: acknowledge_handoff, as: nb-reviewer, answers: {$from: receipt}}
- {task: arrange_argumentation, as: nb-reviewer, answers: {$from: arrangement}}
- include: panel
- include: visit
""",
    "with the Office": "- include: to_office",
    "decided": "- {task: A-APPROVE, as: nb-office, answers: {$from: approve}}",
}


@pytest.fixture
def telling(sqlite_runtime, library):
    """The runtime, the driver that plants, and the player of the case."""
    driver = Planting(sqlite_runtime, Cast.of(library))
    return sqlite_runtime, driver, Player(read_scenario(HOME / "approval.yaml"), driver)


def tell(player: Player, driver: Planting, stage: str) -> None:
    driver.stage = stage
    for step in read_steps(HOME, yaml.safe_load(STAGES[stage])):
        player.step(step)


def forbidden(login: str | None, each: Planted, stage: str, told_to: dict[str, list]) -> bool:
    """What the law and the design forbid, written apart from the code that enforces it."""
    order = list(STAGES)
    at, written = order.index(stage), order.index(each.stage)
    if login is ANYONE or login in STRANGERS:
        return True
    if login in TERRITORY:
        return at < order.index("with the territory") or written > order.index("handed over")
    if login in BUREAU:
        return at < order.index("with the Bureau")
    if login in OFFICE:
        return at < order.index("with the Office")
    own = LEAD if login in LEAD else MEMBER
    if each.login in own or each.path.endswith(REGISTERED):
        return False
    told = told_to.get(each.node, [])
    return not ({"applicant", "starter"} if login in LEAD else {"applicant"}) & set(told)


def test_no_foreign_byte_reaches_anyone_at_any_stage(telling):
    runtime, driver, player = telling
    leaks: list[str] = []
    seen: dict[tuple[str | None, str], set[int]] = {}
    for stage in STAGES:
        tell(player, driver, stage)
        now = stage_of(runtime, EVERYBODY, [player.case], "ningbo.application")
        told_to = audiences(runtime, [player.case])
        for login in EVERYBODY:
            read = seen.setdefault((login, stage), set())
            leaks += _leaks(now, driver, login, stage, told_to, read)
        leaks += _mail_leaks(runtime, driver, stage, told_to)

    assert player.driver.inspect(player.case)["outcome"] == "APPROVED"
    assert len(driver.planted) > 100
    assert sorted(leaks) == []
    assert len(seen["nb-lead-op", "with the applicant"]) > 20
    assert len(seen["nb-reviewer", "with the Bureau"]) > 100
    assert seen["nb-reviewer", "handed over"] == set()
    kept = seen["nb-local", "decided"]  # what the territory read before, and no more
    assert kept == seen["nb-local", "handed over"]
    assert len(kept) > 40


def _leaks(now: Stage, driver: Planting, login, stage, told_to, read: set[int]) -> list[str]:
    foreign = login is ANYONE or login in STRANGERS
    found = []
    for path, text in now.answers(login, EVERYTHING if foreign else READING):
        if path.endswith("/inspection") and not foreign:
            continue  # a rehearsal is open to those it has come to
        for number in canaries_in(text):
            read.add(number)
            if forbidden(login, driver.planted[number], stage, told_to):
                found.append(f"{stage}: {login} {path}: {driver.planted[number]}")
        if foreign:
            found += [f"{stage}: {login} {path}: {told}" for told in ids_told(now, path, text)]
    return found


def _mail_leaks(runtime, driver: Planting, stage: str, told_to) -> list[str]:
    return [
        f"{stage}: mail to {login}: {driver.planted[number]}"
        for login, numbers in mailed(runtime, EVERYBODY)
        for number in numbers
        if forbidden(login, driver.planted[number], stage, told_to)
    ]
