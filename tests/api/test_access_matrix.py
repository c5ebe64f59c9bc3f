"""The reviewed access matrix, exercised for real: each row, as each column, on fresh copies.

Besides the status, no answer may hold a name that only those who see the case may know.
"""

import io
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path
from uuid import UUID, uuid4

import pytest
import yaml
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from api.app import create_app
from services import accounts
from services.cases import Rehearsal
from services.db.engine import open_engine, open_sessions, unit_of_work
from services.db.models import (
    Comment,
    Copy,
    CopyReceipt,
    Countersign,
    Deadline,
    Consortium,
    Document,
    File,
    Incident,
    LimitChange,
    Notice,
    Notification,
    Objection,
    Party,
    Person,
    Phrase,
    RetryRun,
    SavedView,
    Substitution,
    Task,
    TaskStatus,
)
from services.gateways.anchors import FakeAnchors
from services.gateways.clock import FakeClock
from services.gateways.files import FakeFileStore
from services.gateways.keys import FakeKeyStore
from services.gateways.mail import FakeMailer
from services.gateways.publication import FakePublisher
from services.handoffs import receiving, sending
from services.runtime import Runtime
from services.scenarios.samples import sample
from services.settings import Settings
from services.studio import commenting, drafts
from services.trials import keeping

MATRIX = yaml.safe_load((Path(__file__).parent / "access_matrix.yaml").read_text("utf-8"))
BAD_REQUEST = 400
LOGINS = {
    "anyone": None,
    "signed_in": "expert9",
    "starter": "lead-op",
    "colleague": "lead-rep",
    "foreign_unit": "upstream-op",
    "official": "lj-reviewer",
    "clerk": "lj-clerk",
    "foreign_agency": "lj-finance",
    "expert": "expert1",
    "owner": "lj-owner",
}
SECRETS = {"draft": "尚未提交之名称", "arrived": "已经到达之名称", "rehearsal": "演练中之名称"}
OBJECTOR, REMARK, PDF = "不可外传的异议人", "机关内部的话", sample("a.pdf", 2_000)


@dataclass(frozen=True)
class World:
    """A filled database with its cases, and what the rows' <names> stand for."""

    app: Flask
    database: Path
    tokens: dict[str, str]
    places: dict[str, dict[str, object]]

    @contextmanager
    def copy(self, folder: Path) -> Iterator[FlaskClient]:
        """Run the application on a copy of the database."""
        target = folder / f"{uuid4().hex}.db"
        shutil.copy(self.database, target)
        engine = open_engine(f"sqlite:///{target}")
        runtime = self.app.extensions["liancheng"]
        self.app.extensions["liancheng"] = replace(runtime, sessions=open_sessions(engine))
        yield self.app.test_client()
        engine.dispose()


@pytest.fixture(scope="module")
def world(databases, library, make_desk, tmp_path_factory) -> World:
    folder = tmp_path_factory.mktemp("matrix")
    url = databases.sqlite(folder)
    runtime = Runtime(
        settings=Settings.from_env({"LIANCHENG_DATABASE_URL": url}),
        sessions=open_sessions(open_engine(url)),
        clock=FakeClock(databases.now),
        files=FakeFileStore(),
        keys=FakeKeyStore(),
        mailer=FakeMailer(),
        publisher=FakePublisher(),
        anchors=FakeAnchors(),
        library=library,
    )
    desk = make_desk(runtime)
    cases = {
        "draft": desk.start(working_name=SECRETS["draft"]),
        "arrived": desk.start("other", working_name=SECRETS["arrived"]),
        "rehearsal": desk.start(rehearsal=Rehearsal(), working_name=SECRETS["rehearsal"]),
    }
    tasks = {name: desk.task(case) for name, case in cases.items()}
    shared = {
        "agency": str(desk.party("lj-sti")),
        "unit": str(desk.party("demo-lead")),
        "start": desk.start_answers(),
        "procedure_id": "liangjiang.application",
        "jurisdiction": "liangjiang",
        "name": "withdrawal",
        "list_name": "todo",
        "event": "accepted",
        **_studio_draft(desk),
        "path:path": "procedure.json",
        "int:number": "1",
    }
    shared["trial_id"] = _trial(desk, shared["draft_id"])
    with unit_of_work(runtime.sessions) as session:
        people = {p.login: p.id for p in session.scalars(select(Person))}
        tokens = {
            column: accounts.create_token(session, databases.now, people[login], "matrix").token
            for column, login in LOGINS.items()
            if login
        }
        shared |= _own(session, databases.now, people, UUID(shared["agency"]))
        places = {
            name: shared
            | {"case_id": case.id, "task_id": tasks[name].id}
            | _things(session, runtime, case, people, is_attached=name == "arrived")
            for name, case in cases.items()
        }
        for name, status in (("expert_task", TaskStatus.OPEN), ("expert_done", TaskStatus.DONE)):
            task_id = _expert_task(session, tasks["arrived"], people["expert1"], status)
            places[name] = places["arrived"] | {"task_id": task_id}
        places["arrived"] |= _asked(session, places["expert_task"], people, databases.now)
    runtime.clock.advance(timedelta(seconds=1))
    runtime.sessions.kw["bind"].dispose()
    return World(create_app(runtime), Path(url.removeprefix("sqlite:///")), tokens, places)


