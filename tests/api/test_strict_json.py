"""Bodies no honest client sends: refused at the edge with a 4xx, never a 5xx."""

import json
from base64 import urlsafe_b64encode

import pytest

DEEP = "[" * 1_000 + "]" * 1_000
MANY_KEYS = json.dumps({f"key_{n}": n for n in range(10_000)})

HOSTILE = {
    "nul": '{"answers": {"name": "a\\u0000b"}}',
    "raw_control_character": '{"answers": {"name": "a\x01b"}}',
    "lone_surrogate": '{"answers": {"name": "\\ud800"}}',
    "lone_surrogate_as_key": '{"answers": {"\\udfff": 1}}',
    "nan": '{"answers": {"n": NaN}}',
    "infinity": '{"answers": {"n": -Infinity}}',
    "1e400": '{"answers": {"n": 1e400}}',
    "long_integer": f'{{"answers": {{"n": {"9" * 100_000}}}}}',
    "long_fraction": f'{{"answers": {{"n": 0.{"1" * 100_000}}}}}',
    "deep": f'{{"answers": {{"n": {DEEP}}}}}',
    "deep_objects": '{"answers": ' + '{"a":' * 1_000 + "1" + "}" * 1_001,
    "10000_keys": f'{{"answers": {MANY_KEYS}}}',
    "many_values": f'{{"answers": {{"n": [{"1," * 70_000}1]}}}}',
    "key_twice": '{"answers": {"a": 1, "a": 2}}',
    "answers_twice": '{"answers": {}, "answers": {}}',
    "typename": '{"answers": {"typename": "UUID"}}',
    "typename_deep_down": '{"answers": {"a": [{"b": {"typename": "timedelta"}}]}}',
    "proto": '{"answers": {"__proto__": {"is_admin": true}}}',
    "builtins": '{"answers": {"__builtins__": {}}}',
    "not_json": "answers=1",
    "cut_off": '{"answers": {"a": ',
    "two_values": '{"answers": {}} {}',
    "a_list": "[]",
    "a_number": "7",
    "null": "null",
    "empty": "",
    "too_large": json.dumps({"answers": {"a": "x" * 1_100_000}}),
    "utf_16": '{"answers": {"a": "b"}, "more": 1}'.encode("utf-16"),
    "not_utf_8": b'{"answers": {"a": "\xff\xfe"}}',
}


@pytest.fixture
def draft(as_person, sqlite_desk):
    """Sends a body as the draft of an open task, where any JSON of ours would be kept."""
    browser, task = as_person("lead-op"), sqlite_desk.task(sqlite_desk.start())
    return lambda body, kind="application/json": browser.send(
        "PUT", f"/tasks/{task.id}/draft", body, kind
    )


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_body_is_refused(draft, body):
    reply = draft(body)

    assert reply.status_code in {400, 413, 422}
    assert set(reply.json) <= {"code", "status", "message", "errors", "details"}
    assert reply.json["status"] == reply.status_code


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_body_opens_no_session(visitor, body):
    reply = visitor.send("POST", "/auth/sign-in", body, "application/json")

    assert reply.status_code in {400, 413, 422}


def test_an_honest_body_with_every_kind_of_value_is_kept_as_it_is(draft):
    answers = {
        "text": "创新联合体\n第二行 𠮷 \U0001f600",
        "numbers": [0, -1, 3.25, 1e-7, 2**53, 12345678901234567890],
        "nothing": None,
        "flags": [True, False],
        "nested": {"a": {"b": [{"c": []}]}},
    }

    reply = draft(json.dumps({"answers": answers}))

    assert reply.status_code == 200
    assert reply.json["answers"] == answers


def test_a_field_the_schema_does_not_know_is_named(draft):
    reply = draft('{"answers": {}, "is_admin": true}')

    assert reply.status_code == 422
    assert reply.json["errors"] == {"is_admin": ["没有这个字段"]}


def cursor(*parts):
    return urlsafe_b64encode(json.dumps(parts).encode()).decode()


@pytest.mark.parametrize(
    "place",
    [
        "not-base64!",
        "AAAA",
        cursor(),
        cursor(1, 2),
        cursor("x", "y"),
        cursor("2026-01-01T00:00:00", "00000000-0000-0000-0000-000000000000"),
        cursor("0001-01-01T00:00:00+14:00", "00000000-0000-0000-0000-000000000000"),
        cursor("9999-12-31T23:59:59-14:00", "00000000-0000-0000-0000-000000000000"),
        cursor("2026-01-01", "a\0b"),
        cursor(["a\0b"]),
        cursor({"a": 1}, None),
        "x" * 501,
        "é",
        "\0",
    ],
    ids=range(14),
)
@pytest.mark.parametrize("path", ["/cases", "/tasks", "/notifications", "/public/notices"])
def test_a_cursor_made_up_is_refused(as_person, path, place):
    reply = as_person("lead-op").get(path, cursor=place)

    assert reply.status_code in {400, 422}


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/parties", {"uscc": "a\0b"}),
        ("/parties", {"cursor": cursor("a\0b")}),
        ("/parties", {"kind": "robot"}),
        ("/parties", {"limit": "1e3"}),
        ("/parties", {"limit": "0"}),
        ("/parties", {"limit": "101"}),
        ("/parties", {"limit": "9" * 5_000}),
        ("/parties", {"nobody": "knows"}),
        ("/calendar", {"first": "9999-12-31"}),
        ("/calendar", {"first": "2026-13-01"}),
        ("/calendar", {"first": "2026-01-01", "days": "401"}),
        ("/calendar", {"first": "2026-01-01", "agency": "x"}),
        ("/tasks", {"mine": "perhaps"}),
    ],
)
def test_a_query_that_makes_no_sense_is_refused(as_person, path, query):
    assert as_person("lead-op").get(path, **query).status_code in {400, 422}


@pytest.mark.parametrize("name", ["%00", "a%00b", "%ED%A0%80", "%FF", "%0A", "a" * 5_000, "é", "%"])
def test_a_path_no_name_can_have_finds_nothing(visitor, name):
    assert visitor.get(f"/public/notices/{name}").status_code == 404
    assert visitor.get(f"/public/consortia/{name}").status_code == 404


@pytest.mark.parametrize("key", ["x" * 101, "é", "\x01"])
def test_an_idempotency_key_out_of_bounds_is_refused(as_person, key):
    browser = as_person("lead-op")

    assert browser.post("/auth/tokens", {"label": "x"}, key=key).status_code == 422
