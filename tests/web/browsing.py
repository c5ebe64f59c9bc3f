"""Plays scenarios through the browser: tasks are completed on their pages, not over the API."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

from playwright.sync_api import expect

from services.scenarios.errors import RefusedError
from services.scenarios.remote import RemoteDriver
from tests.web.filling import Filler
from tests.web.people import Person


@dataclass
class BrowserDriver(RemoteDriver):
    """Each person has a browser; what no page offers (the clock of a rehearsal) goes over HTTP."""

    people: Any = None
    folder: Path = Path()
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
        desk = self.desk(login)
        try:
            self._complete(desk, login, task, answers)
        except Exception:
            desk.screenshot(f"failed-{task['node_id']}")
            raise

    def _complete(self, desk: Person, login: str, task: dict[str, Any], answers: Any) -> None:
        desk.page.goto(f"{desk.base}/tasks/{task['id']}", wait_until="commit")
        desk.page.locator(".fjs-form").wait_for()
        form = self._as(login).get(f"/tasks/{task['id']}")["form"]
        Filler(desk.page, self.files).fill(form["components"], answers)
        desk.page.get_by_role("button", name="提交", exact=True).click()
        done = desk.page.get_by_role("heading", name="已提交")
        refused = desk.page.locator(".refusals, .conflict, .el-message--error")
        expect(done.or_(refused).first).to_be_visible()
        if refused.first.is_visible():
            raise RefusedError("REFUSED", refused.first.inner_text())
