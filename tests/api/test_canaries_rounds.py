"""Who reads what while two provinces select, a task force studies and four departments sign.

Two applications, their provincial rounds and the joint round are told with a canary in every text
and every attachment. At each stage every person asks every route there is; the table below, written
from the law and the decisions and not from the code, says what may come back.

One official speaks for each province that drafts nothing, ``LIANCHENG_CANARIES=all`` asks all three.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

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
    owners,
    stage_of,
)

# every person asks every route at every stage
pytestmark = pytest.mark.timeout(1200)

HOME = Path(__file__).parents[2] / "workflows" / "bpmn" / "yrd" / "scenarios"
ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")

LEADS = {
    "js": {"yrd-lead-js-op", "yrd-lead-js-rep"},
    "sh": {"yrd-lead-sh-op"},
    "ah": {"yrd-lead-ah-op"},
}
UNIVERSITY = {"yrd-univ-ah-op"}  # a member of every consortium here
DRAFTING = "js"  # the department that drafts the joint document and sends the files
IS_WHOLE = os.environ.get("LIANCHENG_CANARIES") == "all"
_ONE = {"sh": {"reviewer"}, "zj": {"leader"}, "ah": {"clerk"}}
_EACH = {"clerk", "reviewer", "leader"}
PROVINCES = {
    p: {f"yrd-{p}-{role}" for role in (_EACH if IS_WHOLE else _ONE.get(p, {"clerk", "leader"}))}
    for p in (DRAFTING, *_ONE)
}
TASK_FORCE = {"yrd-tf-clerk", "yrd-owner"} | ({"yrd-tf-reviewer"} if IS_WHOLE else set())
STRANGERS = {"nb-reviewer", "yrd-lead-zj-op"}  # of another jurisdiction, of another unit
COVER = (".letter_no", "name of a file")  # what subject and manifest tell before the receipt
REGISTERED = ("consortium_name", "unit_name")  # of their own consortium

# two applications to the joint document, by the steps that lead to each stage
BEGUN, FORMED, ACCEPTED = "begun", "formed", "accepted"
SELECTED, LISTED, STUDIED = "list sent", "list received", "studied"
SENT, HALF, SIGNED, ISSUED = "sent to four", "received by two", "received by four", "issued"
STAGES = {
    BEGUN: """
- {start: {as: yrd-lead-js-op, case: js, procedure: yrd.application}, answers: {$from: start}}
- {start: {as: yrd-lead-sh-op, case: sh, procedure: yrd.application}, answers: {$from: start_sh}}
""",
    FORMED: """
- {in: js, task: choose_track, answers: {$from: track_a}}
- {task: check_base, answers: {$from: base_check}}
- {task: agreement_draft, answers: {$from: draft}}
- {task: sign_agreement, each: true, answers: {$from: signature}}
- {task: organs, answers: {$from: organs}}
- {in: sh, task: choose_track, answers: {$from: track_a}}
- {task: check_base, answers: {$from: base_check}}
- {task: agreement_draft, answers: {$from: draft}}
- {task: sign_agreement, each: true, answers: {$from: signature}}
- {task: organs, answers: {$from: organs}}
""",
    ACCEPTED: """
- {in: js, task: A-FORM, answers: {$from: application}}
- include: accepted
- {in: sh, task: A-FORM, answers: {$from: application_sh}}
- include: accepted
""",
    SELECTED: """
- {start: {as: yrd-js-reviewer, case: round_js, procedure: yrd.provincial_round}, answers: {$from: open_round, remark: 省内安排。}}
- {task: freeze_pool, answers: {$from: freeze}}
- {task: provincial_review, each: true, answers: {$from: review}}
- {task: selection_meeting, answers: {$from: meeting}}
- {task: approve_selection, answers: {$from: approve}}
- {task: package, answers: {$from: package}}
- {start: {as: yrd-sh-reviewer, case: round_sh, procedure: yrd.provincial_round}, answers: {$from: open_round, remark: 市内安排。}}
- {task: freeze_pool, answers: {$from: freeze}}
- {task: provincial_review, each: true, answers: {$from: review}}
- {task: selection_meeting, answers: {$from: meeting}}
- {task: approve_selection, answers: {$from: approve}}
- {task: package, answers: {$from: package}}
""",
    LISTED: """