def _studio_draft(desk) -> dict[str, str]:
    """A draft of the procedure with a comment, opened by the other process owner."""
    owner, runtime = desk.actor("lj-owner2"), desk.runtime
    with unit_of_work(runtime.sessions) as session:
        opened = drafts.open_from(session, runtime, owner, "liangjiang.application", None)
        about = {"path": "procedure.json", "element_id": "", "text": "请核对"}
        [comment] = commenting.add(session, runtime, owner, opened["id"], **about)
        return {"draft_id": str(opened["id"]), "studio_comment_id": str(comment["id"])}


def _trial(desk, draft_id) -> str:
    """A trial of that draft, opened by the process owner of the columns."""
    with unit_of_work(desk.runtime.sessions) as session:
        actor, more = desk.actor("lj-owner"), {"name": "试", "starts_at": None}
        trial = keeping.open_trial(session, desk.runtime, actor, UUID(draft_id), **more)
        return str(trial.id)


def _own(session, now, people, agency) -> dict[str, str]:
    """What belongs to people, not to a case: a phrase of the starter, an absence of the official."""
    phrase = Phrase(person_id=people["lead-op"], text="请补充附件", position=1)
    absence = Substitution(
        principal_id=people["lj-reviewer"],
        substitute_id=people["lj-clerk"],
        party_id=agency,
        starts_on=date(2027, 2, 1),
        ends_on=date(2027, 2, 3),
        reason="休假",
        set_by=people["lj-reviewer"],
        set_at=now,
    )
    session.add_all([phrase, absence])
    session.flush()
    return {
        "party_id": str(agency),
        "phrase_id": str(phrase.id),
        "substitution_id": str(absence.id),
        "official_id": str(people["lj-reviewer"]),
        "owner_id": str(people["lj-owner"]),
        "clerk_id": str(people["lj-clerk"]),
        "reviewer2_id": str(people["lj-reviewer2"]),
    }


