"""Process owners at their drafts, each act in a transaction of its own."""

import json
from dataclasses import dataclass
from datetime import date

import pytest

from services.db.engine import unit_of_work
from services.studio import checks, drafts, editing, merging, pages, reviews

APPLICATION = "liangjiang.application"
DIAGRAM = "bpmn/liangjiang/application.bpmn"
SETTINGS = "procedure.json"


@dataclass
class Studio:
    """The studio through its services."""

    desk: object

    def act(self, login, act, *given, **more):
        """Run a service as somebody."""
        actor = self.desk.actor(login)
        with unit_of_work(self.desk.runtime.sessions) as session:
            return act(session, self.desk.runtime, actor, *given, **more)

    def open(self, login="lj-owner", version=None, procedure=APPLICATION):
        """Open a draft; its id."""
        return self.act(login, drafts.open_from, procedure, version)["id"]

    def read(self, draft, path, login="lj-owner"):
        """A file's text and revision."""
        actor = self.desk.actor(login)
        with unit_of_work(self.desk.runtime.sessions) as session:
            return editing.read(session, actor, draft, path)

    def change(self, draft, path, change, login="lj-owner"):
        """Read a file, change its text, save it."""
        before = self.read(draft, path, login)
        text, base = change(before["text"]), before["revision"]
        return self.act(login, editing.save, draft, path, text=text, base=base)

    def set_days(self, draft, days, login="lj-owner"):
        """Change how long the publicity lasts."""

        def change(text):
            settings = json.loads(text)
            settings["procedure"]["profile"]["publicity.days"]["value"] = days
            return json.dumps(settings, ensure_ascii=False)

        return self.change(draft, SETTINGS, change, login)

    def send(self, draft, login="lj-owner", on=date(2026, 11, 20), note=""):
        """Send a draft to review."""
        return self.act(login, reviews.send, draft, effective_on=on, note=note)

    def decide(self, draft, login="lj-owner2", *, is_approved=True, reason="", digest=None):
        """Approve a draft or return it, having seen it as it is now."""
        digest = digest or self.shown(draft)["digest"]
        more = {"is_approved": is_approved, "reason": reason, "digest": digest}
        return self.act(login, reviews.decide, draft, **more)

    def reading(self, act, actor, *given, **more):
        """Run a query in a transaction of its own."""
        with unit_of_work(self.desk.runtime.sessions) as session:
            return act(session, actor, *given, **more)

    def publish(self, draft, on=date(2026, 11, 20)):
        """Have a draft reviewed and published."""
        self.send(draft, on=on)
        return self.decide(draft)

    def merge(self, draft, keep=(), login="lj-owner"):
        """Bring a draft up to what was published meanwhile."""
        return self.act(login, merging.merge, draft, keep=keep)

    def shown(self, draft, login="lj-owner"):
        """A draft as its page shows it."""
        actor = self.desk.actor(login)
        with unit_of_work(self.desk.runtime.sessions) as session:
            return pages.shown(session, drafts.find(session, actor, draft))

    def changes(self, draft):
        """What a draft changes, in sentences."""
        actor = self.desk.actor("lj-owner")
        with unit_of_work(self.desk.runtime.sessions) as session:
            found = pages.changed(session, drafts.find(session, actor, draft))
            return [each["text"] for each in found]

    def findings(self, draft, edits=None):
        """The findings of a draft."""
        actor = self.desk.actor("lj-owner")
        with unit_of_work(self.desk.runtime.sessions) as session:
            given = checks.material(session, drafts.find(session, actor, draft), edits)
        return checks.findings(self.desk.runtime, given)

    def errors(self, draft, edits=None):
        """The error findings of a draft."""
        return [row for row in self.findings(draft, edits) if row["severity"] == "error"]


@pytest.fixture
def studio(sqlite_desk):
    """The studio on SQLite."""
    return Studio(sqlite_desk)


@pytest.fixture
def any_studio(desk):
    """The studio on either database."""
    return Studio(desk)
