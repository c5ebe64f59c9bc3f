"""One error shape everywhere, and nothing of the inside in it."""

import errno

import psycopg
import pytest
from sqlalchemy.exc import IntegrityError, OperationalError

from api.app import create_app

SHAPE = {"code", "status", "message"}


def assert_shape(reply, status, code):
    assert reply.status_code == status
    assert reply.mimetype == "application/json"
    assert set(reply.json) - {"errors", "details"} == SHAPE
    assert reply.json["status"] == status
    assert reply.json["code"] == code
    assert reply.json["message"]
    for sentences in reply.json.get("errors", {}).values():
        assert all(isinstance(sentence, str) for sentence in sentences)


def test_an_unknown_address(visitor):
    assert_shape(visitor.get("/nowhere"), 404, "NOT_FOUND")


def test_a_method_not_supported_names_those_that_are(visitor):
    reply = visitor.client.patch("/api/v1/public/notices")

    assert_shape(reply, 405, "METHOD_NOT_ALLOWED")
    assert "GET" in reply.headers["Allow"]


def test_nobody_signed_in(visitor):
    assert_shape(visitor.get("/cases"), 401, "NOT_SIGNED_IN")


def test_a_made_up_token(visitor):
    visitor.client.set_cookie("liancheng_session", "made-up")

    assert_shape(visitor.get("/cases"), 401, "NOT_SIGNED_IN")


def test_not_allowed(as_person, sqlite_desk):
    path = f"/tasks/{sqlite_desk.task(sqlite_desk.start()).id}/claim"

    assert_shape(as_person("lead-rep").post(path), 403, "NOT_ALLOWED")


def test_not_found(as_person):
    path = "/cases/00000000-0000-4000-8000-000000000000"

    assert_shape(as_person("lead-op").get(path), 404, "NOT_FOUND")


def test_a_conflict(as_person, sqlite_desk):
    path = f"/cases/{sqlite_desk.start().id}/clock"

    reply = as_person("lead-op").post(path, {"to": "2026-12-01T00:00:00+08:00"})

    assert_shape(reply, 409, "NOT_A_REHEARSAL")


def test_missing_fields_are_named_in_chinese(visitor):
    reply = visitor.post("/auth/sign-in", {})

    assert_shape(reply, 422, "UNPROCESSABLE_ENTITY")
    assert reply.json["errors"] == {"login": ["必填"], "password": ["必填"]}


def test_what_is_wrong_inside_a_form_is_named_by_its_path(as_person, sqlite_desk):
    answers = {"candidates": [{"unit_name": "某单位", "uscc": "1"}]}
    path = f"/tasks/{sqlite_desk.task(sqlite_desk.start()).id}/completion"

    reply = as_person("lead-op").post(path, {"answers": answers})

    assert_shape(reply, 422, "FORM_INVALID")
    assert "candidates.0.uscc" in reply.json["errors"]


def test_a_body_that_is_no_json(visitor):
    assert_shape(
        visitor.send("POST", "/auth/sign-in", b"{", "application/json"), 400, "BAD_REQUEST"
    )


def test_a_body_too_large(visitor):
    body = b'{"login": "' + b"x" * 1_200_000

    reply = visitor.send("POST", "/auth/sign-in", body, "application/json")

    assert_shape(reply, 413, "REQUEST_ENTITY_TOO_LARGE")


@pytest.fixture
def faulty(sqlite_runtime):
    """An application in which one address raises what it is told to."""

    def make(error):
        app = create_app(sqlite_runtime)

        @app.get("/api/v1/faulty")
        def fail():
            raise error

        return app.test_client().get("/api/v1/faulty")

    return make


def test_a_bug_gives_500_and_tells_nothing(faulty):
    reply = faulty(RuntimeError("secret detail"))

    assert_shape(reply, 500, "INTERNAL_SERVER_ERROR")
    assert "secret" not in reply.text
    assert "RuntimeError" not in reply.text


def test_a_full_disk_gives_503_and_another_fault_of_files_500(faulty):
    full = faulty(OSError(errno.ENOSPC, "No space left on device", "/secret"))

    assert_shape(full, 503, "STORAGE_FULL")
    assert full.headers["Retry-After"]
    assert "secret" not in full.text
    assert_shape(faulty(FileNotFoundError("secret")), 500, "INTERNAL_SERVER_ERROR")


def test_a_database_without_room_gives_503_in_words(faulty):
    reply = faulty(OperationalError("INSERT secret", {}, psycopg.errors.DiskFull("secret")))

    assert_shape(reply, 503, "STORAGE_FULL")
    assert "没有保存" in reply.json["message"]
    assert "secret" not in reply.text


def test_a_busy_database_gives_503_and_says_when_to_try_again(faulty):
    reply = faulty(OperationalError("SELECT secret", {}, Exception("locked")))

    assert_shape(reply, 503, "BUSY")
    assert reply.headers["Retry-After"] == "2"
    assert "secret" not in reply.text


def test_two_who_made_the_same_thing_at_once_get_a_conflict(faulty):
    reply = faulty(IntegrityError("INSERT secret", {}, Exception("unique")))

    assert_shape(reply, 409, "CONFLICT")
    assert "secret" not in reply.text


@pytest.mark.parametrize("path", ["/health/live", "/cases", "/nowhere", "/public/notices"])
def test_every_answer_carries_safe_headers(visitor, path):
    headers = visitor.get(path).headers

    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "default-src 'self'" in headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert "Cookie" in headers["Vary"]


def test_a_request_keeps_the_id_it_came_with(visitor):
    reply = visitor.client.get("/api/v1/health/live", headers={"X-Request-Id": "abc-1"})

    assert reply.headers["X-Request-Id"] == "abc-1"


def test_a_request_without_an_id_gets_one(visitor):
    assert len(visitor.get("/health/live").headers["X-Request-Id"]) == 32
