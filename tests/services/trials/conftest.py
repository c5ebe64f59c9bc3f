"""Process owners who try a draft out, each act in a transaction of its own."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest

from services.db.engine import reading, unit_of_work
from services.studio import drafts, editing
from services.trials import keeping, playing, runs, scenarios, stages
from services.trials.acts import Doing

APPLICATION = "liangjiang.application"
SETTINGS = "procedure.json"


@dataclass
class Trying:
    """A trial of a draft through its services, with the sample answers of the page."""

    desk: Any
    draft: Any
    trial: Any
    login: str = "lj-owner"

    @property
    def runtime(self):
        return self.desk.runtime

    def scene(self):
        actor = self.desk.actor(self.login)
        with reading(self.runtime.sessions) as session:
            return playing.scene(session, actor, self.trial)

    def state(self):
        return playing.state(self.runtime, *self.scene())

    def ask(self, kind, place="", login=""):
        return playing.ask(self.runtime, self.scene()[0], kind, place, login)

    def do(self, kind, login="", place="", answers=None, *, files=None, advance=""):
        scene, brief = self.scene()
        doing = Doing(kind, login, place, answers or {}, files or {}, advance)
        step, state = playing.play(self.runtime, scene, brief, doing)
        actor = self.desk.actor(self.login)
        with unit_of_work(self.runtime.sessions) as session:
            playing.keep(session, self.runtime, actor, self.trial, brief["version"], step)
        return state

    def start(self):
        login = self.state()["starters"][0]
        asked = self.ask("start", login=login)
        return self.do("start", login, "", asked["sample"], files=asked["files"])

    def task(self, state, name, **other):
        """Do the first open task of that node or code with sample answers, some of them others."""
        task = next(t for t in state["tasks"] if name in (t["node_id"], t["activity_code"]))
        login = task["people"][0]
        asked = self.ask("task", task["place"], login)
        answers = asked["sample"] | other
        return self.do("task", login, task["place"], answers, files=asked["files"])

    def until(self, state, name, most=80):
        """Do whatever is open with sample answers until a task of that name is."""
        for _ in range(most):
            if any(name in (t["node_id"], t["activity_code"]) for t in state["tasks"]):
                return state
            if state["tasks"]:
                state = self.task(state, state["tasks"][0]["node_id"])
            elif state["next_due"] is not None:
                state = self.do("advance", advance="until due")
            else:
                break
        raise AssertionError(f"no {name}: {state['case']} {state['tasks']}")

    def take_back(self, number):
        actor, version = self.desk.actor(self.login), self.scene()[1]["version"]
        with unit_of_work(self.runtime.sessions) as session:
            playing.take_back(session, self.runtime, actor, self.trial, number, version)

    def keep(self, name):
        scene, brief = self.scene()
        text = scenarios.told(self.runtime, scene, name)
        actor = self.desk.actor(self.login)
        with unit_of_work(self.runtime.sessions) as session:
            args = (session, self.runtime, actor, self.trial, name, text, brief["version"])
            return scenarios.keep(*args)["path"]

    def around(self):
        actor = self.desk.actor(self.login)
        with reading(self.runtime.sessions) as session:
            return stages.surroundings(session, drafts.find(session, actor, self.draft))

    def run(self, path):
        found = runs.run(self.runtime, self.around(), path)
        with unit_of_work(self.runtime.sessions) as session:
            runs.keep(session, self.runtime, self.draft, found)
        return found

    def lines(self):
        actor = self.desk.actor(self.login)
        with reading(self.runtime.sessions) as session:
            return runs.listed(session, actor, self.draft)

    def change(self, path, change):
        """Change a file of the draft."""
        actor = self.desk.actor(self.login)
        with unit_of_work(self.runtime.sessions) as session:
            before = editing.read(session, actor, self.draft, path)
            editing.save(
                session,
                self.runtime,
                actor,
                self.draft,
                path,
                text=change(before["text"]),
                base=before["revision"],
            )

    def set_days(self, days):
        """Change how long the publicity lasts."""

        def change(text):
            settings = json.loads(text)
            settings["procedure"]["profile"]["publicity.days"]["value"] = days
            return json.dumps(settings, ensure_ascii=False)

        self.change(SETTINGS, change)


def trying(desk, procedure=APPLICATION, login="lj-owner", starts_at="2026-09-25T09:00:00+08:00"):
    """Open a draft and a trial of it."""
    actor = desk.actor(login)
    with unit_of_work(desk.runtime.sessions) as session:
        draft = drafts.open_from(session, desk.runtime, actor, procedure, None)["id"]
        at = datetime.fromisoformat(starts_at)
        trial = keeping.open_trial(session, desk.runtime, actor, draft, name="试", starts_at=at)
        return Trying(desk, draft, trial.id, login)


@pytest.fixture
def trial(sqlite_desk):
    """A trial of a draft of the Liangjiang application, from 25 September on."""
    return trying(sqlite_desk)
