"""Signing in and out: what browsers and programs need, and what attackers do not get."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

from sqlalchemy import select, update

from api.app import create_app
from services.db.engine import unit_of_work
from services.db.models import LoginSession, Membership, Party, Person

LABEL = {"label": "报表程序"}


def switch_off(runtime, login):
    with unit_of_work(runtime.sessions) as session:
        session.execute(update(Person).where(Person.login == login).values(is_active=False))


def wrong(visitor, login="lead-op"):
    return visitor.post("/auth/sign-in", {"login": login, "password": "wrong-password"})


def test_signing_in_tells_who_one_is_and_for_whom_one_acts(visitor):
    reply = visitor.sign_in("lead-op")

    assert reply.status_code == 200
    assert reply.json["login"] == "lead-op"
    assert {m["role"] for m in reply.json["memberships"]} == {"lead_operator", "member_operator"}
    assert visitor.get("/auth/session").json == reply.json


def test_a_wrong_password_and_an_unknown_login_get_the_same_answer(visitor):
    known, unknown = wrong(visitor), wrong(visitor, "nobody-of-that-name")

    assert known.status_code == unknown.status_code == 401
    assert known.data == unknown.data


def test_after_five_failures_even_the_right_password_waits(visitor, sqlite_runtime):
    for _ in range(5):
        assert wrong(visitor).status_code == 401

    reply = visitor.sign_in("lead-op")

    assert reply.status_code == 429
    assert reply.json["code"] == "TOO_MANY_ATTEMPTS"
    assert 0 < int(reply.headers["Retry-After"]) <= 61
    sqlite_runtime.clock.advance(timedelta(seconds=int(reply.headers["Retry-After"])))
    assert visitor.sign_in("lead-op").status_code == 200


def test_one_persons_failures_do_not_lock_out_another(visitor):
    for _ in range(6):
        wrong(visitor)

    assert visitor.sign_in("lead-rep").status_code == 200


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(visitor):
    cookie = visitor.sign_in("lead-op").headers["Set-Cookie"]

    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Max-Age=28800" in cookie


def test_behind_https_the_cookie_is_marked_secure(sqlite_runtime, visitor):
    settings = replace(sqlite_runtime.settings, secure_cookies=True)
    client = create_app(replace(sqlite_runtime, settings=settings)).test_client()

    reply = client.post(
        "/api/v1/auth/sign-in", json={"login": "lead-op", "password": "liancheng-demo"}
    )

    assert "Secure" in reply.headers["Set-Cookie"]


def test_the_database_keeps_no_token(visitor, sqlite_runtime):
    token = visitor.sign_in("lead-op").headers["Set-Cookie"].split("=", 1)[1].split(";")[0]

    with unit_of_work(sqlite_runtime.sessions) as session:
        kept = [row.token_sha256 for row in session.query(LoginSession)]

    assert len(kept) == 1
    assert token not in kept


def test_an_unsafe_request_without_the_csrf_token_is_refused(as_person):
    browser = as_person("lead-op")

    for csrf in (None, "", "guessed", browser.csrf + "x"):
        forged = replace(browser, csrf=csrf)
        assert forged.post("/auth/tokens", LABEL).status_code == 403
        assert forged.delete("/auth/session").status_code == 403

    assert browser.post("/auth/tokens", LABEL).status_code == 201


def test_a_program_with_a_bearer_token_needs_no_csrf_token(app, as_person):
    token = as_person("lead-op").post("/auth/tokens", LABEL).json["token"]
    headers = {"Authorization": f"Bearer {token}"}

    reply = app.test_client().post("/api/v1/auth/tokens", json=LABEL, headers=headers)

    assert reply.status_code == 201


def test_a_bearer_token_put_into_a_cookie_changes_nothing(app, as_person):
    token = as_person("lead-op").post("/auth/tokens", LABEL).json["token"]
    client = app.test_client()
    client.set_cookie("liancheng_session", token)

    reply = client.post("/api/v1/auth/tokens", json=LABEL, headers={"X-CSRF-Token": ""})

    assert reply.status_code == 403


def test_signing_out_takes_effect_at_once(as_person):
    browser = as_person("lead-op")
    stolen = browser.client.get_cookie("liancheng_session").value

    assert browser.delete("/auth/session").status_code == 204

    browser.client.set_cookie("liancheng_session", stolen)
    assert browser.get("/auth/session").status_code == 401
    assert browser.get("/cases").status_code == 401


def test_a_session_ends_after_its_hours(as_person, sqlite_runtime):
    browser = as_person("lead-op")

    sqlite_runtime.clock.advance(timedelta(hours=8))

    assert browser.get("/auth/session").status_code == 401


def test_a_person_switched_off_is_refused_with_the_next_request(as_person, sqlite_runtime):
    browser = as_person("lead-op")

    switch_off(sqlite_runtime, "lead-op")

    assert browser.get("/cases").status_code == 401
    assert browser.post("/auth/tokens", LABEL).status_code == 401


def test_a_person_switched_off_cannot_sign_in_and_is_told_no_more_than_others(
    visitor, sqlite_runtime
):
    switch_off(sqlite_runtime, "lead-op")

    reply = visitor.sign_in("lead-op")

    assert reply.status_code == 401
    assert reply.data == wrong(visitor, "lead-rep").data


def acting_for(visitor, party):
    return visitor.client.get("/api/v1/auth/session", headers={"X-Acting-For": str(party)})


def test_acting_for_one_party_leaves_the_roles_of_the_others_aside(visitor, sqlite_runtime):
    own = visitor.sign_in("lead-op").json["memberships"][0]["party"]
    with unit_of_work(sqlite_runtime.sessions) as session:
        person = session.scalars(select(Person).where(Person.login == "lead-op")).one()
        other = session.scalars(select(Party).where(Party.id != UUID(own))).first()
        session.add(Membership(person_id=person.id, party_id=other.id, role="clerk"))
        other_id = other.id

    held = {m["party"] for m in visitor.get("/auth/session").json["memberships"]}
    narrowed = {m["party"] for m in acting_for(visitor, other_id).json["memberships"]}

    assert held == {own, str(other_id)}
    assert narrowed == {str(other_id)}


def test_acting_for_a_party_of_others_is_refused(visitor):
    visitor.sign_in("lead-op")

    assert acting_for(visitor, uuid4()).status_code == 403
    assert acting_for(visitor, "nobody").status_code == 403