- {in: round_js, task: acknowledge_handoff, answers: {$from: receipt}}
- {in: round_sh, task: acknowledge_handoff, answers: {$from: receipt}}
""",
    STUDIED: """
- {start: {as: yrd-tf-clerk, case: joint, procedure: yrd.joint_round}, answers: {$from: open_joint}}
- {task: close_intake, answers: {$from: close_intake, remark: 专班内部备注。}}
- {task: study, answers: {$from: study}}
- {task: study, answers: {$from: study}}
""",
    SENT: "- {task: send_to_departments, answers: {$from: send, remark: 起草部门备注。}}",
    HALF: """
- {task: acknowledge_handoff, answers: {$from: receipt}, item: 江苏省科学技术厅}
- {task: acknowledge_handoff, answers: {$from: receipt}, item: 上海市科学技术委员会}
""",
    SIGNED: """
- {task: acknowledge_handoff, answers: {$from: receipt}, each: true}
- {task: give_case_opinion, answers: {$from: opinion_disagree}, item: "$number:sh/ZJ"}
- {task: give_case_opinion, answers: {$from: opinion}, each: true}
- {task: restudy, answers: {$from: restudy_unchanged}}
- {task: give_case_opinion, answers: {$from: opinion}}
""",
    ISSUED: """
- {task: fix_text, answers: {$from: text, list: [{case_no: "$doc:agreed.numbers[1]", consortium_name: 联合体甲, lead_name: 单位甲}, {case_no: "$doc:agreed.numbers[2]", consortium_name: 联合体乙, lead_name: 单位乙}]}}
- include: joint_issued
""",
}
RECEIVED = {"js": HALF, "sh": HALF, "zj": SIGNED, "ah": SIGNED}  # when a department has the files

# an application to the wrong province
WRONG, TRANSFERRED, RIGHT, DECIDED = (
    "with the wrong one",
    "transferred",
    "with the right one",
    "decided",
)
TRANSFER = {
    WRONG: """
- {start: {as: yrd-lead-ah-op, case: ah}, answers: {$from: start_ah, accepting_province: JS}}
- {task: choose_track, answers: {$from: track_a}}
- {task: check_base, answers: {$from: base_check}}
- {task: agreement_draft, answers: {$from: draft}}
- {task: sign_agreement, each: true, answers: {$from: signature}}
- {task: organs, answers: {$from: organs}}
- {task: A-FORM, answers: {$from: application_ah, accepting_province: JS}}
""",
    TRANSFERRED: "- {task: competence, answers: {$from: transfer}, as: yrd-js-clerk}",
    RIGHT: "- {task: acknowledge_handoff, answers: {$from: receipt}, as: yrd-ah-clerk}",
    DECIDED: """
