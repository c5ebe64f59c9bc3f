"""``liancheng check`` on folders: what is shipped is clean, what is broken is named."""

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner
from lxml import etree

from api.cli import main
from services import checking
from services.settings import Settings

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"


@pytest.fixture
def settings():
    return Settings.from_env({})


@pytest.fixture
def copied(settings, tmp_path) -> Path:
    """A copy of the shipped folder to break."""
    return Path(shutil.copytree(settings.bpmn_root, tmp_path / "bpmn"))


def test_what_is_shipped_has_no_findings(settings):
    assert checking.check_folder(settings.bpmn_root, settings) == []


def test_one_jurisdiction_can_be_checked_alone(settings):
    [folder] = [p.parent for p in settings.bpmn_root.glob("liangjiang/jurisdiction.yaml")]

    assert checking.check_folder(folder, settings) == []


@pytest.mark.parametrize(
    ("file", "old", "new", "rule"),
    [
        (
            "liangjiang/application.bpmn",
            'operation="notify.send"',
            'operation="notify.sennd"',
            "operation",
        ),
        ("liangjiang/application.bpmn", 'form="F-LJ-09"', 'form="F-LJ-99"', "bundle.incomplete"),
        (
            "shared/publicity.bpmn",
            "=profile.publicity.days",
            "=profile.publicity.dayz",
            "expressions",
        ),
        ("shared/waiver.bpmn", "<bpmn:userTask ", "<bpmn:scriptTask ", ""),
    ],
    ids=["operation", "form", "parameter", "broken-xml"],
)
def test_a_slip_is_an_error_that_names_its_rule(settings, copied, file, old, new, rule):
    path = copied / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")

    found = checking.check_folder(copied, settings)

    errors = [row for row in found if row["severity"] == "error"]
    assert errors
    assert any(rule in row["rule"] for row in errors)
    assert all(not row["message"].isascii() for row in errors)


def test_branches_that_lose_their_join_are_an_error_with_the_way_there(settings, copied):
    path = copied / "liangjiang" / "application.bpmn"
    tree = etree.parse(path)
    [join] = tree.iterfind(f".//{BPMN}parallelGateway[@id='join_review']")
    join.tag = f"{BPMN}exclusiveGateway"
    tree.write(path, encoding="utf-8", xml_declaration=True)

    [found] = [r for r in checking.check_folder(copied, settings) if r["severity"] == "error"]

    assert found["rule"] == "soundness.doubled"
    assert found["path"][0] == "application_start"
    assert found["path"].count("join_review") == 2  # noqa: PLR2004 - once for each branch


def test_the_command_exits_with_1_on_errors_and_0_otherwise(settings, copied):
    clean = CliRunner().invoke(main, ["check", str(copied), "--json"])
    path = copied / "liangjiang" / "application.bpmn"
    text = path.read_text(encoding="utf-8").replace('form="F-LJ-09"', 'form="F-LJ-99"', 1)
    path.write_text(text, encoding="utf-8")
    broken = CliRunner().invoke(main, ["check", str(copied), "--json"])

    assert (clean.exit_code, clean.output) == (0, "[]\n")
    assert broken.exit_code == 1
