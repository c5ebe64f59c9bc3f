"""Commands over HTTP: once for each idempotency key, drafts, claims, pages."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from api.app import create_app
from services.cases import Rehearsal
from services.db.engine import unit_of_work
from services.db.models import Case, LoginSession, Notification, Task
from services.loading import DEMO_PASSWORD


def count(runtime, model):
    with unit_of_work(runtime.sessions) as session:
        return session.scalar(select(func.count()).select_from(model))


def start_body(desk, **more):
    return {
        "procedure": "liangjiang.application",
        "party": str(desk.party("demo-lead")),
        "answers": desk.start_answers(),
        **more,
    }


def test_the_same_key_gives_the_same_bytes_and_one_effect(as_person, sqlite_desk, sqlite_runtime):
    browser, body = as_person("lead-op"), start_body(sqlite_desk)

    replies = [browser.post("/cases", body, key="start-1") for _ in range(3)]

    assert [reply.status_code for reply in replies] == [201] * 3
    assert len({reply.data for reply in replies}) == 1
    assert count(sqlite_runtime, Case) == 1


def test_another_body_under_the_same_key_is_refused(as_person, sqlite_desk, sqlite_runtime):
    browser, body = as_person("lead-op"), start_body(sqlite_desk)
    browser.post("/cases", body, key="start-1")

    other = body | {"answers": sqlite_desk.start_answers("other")}
    reply = browser.post("/cases", other, key="start-1")

    assert reply.status_code == 422
    assert reply.json["code"] == "IDEMPOTENCY_KEY_REUSED"
    assert count(sqlite_runtime, Case) == 1


def test_the_same_key_at_another_address_is_another_request(as_person, sqlite_desk):
    browser = as_person("lead-op")
    task = sqlite_desk.task(sqlite_desk.start())
    browser.post(f"/tasks/{task.id}/claim", key="k")

    assert browser.post("/auth/tokens", {"label": "x"}, key="k").status_code == 422


def test_keys_of_two_people_are_told_apart(as_person, sqlite_desk, sqlite_runtime):
    for login in ("lead-op", "upstream-op"):
        reply = as_person(login).post("/auth/tokens", {"label": "x"}, key="mine")
        assert reply.status_code == 201

    assert count(sqlite_runtime, LoginSession) == 4


def test_a_refusal_is_not_kept_under_the_key(as_person, sqlite_desk):
    browser, body = as_person("lead-op"), start_body(sqlite_desk)
    wrong = body | {"answers": {}}
    assert browser.post("/cases", wrong, key="start-1").status_code == 422

    assert browser.post("/cases", body, key="start-1").status_code == 201


@pytest.fixture
def signed_in(runtime):
    """Returns how to make clients in which a person is signed in, on either database."""
    app = create_app(runtime)

    def make(login):
        client = app.test_client()
        answer = client.post(
            "/api/v1/auth/sign-in", json={"login": login, "password": DEMO_PASSWORD}
        )
        cookie = client.get_cookie("liancheng_session").value
        headers = {"X-CSRF-Token": answer.json["csrf"]}

        def post(path, body, key):
            twin = app.test_client()
            twin.set_cookie("liancheng_session", cookie)
            return twin.post(
                f"/api/v1{path}", json=body, headers={**headers, "Idempotency-Key": key}
            )

        return post

    return make


def at_once(number, act):
    """Run something in several threads that start together; what each returned."""
    barrier = Barrier(number)

    def one(index):
        barrier.wait(10)
        return act(index)

    with ThreadPoolExecutor(number) as threads:
        return list(threads.map(one, range(number)))


def test_twins_in_flight_have_one_effect_and_get_the_same_answer(signed_in, desk, runtime):
    post, body = signed_in("lead-op"), start_body(desk)

    replies = at_once(6, lambda _n: post("/cases", body, "twin"))

    assert {reply.status_code for reply in replies} == {201}
    assert len({reply.data for reply in replies}) == 1
    assert count(runtime, Case) == 1


def test_strangers_in_flight_start_cases_with_numbers_without_gaps(signed_in, desk, runtime):
    post, body = signed_in("lead-op"), start_body(desk)

    replies = at_once(6, lambda n: post("/cases", body, f"key-{n}"))

    numbers = sorted(reply.json["number"] for reply in replies)
    assert numbers == [f"LJ-2026-{n:04d}" for n in range(1, 7)]


def test_a_stale_draft_does_not_overwrite_a_newer_one(as_person, sqlite_desk):
    browser = as_person("lead-op")
    path = f"/tasks/{sqlite_desk.task(sqlite_desk.start()).id}/draft"
    first = browser.put(path, {"answers": {"a": 1}})
    newer = browser.put(path, {"answers": {"a": 2}, "version": first.json["version"]})

    stale = browser.put(path, {"answers": {"a": 3}, "version": first.json["version"]})

    assert newer.status_code == 200
    assert stale.status_code == 409
    assert stale.json["code"] == "DRAFT_STALE"
    assert stale.json["details"] == {"version": newer.json["version"]}
    page = browser.get(path.removesuffix("/draft"))
    assert page.json["draft"]["answers"] == {"a": 2}


def test_a_draft_that_is_too_large_is_refused_whole(as_person, sqlite_desk):
    browser = as_person("lead-op")
    path = f"/tasks/{sqlite_desk.task(sqlite_desk.start()).id}"

    refused = browser.put(f"{path}/draft", {"answers": {"text": "字" * 140_000}})

    assert (refused.status_code, refused.json["code"]) == (413, "TOO_LARGE")
    assert browser.get(path).json["draft"] is None


def test_a_draft_is_its_authors_alone(as_person, sqlite_desk):
    path = f"/tasks/{sqlite_desk.task(sqlite_desk.start('other')).id}"
    as_person("lj-reviewer").put(f"{path}/draft", {"answers": {"reasons": "想法"}})

    page = as_person("lj-reviewer2").get(path)

    assert page.json["may_act"] is True
    assert page.json["draft"] is None


def test_two_drafts_saved_at_once_both_get_an_answer(signed_in, desk, runtime):
    task = desk.task(desk.start())
    app = create_app(runtime)
    client = app.test_client()
    answer = client.post(
        "/api/v1/auth/sign-in", json={"login": "lead-op", "password": DEMO_PASSWORD}
    )
    cookie, csrf = client.get_cookie("liancheng_session").value, answer.json["csrf"]

    def save(n):
        twin = app.test_client()
        twin.set_cookie("liancheng_session", cookie)
        return twin.put(
            f"/api/v1/tasks/{task.id}/draft",
            json={"answers": {"a": n}},
            headers={"X-CSRF-Token": csrf},
        ).status_code

    codes = at_once(6, save)

    assert 200 in codes
    assert set(codes) <= {200, 409}


def test_a_claimed_task_is_its_claimers_until_released(as_person, sqlite_desk):
    one, other = as_person("lj-reviewer"), as_person("lj-reviewer2")
    path = f"/tasks/{sqlite_desk.task(sqlite_desk.start('other')).id}"
    answers = {"answers": {"decision": "proceed", "reasons": "研发总部在区内"}}

    assert one.post(f"{path}/claim").status_code == 200
    assert one.post(f"{path}/claim").status_code == 200
    assert other.post(f"{path}/claim").json["code"] == "TASK_TAKEN"
    assert other.post(f"{path}/completion", answers).status_code == 403
    assert other.delete(f"{path}/claim").status_code == 409

    assert one.delete(f"{path}/claim").json["claimed_by"] is None
    assert other.post(f"{path}/claim").status_code == 200
    assert other.post(f"{path}/completion", answers).status_code == 200


def test_the_loser_learns_who_was_faster_and_loses_nothing(as_person, sqlite_desk):
    path = f"/tasks/{sqlite_desk.task(sqlite_desk.start('other')).id}/completion"
    answers = {"answers": {"decision": "proceed", "reasons": "研发总部在区内"}}
    as_person("lj-reviewer").post(path, answers)

    reply = as_person("lj-reviewer2").post(path, answers)

    assert reply.status_code == 409
    assert reply.json["code"] == "TASK_TAKEN"
    assert reply.json["details"]["winner"] == "周三（审核）"
    assert "周三（审核）" in reply.json["message"]


def pages(browser, path, limit, **query):
    items, cursor = [], None
    while True:
        more = {"cursor": cursor} if cursor else {}
        reply = browser.get(path, limit=limit, **more, **query)
        assert reply.status_code == 200
        assert len(reply.json["items"]) <= limit
        items += reply.json["items"]
        cursor = reply.json["next"]
        if cursor is None:
            return items


@pytest.fixture
def seven_cases(sqlite_desk, sqlite_runtime):
    """Seven applications, two of them started at the same instant."""
    started = []
    for number in range(7):
        started.append(sqlite_desk.start())
        if number != 3:
            sqlite_runtime.clock.advance(timedelta(minutes=1))
    return started


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 100])
def test_pages_of_cases_are_whole_and_newest_first(as_person, seven_cases, limit):
    found = pages(as_person("lead-op"), "/cases", limit)

    assert {item["id"] for item in found} == {str(case.id) for case in seven_cases}
    assert len(found) == 7
    assert [i["started_at"] for i in found] == sorted((i["started_at"] for i in found))[::-1]


@pytest.mark.parametrize("limit", [1, 2, 3, 100])
def test_pages_of_tasks_are_whole_and_most_urgent_first(
    as_person, sqlite_runtime, seven_cases, limit
):
    instants = [datetime(2027, 1, 1 + n % 3, tzinfo=UTC) for n in range(7)]
    with unit_of_work(sqlite_runtime.sessions) as session:
        for task, due_at in zip(session.scalars(select(Task)), instants, strict=True):
            task.due_at = due_at

    found = pages(as_person("lead-op"), "/tasks", limit)

    assert len({item["id"] for item in found}) == len(found) == 7
    assert [i["due_at"] for i in found] == sorted(i["due_at"] for i in found)


def test_only_ones_own_tasks_are_listed_on_demand(as_person, seven_cases):
    browser = as_person("lead-op")
    wanted = browser.get("/tasks").json["items"][5]["id"]
    browser.post(f"/tasks/{wanted}/claim")

    found = pages(browser, "/tasks", 2, mine="true")

    assert [item["id"] for item in found] == [wanted]


def test_tasks_of_one_case_are_listed_on_demand(as_person, seven_cases):
    found = pages(as_person("lead-op"), "/tasks", 2, case=str(seven_cases[4].id))

    assert [item["case_id"] for item in found] == [str(seven_cases[4].id)]


def test_pages_of_notifications_are_whole(as_person, seven_cases, sqlite_runtime):
    with unit_of_work(sqlite_runtime.sessions) as session:
        person = session.scalars(select(Notification.person_id)).first()
        for _ in range(5):
            session.add(
                Notification(
                    id=uuid4(), person_id=person, template="x", sent_at=sqlite_runtime.clock.now()
                )
            )

    found = pages(as_person("lead-op"), "/notifications", 3)

    assert len({item["id"] for item in found}) == len(found) == 12


def test_pages_of_parties_are_whole(as_person):
    browser = as_person("lead-op")
    whole = [item["code"] for item in pages(browser, "/parties", 100)]

    codes = [item["code"] for item in pages(browser, "/parties", 4)]

    assert codes == sorted(set(codes)) == whole
    assert len(codes) > 2 * 4


def test_a_rehearsal_runs_on_its_own_clock(as_person, sqlite_desk):
    browser = as_person("lead-op")
    body = start_body(sqlite_desk, rehearsal={"starts_at": "2027-03-01T09:00:00+08:00"})
    case = browser.post("/cases", body).json
    assert case["is_rehearsal"] is True
    assert case["started_at"].startswith("2027-03-01T01:00:00")

    forward = browser.post(f"/cases/{case['id']}/clock", {"to": "2027-03-08T09:00:00+08:00"})
    back = browser.post(f"/cases/{case['id']}/clock", {"to": "2027-03-02T09:00:00+08:00"})

    assert forward.status_code == 200
    assert back.json["code"] == "CLOCK_BACKWARDS"
    seen = browser.get(f"/cases/{case['id']}/inspection").json
    assert seen["now"].startswith("2027-03-08T01:00:00")


@pytest.mark.parametrize("instant", ["9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00"])
def test_a_rehearsal_at_the_end_of_time_is_refused(as_person, sqlite_desk, instant):
    body = start_body(sqlite_desk, rehearsal={"starts_at": instant})

    assert as_person("lead-op").post("/cases", body).status_code == 422


def test_a_production_case_is_not_shown_whole(as_person, sqlite_desk):
    path = f"/cases/{sqlite_desk.start().id}/inspection"

    assert as_person("lead-op").get(path).json["code"] == "NOT_A_REHEARSAL"


def test_nothing_of_a_case_runs_for_whom_it_has_not_come_to(visitor, sqlite_desk, sqlite_runtime):
    case = sqlite_desk.start(rehearsal=Rehearsal())
    visitor.client.set_cookie("liancheng_session", "made-up")

    reply = visitor.get(f"/cases/{case.id}/inspection")

    assert reply.status_code == 401
    assert sqlite_runtime.mailer.sent == []
