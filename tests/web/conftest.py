"""The real server on PostgreSQL, and Debian's Chromium in front of it."""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import yaml
from playwright.sync_api import Browser

from bench import site as served
from services.scenarios import play, read_scenario
from services.scenarios.accounts import Cast
from tests.web.browsing import BrowserDriver
from tests.web.people import Person, person
from workflows.bundles import Library

ROOT = Path(__file__).parents[2]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run all browser tests in one worker: they share a server."""
    for item in items:
        if "tests/web" in str(item.path):
            item.add_marker(pytest.mark.xdist_group("web"))
            item.add_marker(pytest.mark.timeout(600))


@pytest.fixture(scope="session")
def artefacts() -> Path:
    """Where the screenshots of the run are kept."""
    return Path(os.environ.get("LIANCHENG_ARTEFACTS", ROOT / "var" / "artefacts"))


@pytest.fixture(scope="session")
def site(postgres: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server of our own: migrated, loaded, with sample parties, and a worker."""
    with served.site(postgres, tmp_path_factory.mktemp("site")) as address:
        yield address


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium; `make system` installs it where that is possible."""
    with served.chromium() as browser:
        yield browser


@dataclass
class Street:
    """Where people come from: each with a browser of their own, watched to the end of the test."""

    open: Callable[[bool], Person]
    met: list[Person]

    def anyone(self, *, is_phone: bool = False) -> Person:
        """Somebody who has not signed in."""
        self.met.append(self.open(is_phone))
        return self.met[-1]

    def signed_in(self, login: str, *, is_phone: bool = False) -> Person:
        """Somebody with a sample account."""
        return self.anyone(is_phone=is_phone).sign_in(login)


@pytest.fixture
def street(site: str, chromium: Browser, artefacts: Path) -> Iterator[Street]:
    """People for one test. No page of theirs may have failed or broken the page's policy."""
    made = Street(lambda is_phone: person(chromium, site, artefacts, is_phone=is_phone), [])
    yield made
    faults = [fault for who in made.met for fault in who.collected()]
    for who in made.met:
        who.page.context.close()
    assert not faults, "\n".join(faults)


@pytest.fixture
def driver(street: Street, site: str, library: Library, tmp_path: Path) -> BrowserDriver:
    """A player of scenarios whose people work in their browsers."""
    return BrowserDriver(site, Cast.of(library), people=street.signed_in, folder=tmp_path)


@pytest.fixture
def told(driver: BrowserDriver) -> Callable[..., BrowserDriver]:
    """Play a shipped scenario (``liangjiang/approval``), the named tasks on their pages."""

    def tell(name: str, *on_pages: str) -> BrowserDriver:
        driver.on_pages = frozenset(on_pages) or None
        jurisdiction, _, scenario = name.partition("/")
        folder = ROOT / "workflows" / "bpmn" / jurisdiction / "scenarios"
        play(read_scenario(folder / f"{scenario}.yaml"), driver)
        return driver

    return tell


@pytest.fixture
def brought(driver: BrowserDriver, tmp_path: Path) -> Callable[..., str]:
    """Bring a case to where a test needs it, over HTTP; returns the case's id.

    ``brought("liangjiang.application", [{"include": "to_submitted"}])``: the steps are those of a
    scenario, with the parts and answers of the jurisdiction's own ones.
    """

    def bring(procedure: str, steps: list[dict[str, Any]], **more: Any) -> str:
        driver.on_pages = frozenset({"nothing"})
        jurisdiction = procedure.partition(".")[0]
        folder = tmp_path / uuid4().hex
        shutil.copytree(ROOT / "workflows" / "bpmn" / jurisdiction / "scenarios", folder)
        told_here = folder / "here.yaml"
        about = {"procedure": procedure, "name": "带到此处", "steps": steps, "expect": {}}
        clock = {"clock": "2026-09-01T09:00:00+08:00", "given": {"legal_basis": "in_force"}}
        told_here.write_text(yaml.safe_dump(about | clock | more, allow_unicode=True))
        result = play(read_scenario(told_here), driver)
        assert result.case is not None
        return str(result.case["id"])

    return bring