- {task: A-COMPLETE, answers: {$from: accept}, as: yrd-ah-clerk}
- {task: attest_items, answers: {$from: attest}, as: yrd-ah-reviewer}
""",
}


@dataclass
class PlantingFiles(Planting):
    """Plants in the answers that start a case too, and in attachments: their name, their text."""

    uploaded: list[Planted] = field(default_factory=list)

    def start(self, start, login, answers):
        self.pass_time()
        first = len(self.planted)
        case = self.plant(
            (login, "start", ""),
            answers,
            lambda marked: super(PlantingFiles, self).start(start, login, marked),
        )
        for each in self.planted[first:]:
            each.case = case
        return case

    def complete(self, login, task, answers):
        for each in self.uploaded:
            each.node, each.case = task["node_id"], task["case_id"]
        self.uploaded.clear()
        super().complete(login, task, answers)

    def upload(self, login, name, content):
        stem, _, ending = name.rpartition(".")
        name = f"{stem}{self._of_file(login, 'name of a file')}.{ending}"
        if ending == "pdf":
            mark = self._of_file(login, "text of a file").encode()
            content = content.replace(b"%%EOF", b"%" + mark + b"\n%%EOF")
        return super().upload(login, name, content)

    def _of_file(self, login: str, path: str) -> str:
        text = self.canary((login, "", ""), path)
        self.uploaded.append(self.planted[-1])
        return text


class Table:
    """What the law and the decisions let each person read, at the stage ``at``."""

    stages: ClassVar[dict[str, str]]
    at: str

    def since(self, stage: str) -> bool:
        order = list(self.stages)
        return order.index(self.at) >= order.index(stage)

    def has(self, who: str | None, case: str) -> bool:
        """Whether the case itself is with them, so that they may inspect its rehearsal."""
        raise NotImplementedError

    def knows(self, who: str | None, case: str) -> bool:
        """Whether they may know that there is such a case."""
        raise NotImplementedError

    def reads(self, who: str, case: str, each: Planted, told_to: set[str]) -> bool:
        """Whether they may read a text; ``told_to`` is to whom its form discloses."""
        raise NotImplementedError


class RoundsTable(Table):
    """Two applications, two provincial rounds, one joint round.

    A case is seen whole by who works on it, and by who has signed for it (0005-handoffs).
    """

    stages = STAGES

    def has(self, who, case):
        province = _province(who)
        if case in LEADS:  # the province checks the projects while the consortium forms
            return who in LEADS[case] or (
                self.since(FORMED) and (who in UNIVERSITY or province == case)
            )
        if case == "joint":
            return who in TASK_FORCE or (province is not None and self.since(_joins(province)))
        return f"round_{province}" == case or (who in TASK_FORCE and self.since(LISTED))

    def knows(self, who, case):
        province = _province(who)
        if self.has(who, case):
            return True
        if who in TASK_FORCE:  # what it is asked to sign for, then what it has signed for
            return self.since(SELECTED if case.startswith("round_") else LISTED)
        if province is not None:
            return self.since(SENT if case == "joint" else _joins(province))
        return False

    def reads(self, who, case, each, told_to):
        if who in TASK_FORCE:
            return self._task_force_reads(case, each)
        if (province := _province(who)) is not None:
            return self._province_reads(province, case, each)
        if case == "joint":  # the number of the joint document is what confirms the consortium
            return self.since(ISSUED) and (each.node, each.path) == ("issue", ".document_no")
        return case in LEADS and self._unit_reads(who, case, each, told_to)

    def _task_force_reads(self, case, each):
        if case == "joint":
            return True
        if not (case.startswith("round_") or each.node == "application"):
            return False  # of an application only what the list holds
        return self.since(LISTED) or (self.since(SELECTED) and each.path in COVER)

    def _province_reads(self, province, case, each):
        if case in (province, f"round_{province}"):
            return True
        is_cover = self.since(SENT) and each.path in (".title", "name of a file")
        if case == "joint":
            return self.since(_joins(province)) or is_cover
        in_list = each.node == "application" or (each.node, each.path) == (
            "package",
            ".rows.0.reason",
        )
        # the drafting department packs the files itself; the others first sign for them
        handed = SENT if province == DRAFTING else RECEIVED[province]
        return in_list and (self.since(handed) or is_cover)

    def _unit_reads(self, who, case, each, told_to):
        if not self.has(who, case):
            return False
        if _unit(each.login) == _unit(who):
            return True
        if self.since(ISSUED) and each.path.endswith(REGISTERED):
            return True
        return bool(told_to & ({"applicant", "starter"} if who in LEADS[case] else {"applicant"}))


def _unit(login: str) -> str:
    return login.rpartition("-")[0]


def _province(who: str | None) -> str | None:
    return next((p for p, people in PROVINCES.items() if who in people), None)


def _joins(province: str) -> str:
    """When the joint round comes to a department: by its receipt, or to draft."""
    return STUDIED if province == DRAFTING else RECEIVED[province]


class TransferTable(Table):
    """One application, sent to Jiangsu, transferred to Anhui. Nobody else has to do with it."""

    stages = TRANSFER

    def has(self, who, case):
        if who in PROVINCES["js"]:
            return not self.since(RIGHT)
        return who in LEADS["ah"] | UNIVERSITY or (who in PROVINCES["ah"] and self.since(RIGHT))

    def knows(self, who, case):
        is_asked = who in PROVINCES["ah"] and self.since(TRANSFERRED)
        return who in PROVINCES["js"] or is_asked or self.has(who, case)

    def reads(self, who, case, each, told_to):
        is_reason = (each.node, each.path) == ("competence", ".reason")
        if who in PROVINCES["js"]:
            return each.stage in (WRONG, TRANSFERRED)
        if who in PROVINCES["ah"]:
            is_cover = is_reason or each.path in COVER
            return self.since(RIGHT) or (self.since(TRANSFERRED) and is_cover)
        if _unit(each.login) == _unit(who):
            return True
        if who in LEADS["ah"]:  # told why and to whom it went
            is_told = is_reason and self.since(RIGHT)
            return is_told or bool(told_to & {"applicant", "starter"})
        return who in UNIVERSITY and "applicant" in told_to


@dataclass
class Telling:
    """A story being told stage by stage, and what everybody has read of it."""

    runtime: Any
    driver: PlantingFiles
    player: Player
    table: Table
    people: list[str | None]
    names: dict[str, str] = field(default_factory=dict)  # of the cases, by id
    told_to: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    owners: dict[str, str] = field(default_factory=dict)
    now: Stage | None = None
    seen: dict[tuple[str | None, str], set[int]] = field(default_factory=dict)
    written_to: set[str] = field(default_factory=set)  # by mail

    def go_to(self, stage: str) -> list[str]:
        """Tell the steps to a stage; return what anybody reads there against the table."""
        self.table.at = self.driver.stage = stage
        for step in read_steps(HOME, yaml.safe_load(self.table.stages[stage])):
            self.player.step(step)
        self.names = {case: name for name, case in self.player.cases.items()}
        self.told_to = {case: audiences(self.runtime, [case]) for case in self.names}
        self.owners = owners(self.runtime)
        self.now = stage_of(self.runtime, self.people, self.names, "yrd.application")
        leaks = [leak for who in self.people for leak in self._leaks(who)]
        for who, numbers in mailed(self.runtime, self.people):
            self.written_to.add(who)
            leaks += self._unlawful(who, "mail", numbers)
        return [f"{stage}: {leak}" for leak in leaks]

    def _leaks(self, who: str | None) -> Iterator[str]:
        read = self.seen.setdefault((who, self.table.at), set())
        is_foreign = who is ANYONE or who in STRANGERS
        for path, text in self.now.answers(who, EVERYTHING if is_foreign else READING):
            if path.endswith("/inspection") and self._is_open(who, path):
                # A rehearsal is open whole, document and all, to those it has come to: of a round
                # also what it took along of its applications. In production it is refused.
                continue
            numbers = canaries_in(text)
            read |= numbers
            yield from self._unlawful(who, path, numbers)
            yield from self._unknown_to(who, path, text)

    def _is_open(self, who: str | None, path: str) -> bool:
        [case] = ID.findall(path)
        return who not in STRANGERS and self.table.has(who, self.names[case])

    def _unlawful(self, who: str | None, path: str, numbers: set[int]) -> Iterator[str]:
        for each in (self.driver.planted[number] for number in sorted(numbers)):
            case = self.names[each.case]
            told_to = {*self.told_to[each.case].get(each.node, [])}
            is_foreign = who is ANYONE or who in STRANGERS
            if is_foreign or not self.table.reads(who, case, each, told_to):
                yield f"{who} {path}: {case} {each}"

    def _unknown_to(self, who: str | None, path: str, text: str) -> Iterator[str]:
        """Ids of cases of which they do not even know that there is one."""
        if who is ANYONE or who in STRANGERS:
            yield from (f"{who} {path}: {told}" for told in ids_told(self.now, path, text))
            return
        for told in {*ID.findall(text)} - {*ID.findall(path)}:
            case = self.names.get(self.owners.get(told, ""))
            if case and not self.table.knows(who, case):
                yield f"{who} {path}: an id of {case}"

    def parts(self, who: str | None, stage: str) -> set[str]:
        """What somebody has read at a stage: cases and their nodes."""
        planted = [self.driver.planted[number] for number in self.seen[who, stage]]
        return {f"{self.names[each.case]} {each.node}" for each in planted}

    def paths(self, who: str | None, stage: str) -> set[str]:
        """Which fields somebody has read at a stage, of whatever case."""
        return {self.driver.planted[number].path for number in self.seen[who, stage]}

    def page(self, who: str, path: str) -> Any:
        """What somebody is answered now."""
        headers = {"Authorization": f"Bearer {self.now.tokens[who]}"}
        return self.now.app.test_client().get(f"/api/v1{path}", headers=headers).json


@pytest.fixture
def telling(sqlite_runtime, library):
    """Puts a scenario, a table and the people together."""

    def made(scenario: str, table: Table, people: set[str]) -> Telling:
        driver = PlantingFiles(sqlite_runtime, Cast.of(library))
        player = Player(read_scenario(HOME / f"{scenario}.yaml"), driver)
        everybody = [*sorted(people | STRANGERS), ANYONE]
        return Telling(sqlite_runtime, driver, player, table, everybody)

    return made


def test_each_reads_of_the_rounds_only_what_has_come_to_them(telling):
    people = LEADS["js"] | LEADS["sh"] | UNIVERSITY | TASK_FORCE | set().union(*PROVINCES.values())
    told = telling("straight_one_province", RoundsTable(), people)

    leaks = [leak for stage in STAGES for leak in told.go_to(stage)]

    assert told.driver.inspect(told.player.cases["joint"])["outcome"] == "ISSUED"
    assert len(told.driver.planted) > 150
    assert sorted(leaks) == []
    _each_reads_what_they_must(told)


def _each_reads_what_they_must(told: Telling) -> None:
    assert LEADS["js"] | TASK_FORCE | PROVINCES["zj"] <= told.written_to
    own = {"js choose_track", "js agreement_draft", "js sign_agreement", "js application"}
    internal = {"js check_base", "js application"}
    selection = {"round_js provincial_review", "round_js selection_meeting", "round_js package"}
    files = {"js application", "sh application", "joint study"}
    opinions = {"joint give_case_opinion", "joint restudy", "joint send_to_departments"}

    issued = told.parts("yrd-lead-js-op", ISSUED)
    assert own <= told.parts("yrd-lead-js-op", ACCEPTED) == issued - {"joint issue"}
    assert {"js sign_agreement", "sh sign_agreement"} <= told.parts("yrd-univ-ah-op", FORMED)
    for who in PROVINCES["js"]:
        assert internal <= told.parts(who, ACCEPTED)
        assert internal | selection <= told.parts(who, SELECTED)
        assert "joint study" in told.parts(who, STUDIED)
        assert files | opinions <= told.parts(who, SIGNED)
    for who in TASK_FORCE:
        assert told.seen[who, ACCEPTED] == set()
        assert told.paths(who, SELECTED) == {*COVER}
        assert {"js application", "sh application"} | selection <= told.parts(who, LISTED)
        assert "text of a file" in told.paths(who, LISTED)
    for who in PROVINCES["zj"] | PROVINCES["ah"]:
        assert told.seen[who, STUDIED] == set()
        assert told.paths(who, SENT) == {".title", "name of a file"}
        assert told.seen[who, SENT] == told.seen[who, HALF]
        assert files | opinions <= told.parts(who, SIGNED)
        assert "text of a file" in told.paths(who, SIGNED)
        assert "joint fix_text" in told.parts(who, ISSUED)
    assert files <= told.parts("yrd-sh-reviewer", HALF)
    assert "round_js provincial_review" not in told.parts("yrd-sh-reviewer", ISSUED)


def test_after_a_transfer_the_wrong_province_reads_what_it_had_and_the_progress(telling):
    others = {"yrd-lead-js-op", "yrd-tf-clerk", "yrd-owner", "yrd-sh-clerk", "yrd-zj-leader"}
    people = LEADS["ah"] | UNIVERSITY | PROVINCES["js"] | PROVINCES["ah"] | others
    told = telling("wrong_province_transferred", TransferTable(), people)

    leaks = [leak for stage in TRANSFER for leak in told.go_to(stage)]

    assert sorted(leaks) == []
    case = f"/cases/{told.player.cases['ah']}"
    for who in PROVINCES["js"]:
        had = told.seen[who, TRANSFERRED]
        assert len(had) > 50
        assert had == told.seen[who, RIGHT] == told.seen[who, DECIDED]
        assert told.page(who, case)["state"] == "ACCEPTED"
        *_earlier, last = told.page(who, f"{case}/timeline")
        assert (last["state"], last["actor"], last["passed"]) == ("ACCEPTED", "承办机关", [])
    for who in PROVINCES["ah"]:
        assert told.seen[who, WRONG] == set()
        assert told.paths(who, TRANSFERRED) == {".reason", "name of a file"}
        assert {"ah check_base", "ah application"} <= told.parts(who, RIGHT)
        assert "ah completeness_check" in told.parts(who, DECIDED)
    assert "ah competence" in told.parts("yrd-lead-ah-op", RIGHT)  # why and to whom it went