def _things(session, runtime, case, people, *, is_attached) -> dict[str, object]:
    """Put one of each kind of thing into a case."""
    now = runtime.clock.now()
    digest = sha256(PDF).hexdigest()
    runtime.files.put(digest, io.BytesIO(PDF))
    file = File(
        sha256=digest,
        size_bytes=len(PDF),
        media_type="application/pdf",
        name="材料.pdf",
        case_id=case.id if is_attached else None,
        party_id=case.starter_party_id,
        uploaded_by=people["lead-op"],
        uploaded_at=now,
    )
    incident = Incident(case_id=case.id, code="X", node_id="n", message=case.number, opened_at=now)
    notification = Notification(
        person_id=people["lead-op"], case_id=case.id, template="task_opened", sent_at=now
    )
    notice = Notice(
        case_id=case.id,
        task_id=uuid4(),
        number=f"GS-{uuid4().hex[:8]}",
        title="公示",
        items=[],
        contact="某某",
        working_days=5,
        starts_on=now.date(),
        ends_on=now.date() + timedelta(days=7),
        ends_at=now + timedelta(days=7),
        published_at=now,
        content_sha256="0" * 64,
        is_rehearsal=not is_attached,
    )
    consortium = Consortium(
        case_id=case.id,
        jurisdiction="liangjiang",
        title_name=f"联合体{uuid4().hex[:4]}",
        certificate_no=f"ZS-{uuid4().hex[:8]}",
        industry_field="nev",
        lead_party_id=case.starter_party_id,
        members=[],
        valid_from=now.date(),
    )
    view = SavedView(person_id=people["lead-op"], name=case.number, list_kind="todo", sort="due")
    paper = Document(
        case_id=case.id,
        task_id=uuid4(),
        template="acceptance",
        kind="acceptance",
        name="受理通知书",
        title="受理通知书",
        number=f"受〔2026〕{uuid4().hex[:4]}号",
        audience=["applicant"],
        content={"title": "受理通知书", "number": None, "marks": [], "blocks": []},
        content_sha256=sha256(case.number.encode()).hexdigest(),
        issued_at=now,
    )
    session.add_all([file, incident, notification, notice, consortium, view, paper])
    session.flush()
    objection = Objection(
        notice_id=notice.id,
        number=f"{notice.number}-1",
        objector_name=OBJECTOR,
        objector_contact="-",
        is_real_name=True,
        content="异议",
        received_at=now,
        is_within_period=True,
        receipt_sha256=sha256(b"the-code").hexdigest(),
    )
    remark = Comment(
        case_id=case.id,
        person_id=people["lj-clerk"],
        party_id=case.starter_party_id,
        audience="agency",
        text=REMARK,
        made_at=now,
    )
    deadline, other = (_deadline(case, now, number) for number in (1, 2))
    run = RetryRun(person_id=people["lj-owner"], incidents=[], total=0, started_at=now)
    session.add_all([objection, remark, deadline, other, run])
    session.flush()
    change = LimitChange(
        case_id=case.id,
        deadline_id=other.id,
        node_id="n",
        old_due_at=now,
        new_due_at=now + timedelta(days=9),
        reason="系统检修",
        proposed_by=people["lj-owner2"],
        proposed_at=now,
    )
    session.add(change)
    session.flush()
    return {
        "handoff_id": _handoff(session, runtime, case) if is_attached else uuid4(),
        "number": case.number,
        "progress_code": case.progress_code,
        "file_id": file.id,
        "view_id": view.id,
        "document_id": paper.id,
        "incident_id": incident.id,
        "deadline_id": deadline.id,
        "change_id": change.id,
        "run_id": run.id,
        "notification_id": notification.id,
        "notice": notice.number,
        "objection": objection.number,
        "certificate_no": consortium.certificate_no,
    }


def _deadline(case, now, number) -> Deadline:
    return Deadline(
        case_id=case.id,
        task_id=uuid4(),
        node_id=f"n{number}",
        clock="n",
        amount=5,
        unit="working_days",
        basis="ASM-T-09",
        started_at=now,
        due_at=now + timedelta(days=7),
        ledger=[],
        calendar_version="1",
        is_provisional=False,
    )


def _handoff(session, runtime, case) -> UUID:
    """Hand the case over from the agency to its superior."""
    sender, receiver = (
        session.scalars(select(Party).where(Party.code == code)).one()
        for code in ("lj-sti", "lj-committee")
    )
    parcel = sending.Parcel("报送名单", None, {"number": case.number}, passes=False, disclosure=[])
    row = sending.pack(session, runtime, case=case, sender=sender, receiver=receiver, parcel=parcel)
    receiving.take_in(session, runtime, row.envelope)
    return row.id


def _expert_task(session, like: Task, person: UUID, status: TaskStatus) -> UUID:
    task = Task(
        id=uuid4(),
        case_id=like.case_id,
        node_id="opinion",
        process_id="shared.expert_review",
        name="独立评审",
        form_id=like.form_id,
        role="expert",
        person_id=person,
        status=status,
        separate_from=[],
        opened_at=like.opened_at,
        due_at=like.due_at,
    )
    session.add(task)
    session.flush()
    return task.id


def _asked(session, places, people, now) -> dict[str, object]:
    """A question and a copy of the official's to the clerk."""
    official, clerk = people["lj-reviewer"], people["lj-clerk"]
    question = Countersign(
        case_id=places["case_id"],
        task_id=places["task_id"],
        asker_id=official,
        person_id=clerk,
        timing="before",
        question="是否同意",
        asked_at=now,
    )
    copy = Copy(case_id=places["case_id"], sender_id=official, sent_at=now)
    session.add_all([question, copy])
    session.flush()
    session.add(CopyReceipt(copy_id=copy.id, person_id=clerk, sent_at=now))
    session.flush()
    return {"countersign_id": question.id, "copy_id": copy.id}


def _filled(value, places):
    if isinstance(value, dict):
        return {k: _filled(v, places) for k, v in value.items()}
    if isinstance(value, list):
        return [_filled(v, places) for v in value]
    if isinstance(value, str) and value.startswith("<"):
        return places[value[1:-1]]
    return value


