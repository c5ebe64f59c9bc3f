"""The real server on PostgreSQL, and Debian's Chromium in front of it."""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import yaml
from playwright.sync_api import Browser, StorageState

from bench import site as served
from services.gateways.liancheng_api import ApiClient
from services.loading import DEMO_PASSWORD
from services.scenarios import play, read_scenario
from services.scenarios.accounts import Cast
from tests.web.browsing import BrowserDriver
from tests.web.people import Browsers, Person
from workflows.bundles import Library

ROOT = Path(__file__).parents[2]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give browser tests their time. Those of one worker share a server."""
    for item in items:
        if "tests/web" in str(item.path):
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

    browsers: Browsers
    sessions: dict[str, StorageState]
    met: list[Person] = field(default_factory=list)

    def anyone(self, *, is_phone: bool = False, session: StorageState | None = None) -> Person:
        """Somebody who has not signed in, unless with a session of before."""
        who = self.browsers.lend(is_phone=is_phone, session=session)
        self.met.append(who)
        return who

    def signed_in(self, login: str, *, is_phone: bool = False) -> Person:
        """Somebody with a sample account, who has signed in once for all tests; at no page yet."""
        if login not in self.sessions:
            self.sessions[login] = _session(self.browsers, login)
        who = self.anyone(is_phone=is_phone, session=self.sessions[login])
        who.login = login
        return who


def _session(browsers: Browsers, login: str) -> StorageState:
    with browsers.chromium.new_context() as context:
        account = {"login": login, "password": DEMO_PASSWORD}
        assert context.request.post(f"{browsers.base}/api/v1/auth/sign-in", data=account).ok
        return context.storage_state()


@pytest.fixture(scope="session")
def sessions() -> dict[str, StorageState]:
    """The cookies of those who have signed in, by login."""
    return {}


@pytest.fixture(scope="session")
def clients() -> dict[str, ApiClient]:
    """The HTTP clients of those who have signed in, by login."""
    return {}


@pytest.fixture
def as_person(site: str, clients: dict[str, ApiClient]) -> Callable[[str], ApiClient]:
    """Somebody with a sample account, over HTTP."""

    def of(login: str) -> ApiClient:
        if login not in clients:
            clients[login] = ApiClient(site, login, DEMO_PASSWORD)
        return clients[login]

    return of


@pytest.fixture
def applied(as_person: Callable[[str], ApiClient]) -> Callable[..., dict[str, Any]]:
    """Start an application from out of the area; it waits for the reviewers at once. The case."""

    def apply(name: str = "智行汽车产业创新联合体", **more: Any) -> dict[str, Any]:
        lead = as_person("lead-op")
        [party] = {m["party"] for m in lead.who["memberships"]}
        call = next(c for c in lead.get("/calls") if c["number"] == "LJ-TZ-2026-001")
        places = dict.fromkeys(("registered_region", "operating_region", "tax_region"), "other")
        answers = {
            "call_id": call["id"],
            "working_name": name,
            "industry_field": "nev",
            "registered_address": "重庆市两江新区演示路1号",
        }
        body = {"procedure": "liangjiang.application", "party": party}
        started: dict[str, Any] = lead.post("/cases", body | {"answers": answers | places | more})
        return started

    return apply


@pytest.fixture(scope="session")
def browsers(site: str, chromium: Browser, artefacts: Path) -> Browsers:
    """Browsers that are lent to people."""
    return Browsers(chromium, site, artefacts)


@pytest.fixture
def street(browsers: Browsers, sessions: dict[str, StorageState]) -> Iterator[Street]:
    """People for one test. No page of theirs may have failed or broken the page's policy."""
    made = Street(browsers, sessions)
    yield made
    faults = [fault for who in made.met for fault in who.collected()]
    for who in made.met:
        browsers.take_back(who)
    assert not faults, "\n".join(faults)


@pytest.fixture
def driver(
    street: Street, site: str, library: Library, tmp_path: Path, clients: dict[str, ApiClient]
) -> BrowserDriver:
    """A player of scenarios whose people work in their browsers."""
    cast = Cast.of(library)
    return BrowserDriver(site, cast, clients, people=street.signed_in, folder=tmp_path)


@pytest.fixture
def told(driver: BrowserDriver) -> Callable[..., BrowserDriver]:
    """Play a shipped scenario (``liangjiang/approval``), the named tasks on their pages."""

    def tell(name: str, *on_pages: str, by_keyboard: bool = False) -> BrowserDriver:
        driver.by_keyboard = by_keyboard
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

    def bring(
        procedure: str,
        steps: list[dict[str, Any]],
        on_pages: frozenset[str] = frozenset({"nothing"}),
        **more: Any,
    ) -> str:
        driver.on_pages = on_pages
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


@dataclass(frozen=True)
class Submitted:
    """A case that waits for its formal review (形式审查), and that task."""

    case: str
    task: str


@pytest.fixture
def submit(brought: Callable[..., str], driver: BrowserDriver) -> Callable[[], Submitted]:
    """Submit an application of one's own."""

    def bring() -> Submitted:
        case = brought("liangjiang.application", [{"include": "to_submitted"}])
        task = next(t["id"] for t in driver.tasks(case) if t["activity_code"] == "A-COMPLETE")
        return Submitted(case, task)

    return bring


@pytest.fixture(scope="session")
def kept() -> dict[str, Submitted]:
    """What tests share that only look at it."""
    return {}


@pytest.fixture
def submitted(submit: Callable[[], Submitted], kept: dict[str, Submitted]) -> Submitted:
    """A submitted application for tests that complete none of its tasks."""
    if "submitted" not in kept:
        kept["submitted"] = submit()
    return kept["submitted"]
