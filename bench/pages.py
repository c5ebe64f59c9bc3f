"""The pages in a real browser: opening a task among 200, typing in a form of 50 and 50 rows."""

import statistics
import tempfile
import time
from dataclasses import replace
from itertools import takewhile
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

from bench import servers
from bench.site import ROOT, chromium, site
from services.gateways.liancheng_api import ApiClient
from services.loading import DEMO_PASSWORD
from services.scenarios import play, read_scenario
from services.scenarios.accounts import Cast
from services.scenarios.remote import RemoteDriver
from services.settings import Settings
from workflows.bundles import Library

OPEN_TASKS = 200
ROWS = 50
KEYS = "abcdefghijklmnopqrst"
_PROCEDURE, _STARTER, _OFFICIAL = "liangjiang.application", "lead-op", "lj-reviewer"
# From a key to the next drawn frame, as the person sees it.
_WATCH = """() => { window.__ms = []; document.addEventListener('keydown', () => {
  const from = performance.now();
  requestAnimationFrame(() => { const c = new MessageChannel();
    c.port1.onmessage = () => window.__ms.push(performance.now() - from); c.port2.postMessage(0); });
}, true); }"""


def measure() -> dict[str, Any]:
    """Return seconds to a usable task page and milliseconds from key to screen."""
    with tempfile.TemporaryDirectory(prefix="liancheng-pages-") as folder:
        (Path(folder) / "pg").mkdir()
        with (
            servers.postgres(Path(folder) / "pg") as postgres,
            site(postgres, Path(folder)) as address,
            chromium() as browser,
        ):
            return _opening(address, browser) | _typing(address, browser)


def _opening(address: str, browser: Browser) -> dict[str, Any]:
    lead = ApiClient(address, _STARTER, DEMO_PASSWORD)
    call = next(c for c in lead.get("/calls") if c["number"] == "LJ-TZ-2026-001")
    answers = {
        "call_id": call["id"],
        "working_name": "测量用联合体",
        "industry_field": "nev",
        "registered_region": "other",
        "operating_region": "other",
        "tax_region": "other",
        "registered_address": "演示路1号",
    }
    party = lead.who["memberships"][0]["party"]
    for _ in range(OPEN_TASKS):
        lead.post("/cases", {"procedure": _PROCEDURE, "party": party, "answers": answers})
    page = _signed_in(address, browser, _OFFICIAL)
    page.goto(f"{address}/workbench")
    link = page.locator("a[href*='/tasks/']").first
    link.wait_for()
    times = []
    for _ in range(5):
        href = link.get_attribute("href")
        started = time.perf_counter()
        page.goto(f"{address}{href}", wait_until="commit")
        page.locator(".fjs-form .fjs-input, .fjs-form .fjs-textarea").first.wait_for()
        times.append(time.perf_counter() - started)
        page.go_back()
        link.wait_for()
    return {"open_tasks": OPEN_TASKS, "task_page_seconds": statistics.median(times)}


def _typing(address: str, browser: Browser) -> dict[str, Any]:
    task = _form_task(address)
    few, many = (_latency(address, browser, task, rows) for rows in (3, ROWS))
    return {"rows": ROWS, "key_ms_few_rows": few, "key_ms": many, "key_ratio": many / few}


def _form_task(address: str) -> str:
    """Bring a case to its application form; return that task's id."""
    settings = Settings.from_env({})
    driver = RemoteDriver(address, Cast.of(Library(settings.bpmn_root, settings.forms_root)))
    shipped = ROOT / "workflows" / "bpmn" / "liangjiang" / "scenarios" / "approval.yaml"
    scenario = read_scenario(shipped)
    steps = list(takewhile(lambda step: step.get("task") != "A-FORM", scenario.steps))
    play(replace(scenario, steps=steps, expect={}), driver)
    case = next(iter(driver.starters))
    return str(driver.tasks(case)[0]["id"])


def _latency(address: str, browser: Browser, task: str, rows: int) -> float:
    client = ApiClient(address, _STARTER, DEMO_PASSWORD)
    draft = client.get(f"/tasks/{task}")["draft"]
    members = [
        {"unit_name": f"演示成员单位{n}有限公司", "role": "承担部件研发"} for n in range(rows)
    ]
    staff = [{"name": f"人员{n}"} for n in range(rows)]
    body = {
        "answers": {"consortium_name": "演示", "members": members, "research_team": staff},
        "version": draft and draft["version"],
    }
    client.http.put(f"{client.base}/tasks/{task}/draft", json=body, timeout=60)
    page = _signed_in(address, browser, _STARTER)
    page.goto(f"{address}/tasks/{task}")
    field = page.locator('[id$="-F_consortium_name"]')
    field.click()
    page.evaluate(_WATCH)
    field.press_sequentially(KEYS, delay=80)
    page.wait_for_timeout(500)
    found: list[float] = page.evaluate("window.__ms")
    return statistics.median(found)


def _signed_in(address: str, browser: Browser, login: str) -> Page:
    page = browser.new_context(viewport={"width": 1280, "height": 900}, locale="zh-CN").new_page()
    page.goto(f"{address}/sign-in")
    page.locator("#login").fill(login)
    page.locator("#password").fill(DEMO_PASSWORD)
    page.locator("button[type=submit]").click()
    page.wait_for_url(lambda url: "/sign-in" not in url)
    return page
