"""Running cases, and a new version of their procedure."""

from dataclasses import dataclass
from typing import Any

import pytest

from services import procedures
from services.db.engine import discarded, unit_of_work
from services.db.models import Case, Deadline, Job, Procedure, Task, TaskStatus
from services.migrating import moving, planning, rehearsing, reporting
from tests.workflows.verification.mutants.edits import Draft
from workflows.bundles import Bundle

PROCEDURE = "liangjiang.application"
DIAGRAM = "bpmn/liangjiang/application.bpmn"
INTENT = "bpmn/shared/member_intent.bpmn"


@dataclass
class Owner:
    """A process owner who publishes a version and moves cases to it."""

    desk: Any
    login: str = "lj-owner"

    def act(self, act, *given, **more):
        """Run a service in a transaction of its own."""
        actor = self.desk.actor(self.login)
        with unit_of_work(self.desk.runtime.sessions) as session:
            return act(session, self.desk.runtime, actor, *given, **more)

    def publish(self, *changes, path=DIAGRAM):
        """Publish a version in which each text is another; return its hash."""
        runtime = self.desk.runtime
        with unit_of_work(runtime.sessions) as session:
            bundle = procedures.read_bundle(
                session, session.get_one(Procedure, PROCEDURE).bundle_hash
            )
            text = bundle.files[path].decode()
            for before, after in changes:
                assert before in text, before
                text = text.replace(before, after)
            new = Bundle(PROCEDURE, {**bundle.files, path: text.encode()})
            procedures.publish(session, new, runtime.clock.now())
            return new.hash

    def publish_edited(self, edit):
        """Publish a version as an edit of a draft leaves it; return its hash."""
        runtime = self.desk.runtime
        with unit_of_work(runtime.sessions) as session:
            at = session.get_one(Procedure, PROCEDURE).bundle_hash
            draft = Draft(procedures.read_bundle(session, at))
            edit(draft)
            new = draft.done()
            procedures.publish(session, new, runtime.clock.now())
            return new.hash

    def plan(self, **mapping):
        """What moving the running cases comes to."""
        actor = self.desk.actor(self.login)
        with unit_of_work(self.desk.runtime.sessions) as session:
            return planning.of_procedure(session, actor, PROCEDURE, mapping)

    def move(self, case, to, **mapping):
        """Move one case."""
        return self.act(moving.migrate, case.id, moving.Wanted(to, mapping, "办法修订"))

    def rehearse(self, case, to, **mapping):
        """What moving one case would come to."""
        actor = self.desk.actor(self.login)
        wanted = moving.Wanted(to, mapping, "演练")
        with discarded(self.desk.runtime.sessions) as session:
            return rehearsing.rehearse(session, self.desk.runtime, actor, case.id, wanted)

    def move_as_rehearsed(self, case, to, **mapping):
        """Rehearse and move one case; the digest of the rehearsal binds the move."""
        rehearsed = self.rehearse(case, to, **mapping)
        wanted = moving.Wanted(to, mapping, "办法修订", rehearsed["digest"])
        return rehearsed, self.act(moving.migrate, case.id, wanted)

    def proof(self, case):
        """The moves of a case as whoever asks sees them."""
        return self.act(lambda s, _runtime, actor: reporting.of_case(s, actor, case.id))

    def undo(self, case):
        """Put it back."""
        return self.act(moving.undo, case.id, reason="先在旧版本办完")

    def kept(self, case):
        """All of a case that moving it could touch, as it is stored."""
        with unit_of_work(self.desk.runtime.sessions) as session:
            row = session.get_one(Case, case.id)
            of_case = {
                model: session.query(model).filter(model.case_id == case.id).order_by(model.id)
                for model in (Task, Deadline, Job)
            }
            found = {m.__tablename__: [_plain(r) for r in q] for m, q in of_case.items()}
            return found | {
                "state": row.engine_state,
                "document": row.document,
                "bundle": row.bundle_hash,
            }

    def open_tasks(self, case):
        """The names of what is open."""
        with unit_of_work(self.desk.runtime.sessions) as session:
            query = session.query(Task).filter(
                Task.case_id == case.id, Task.status == TaskStatus.OPEN
            )
            return [(task.node_id, task.name) for task in query]


def _plain(row):
    return {column.name: getattr(row, column.key) for column in row.__table__.columns}


@pytest.fixture
def desk(sqlite_desk):
    """On SQLite: nothing here depends on the database."""
    return sqlite_desk


@pytest.fixture
def owner(desk):
    return Owner(desk)
