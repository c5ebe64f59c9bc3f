"""Accounts: what is kept of passwords and tokens, how failures count, when rights end."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, select

from services import accounts
from services.db.engine import unit_of_work
from services.db.models import LoginAttempt, LoginSession, Membership, Person
from services.errors import InvalidError, NotSignedInError, TooManyAttemptsError
from services.loading import DEMO_PASSWORD


def sign_in(runtime, login="lead-op", password=DEMO_PASSWORD, address="10.0.0.1"):
    with runtime.sessions() as session:
        try:
            return accounts.sign_in(
                session,
                runtime.clock.now(),
                login=login,
                password=password,
                address=address,
                seconds=3600,
            )
        finally:
            session.commit()


def fail(runtime, times, **more):
    for _ in range(times):
        with pytest.raises(NotSignedInError):
            sign_in(runtime, password="wrong", **more)


def test_a_short_password_is_refused():
    with pytest.raises(InvalidError):
        accounts.hash_password("x" * (accounts.MIN_PASSWORD - 1))


def test_the_same_password_is_never_kept_alike():
    one, other = (accounts.hash_password("a long enough one") for _ in range(2))

    assert one != other
    assert one.startswith("$argon2id$")


def test_each_block_is_twice_as_long(runtime):
    fail(runtime, accounts.MAX_FAILURES)
    waits = []

    for _ in range(4):
        with pytest.raises(TooManyAttemptsError) as caught:
            sign_in(runtime)
        waits.append(caught.value.details["retry_after_seconds"] - 1)
        runtime.clock.advance(timedelta(seconds=waits[-1]))
        fail(runtime, 1)

    assert waits == [60, 120, 240, 480]


def test_an_hour_of_peace_forgives(runtime):
    fail(runtime, accounts.MAX_FAILURES)
    runtime.clock.advance(timedelta(hours=1, seconds=1))

    fail(runtime, 1)

    assert sign_in(runtime).person.login == "lead-op"


def test_signing_in_forgives(runtime):
    fail(runtime, accounts.MAX_FAILURES - 1)
    sign_in(runtime)

    fail(runtime, accounts.MAX_FAILURES - 1)


def test_an_address_that_tries_many_logins_is_blocked_too(runtime):
    for number in range(10):
        fail(runtime, 5, login=f"nobody-{number}")

    with pytest.raises(TooManyAttemptsError):
        sign_in(runtime)
    assert sign_in(runtime, address="10.0.0.2").person.login == "lead-op"


def test_failures_at_once_all_count(runtime, at_once):
    def one(_number):
        try:
            sign_in(runtime, password="wrong")
        except (NotSignedInError, TooManyAttemptsError) as refusal:
            return type(refusal)

    outcomes = at_once(4, one)

    with unit_of_work(runtime.sessions) as session:
        attempt = session.get_one(LoginAttempt, "login:lead-op")
    assert outcomes == [NotSignedInError] * 4
    assert attempt.failures == 4


def test_a_token_lives_for_its_time_and_no_longer(runtime):
    with unit_of_work(runtime.sessions) as session:
        person = session.scalars(select(Person.id).where(Person.login == "lead-op")).one()
        made = accounts.create_token(session, runtime.clock.now(), person, "报表")

    with unit_of_work(runtime.sessions) as session:
        now, days = runtime.clock.now(), timedelta(days=accounts.TOKEN_DAYS)
        assert accounts.find_session(session, now, made.token) is not None
        assert accounts.find_session(session, now + days, made.token) is None
        assert made.token not in [row.token_sha256 for row in session.scalars(select(LoginSession))]


def test_a_role_taken_away_is_gone_with_the_next_transaction(runtime, desk):
    party = desk.party("demo-lead")
    assert desk.actor("lead-op").holds(party, "lead_operator")

    with unit_of_work(runtime.sessions) as session:
        session.execute(delete(Membership).where(Membership.role == "lead_operator"))

    assert not desk.actor("lead-op").holds(party, "lead_operator")
