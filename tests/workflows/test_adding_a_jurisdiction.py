"""A further jurisdiction is files only: a copied folder with two texts changed runs."""

import re
import shutil
from pathlib import Path

import pytest

from services import checking, loading, procedures
from services.db import migrate
from services.db.engine import open_engine, open_sessions, unit_of_work
from services.db.models import Party
from services.gateways.clock import FakeClock
from services.runtime import make_runtime
from services.scenarios import play, read_scenario
from services.scenarios.accounts import Cast
from services.scenarios.local import LocalDriver
from services.settings import ROOT, Settings

CODE, NAME = ("ningbo", "zhoushan"), ("宁波", "舟山")
TOLD = ("approval", "handoff_returned_and_sent_again", "office_refuses", "soft_numbers_waived")


def copied(source: Path, target: Path) -> None:
    """Copy a folder, its code and its name changed wherever they stand."""
    shutil.copytree(source, target)
    for path in target.rglob("*"):
        if path.is_file():
            text = path.read_text("utf-8")
            path.write_text(text.replace(*CODE).replace(*NAME), "utf-8")


@pytest.fixture
def settings(tmp_path):
    """The shared files and a jurisdiction made by copying one folder and its forms."""
    for kind in ("workflows/bpmn", "forms"):
        target = tmp_path / kind
        shutil.copytree(ROOT / kind / "shared", target / "shared")
        copied(ROOT / kind / CODE[0], target / CODE[1])
    return Settings.from_env(
        {
            "LIANCHENG_BPMN_ROOT": str(tmp_path / "workflows/bpmn"),
            "LIANCHENG_FORMS_ROOT": str(tmp_path / "forms"),
            "LIANCHENG_DATABASE_URL": f"sqlite:///{tmp_path / 'db.sqlite'}",
            "LIANCHENG_DATA_DIR": str(tmp_path / "data"),
        }
    )


@pytest.fixture
def copy_runtime(settings, databases):
    """A runtime that knows only the copied jurisdiction, its sample parties loaded."""
    engine = open_engine(settings.database_url)
    migrate.upgrade(engine)
    made = make_runtime(settings, FakeClock(databases.now))
    with unit_of_work(made.sessions) as session:
        list(loading.load_all(session, made))
        loading.load_demo(session, made)
    yield made
    made.sessions.kw["bind"].dispose()
    open_sessions(engine)
    engine.dispose()


def test_a_copied_folder_is_clean(settings):
    assert checking.check_folder(settings.bpmn_root / CODE[1], settings) == []


def test_a_copied_folder_runs_its_procedures(copy_runtime, settings):
    with unit_of_work(copy_runtime.sessions) as session:
        assert procedures.get(session, f"{CODE[1]}.application").jurisdiction == CODE[1]
        names = [p.name for p in session.query(Party)]
    assert any(NAME[1] in name for name in names)
    assert not any(NAME[0] in name for name in names)

    driver = LocalDriver(copy_runtime, Cast.of(copy_runtime.library))
    folder = settings.bpmn_root / CODE[1] / "scenarios"
    for name in TOLD:
        play(read_scenario(folder / f"{name}.yaml"), driver)


def test_python_names_no_jurisdiction(library):
    codes = {*library.jurisdictions}
    names = {j.settings["name"]["zh"] for j in library.jurisdictions.values()}
    prefixes = {
        a["code"].split("-")[0]
        for j in library.jurisdictions.values()
        for a in j.settings["agencies"]
    }
    words = re.compile("|".join([*codes, *names, *(rf"\b{p}-\w" for p in prefixes)]), re.IGNORECASE)

    found = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for folder in ("api", "services", "workflows", "forms")
        for path in sorted((ROOT / folder).rglob("*.py"))
        for match in words.finditer(path.read_text("utf-8"))
    ]

    assert found == []
