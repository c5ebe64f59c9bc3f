"""Plays scenarios through the browser: tasks are completed on their pages, not over the API."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

from playwright.sync_api import expect

from services.scenarios.errors import RefusedError
from services.scenarios.player import Start
from services.scenarios.remote import RemoteDriver
from tests.web.filling import Filler
from tests.web.keyboard import KeyboardFiller
from tests.web.people import Person

ENOUGH = 2


@dataclass
class BrowserDriver(RemoteDriver):
    """Each person has a browser; what no page offers (the clock of a rehearsal) goes over HTTP.

    ``by_keyboard``: without a mouse. ``on_pages`` names the tasks (activity code or node) that are done in the browser; None: all,
    but the same node for the second member, expert or agency (named ones: for the third) over HTTP.
    """

    people: Any = None
    on_pages: frozenset[str] | None = None
    folder: Path = Path()
    by_keyboard: bool = False
    done_on_page: Counter[str] = field(default_factory=Counter)
    desks: dict[str, Person] = field(default_factory=dict)
    files: dict[str, Path] = field(default_factory=dict)

    def desk(self, login: str) -> Person:
        """Return the person's browser, signed in."""
        if login not in self.desks:
            self.desks[login] = self.people(login)
        return self.desks[login]

    def upload(self, login: str, name: str, content: bytes) -> str:
        """Keep the file on disk; the form's file field sends it."""
        path = self.folder / uuid4().hex / name
        path.parent.mkdir(parents=True)
        path.write_bytes(content)
        self.files[str(path)] = path
        return str(path)

    def complete(self, login: str, task: dict[str, Any], answers: dict[str, Any]) -> None:
        """Open the task, fill its form, submit, and read what the page says."""
        if not self._is_on_page(task):
            super().complete(login, task, self._sent(login, answers))
            return
        self.seen.clear()
        self.done_on_page[task["node_id"]] += 1
        desk = self.desk(login)
        try:
            self._complete(desk, login, task, answers)
        except Exception:
            desk.screenshot(f"failed-{task['node_id']}")
            raise

    def _is_on_page(self, task: dict[str, Any]) -> bool:
        times = self.done_on_page[task["node_id"]]
        if self.on_pages is None:
            return not times
        return bool(self.on_pages & {task["node_id"], task["activity_code"]}) and times < ENOUGH

    def start(self, start: Start, login: str | None, answers: dict[str, Any]) -> str:
        """Start a case over HTTP, with its files uploaded."""
        who = login or self.cast.starter(start.procedure)
        return super().start(start, login, self._sent(who, answers))

    def message(self, case: str, login: str, name: str, answers: dict[str, Any]) -> None:
        """Send a message over HTTP, with its files uploaded."""
        super().message(case, login, name, self._sent(login, answers))

    def _sent(self, login: str, answers: Any) -> Any:
        """Return answers with the files on disk uploaded."""
        if isinstance(answers, dict):
            return {key: self._sent(login, value) for key, value in answers.items()}
        if isinstance(answers, list):
            return [self._sent(login, value) for value in answers]
        path = self.files.get(answers) if isinstance(answers, str) else None
        return super().upload(login, path.name, path.read_bytes()) if path else answers

    def _complete(self, desk: Person, login: str, task: dict[str, Any], answers: Any) -> None:
        page = desk.page
        page.goto(f"{desk.base}/tasks/{task['id']}", wait_until="commit")
        submit = page.get_by_role("button", name="提交", exact=True)
        barred = page.get_by_text("目前不能由您办理")
        expect(submit.or_(barred).first).to_be_visible()
        if barred.is_visible():
            raise RefusedError("NOT_ALLOWED", barred.inner_text())
        form = self._as(login).get(f"/tasks/{task['id']}")["form"]
        page.locator(".fjs-form").wait_for()
        if self.by_keyboard:
            KeyboardFiller(page, self.files, desk.keys).fill(form["components"], answers)
            desk.keys.press(submit)
        else:
            Filler(page, self.files).fill(form["components"], answers)
            submit.click()
        done = page.get_by_role("heading", name="已提交")
        refused = page.locator(".refusals, .conflict, .el-message--error").first
        expect(done.or_(refused).first).to_be_visible()
        if refused.is_visible():
            fields = page.locator(".refusals li").evaluate_all(
                "all => all.map(e => e.dataset.path)"
            )
            code = "FORM_INVALID" if fields else "REFUSED"
            raise RefusedError(code, refused.inner_text(), dict.fromkeys(fields, []))