def _path(row, places) -> str:
    path = row["route"].split()[1]
    if "/notices/<number>" in path:
        places = places | {"number": places["notice"]}
    if "/public/objections/<number>" in path:
        places = places | {"number": places["objection"]}
    path = f"{path}?{row['query']}" if "query" in row else path
    for name, value in places.items():
        path = path.replace(f"<{name}>", str(value))
    return path


def _label(row) -> str:
    return " ".join(str(row[k]) for k in ("route", "case", "query") if k in row)[:90]


@pytest.mark.parametrize("row", MATRIX["rows"], ids=_label)
def test_a_route_answers_each_column_as_the_matrix_says(world: World, row, tmp_path):
    places = world.places[row.get("case", "draft")]
    method, path = row["route"].split()[0], _path(row, places)
    expected = dict(zip(MATRIX["columns"], row["expect"], strict=True))
    # What changes nothing shares a copy; whoever changes something has one of their own.
    quiet = [c for c, status in expected.items() if method == "GET" or status >= BAD_REQUEST]
    apart = [[column] for column in expected if column not in quiet]
    found = {}

    for columns in [quiet, *apart]:
        with world.copy(tmp_path) as client:
            for column in columns:
                found[column] = _ask(world, client, row, column, path)

    assert found == expected


def _ask(world: World, client: FlaskClient, row, column: str, path: str) -> int:
    """Ask as a column; the status. The answer must not tell what the column may not know."""
    token = world.tokens.get(column)
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    body = {}
    if "body" in row:
        body = {"json": _filled(row["body"], world.places[row.get("case", "draft")])}
    if row.get("upload"):
        body = {"data": {"file": (io.BytesIO(PDF), "a.pdf")}}
    method = row["route"].split()[0]
    reply = client.open(path, method=method, headers=headers, **body)
    _assert_discreet(world, column, path, reply.data.decode(errors="replace"))
    return reply.status_code


SEES = {
    "starter": {"draft", "arrived", "rehearsal"},
    "colleague": {"draft", "arrived", "rehearsal"},
    "official": {"arrived"},
    "clerk": {"arrived"},
    "expert": {"arrived"},
    "owner": {"arrived"},
}
OFFICIALS = {"official", "clerk", "owner"}


def _assert_discreet(world: World, column: str, path: str, text: str) -> None:
    """No word of a case that has not come to the column, nor of what only officials read."""
    for name in set(SECRETS) - SEES.get(column, set()):
        assert SECRETS[name] not in text
        if "/public/" not in path:
            assert str(world.places[name]["number"]) not in text
            assert str(world.places[name]["task_id"]) not in text
    if column not in OFFICIALS:
        assert OBJECTOR not in text
        assert REMARK not in text


def _routes(app: Flask) -> set[str]:
    return {
        f"{method} {_plain(rule.rule)}"
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }


def _plain(rule: str) -> str:
    return rule.replace("<uuid:", "<")


def test_every_route_has_a_row_and_every_row_a_route(sqlite_runtime):
    routes = _routes(create_app(sqlite_runtime))

    assert {row["route"] for row in MATRIX["rows"]} == routes


PUBLIC = {
    "/",
    "/<path:place>",
    "/assets/<path:name>",
    "/metrics",
    "/api/v1/openapi.json",
    "/api/v1/auth/sign-in",
}


def test_only_the_public_list_answers_without_login():
    without = {
        row["route"].split()[1]
        for row in MATRIX["rows"]
        if row["expect"][MATRIX["columns"].index("anyone")] != 401
    }

    others = {p for p in without if not p.startswith(("/api/v1/public/", "/api/v1/health/"))}

    assert others == PUBLIC


def test_a_foreign_case_and_a_missing_one_get_the_same_bytes(world: World, tmp_path):
    headers = {"Authorization": f"Bearer {world.tokens['foreign_agency']}"}
    arrived = world.places["arrived"]

    with world.copy(tmp_path) as client:
        pairs = [
            [client.get(f"/api/v1{path.format(i)}", headers=headers) for i in (known, uuid4())]
            for path, known in (
                ("/cases/{}", arrived["case_id"]),
                ("/cases/{}/timeline", arrived["case_id"]),
                ("/cases/{}/decisions", arrived["case_id"]),
                ("/cases/{}/notices", arrived["case_id"]),
                ("/files/{}", arrived["file_id"]),
            )
        ]

    for foreign, missing in pairs:
        assert foreign.status_code == missing.status_code == 404
        assert foreign.data == missing.data
