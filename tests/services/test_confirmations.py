"""A parameter the regulation leaves open carries no production case before its owner's word."""

from dataclasses import replace

import pytest
from sqlalchemy import delete

from services import cases, confirmations, loading, procedures
from services.db.engine import unit_of_work
from services.db.models import Confirmation
from services.errors import ConflictError, InvalidError, NotAllowedError

PROCEDURE, DAYS = "baoshan.publicity_list", "publicity.days"


@pytest.fixture
def unconfirmed(runtime):
    """A database in which nobody has confirmed anything."""
    with unit_of_work(runtime.sessions) as session:
        session.execute(delete(Confirmation))
    return runtime


def start(desk, rehearsal=None):
    with unit_of_work(desk.runtime.sessions) as session:
        return cases.start_case(
            session,
            desk.runtime,
            desk.actor("bs-reviewer"),
            procedure_id=PROCEDURE,
            party_id=desk.party("bs-stc"),
            answers={},
            rehearsal=rehearsal,
        )


def confirm(desk, login="bs-owner", parameter=DAYS):
    with unit_of_work(desk.runtime.sessions) as session:
        return confirmations.confirm(
            session,
            desk.runtime,
            desk.actor(login),
            PROCEDURE,
            parameter=parameter,
            reason="按惯例公示5个工作日",
        )


def test_a_production_case_waits_for_the_owners_word(unconfirmed, desk):
    with pytest.raises(ConflictError, match="公示天数") as seen:
        start(desk)
    assert seen.value.code == "PARAMETER_UNCONFIRMED"

    rows = confirm(desk)

    assert [(r["parameter"], r["is_confirmed"], r["is_demo"]) for r in rows] == [
        (DAYS, True, False)
    ]
    assert start(desk).number.startswith("BS-GS-")


def test_a_rehearsal_needs_no_word(unconfirmed, desk):
    assert start(desk, cases.Rehearsal()).is_rehearsal


def test_another_value_needs_another_word(unconfirmed, desk):
    confirm(desk)
    with unit_of_work(desk.runtime.sessions) as session:
        ready = procedures.ready(session, procedures.get(session, PROCEDURE).bundle_hash)
        opened = ready.opened
        profile = opened.procedure["procedure"]["profile"]
        changed = {**profile, DAYS: {**profile[DAYS], "value": 7}}
        settings = {**opened.procedure["procedure"], "profile": changed}
        other = replace(
            ready, opened=replace(opened, procedure={**opened.procedure, "procedure": settings})
        )

        assert [row["is_confirmed"] for row in confirmations.listed(session, other)] == [False]


def test_only_the_owner_confirms_and_only_what_waits_for_a_word(unconfirmed, desk):
    for login in ("bs-reviewer", "lj-owner", "bs-lead-op"):
        with pytest.raises(NotAllowedError):
            confirm(desk, login)
    with pytest.raises(InvalidError):
        confirm(desk, parameter="publicity.basis")


def test_the_sample_word_is_marked_and_given_once(runtime):
    with unit_of_work(runtime.sessions) as session:
        loading.load_demo(session, runtime)
        ready = procedures.ready(session, procedures.get(session, PROCEDURE).bundle_hash)
        [row] = confirmations.listed(session, ready)
        count = session.query(Confirmation).filter_by(procedure_id=PROCEDURE).count()

    assert (row["is_confirmed"], row["is_demo"], count) == (True, True, 1)
