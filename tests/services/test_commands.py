"""One command, one transaction: its key, its commit, its bell, its incident."""

from dataclasses import replace

import pytest
from sqlalchemy import func, select

from services import commands
from services.db.engine import unit_of_work
from services.db.models import AuditEntry, Case, CaseStatus, Counter, IdempotencyKey, Incident
from services.errors import KeyReusedError, NotSignedInError, ProcessFaultError
from workflows.errors import IncidentError


def request(key, body=b"body", who="clerk"):
    return commands.Request(lambda _session: who, key, body)


def counting(result=None):
    """A command that counts a series up and answers with its value."""

    def act(session):
        row = session.get(Counter, "test") or Counter(series="test", value=0)
        session.add(row)
        row.value += 1
        return commands.Answer(201, result or {"value": row.value})

    return act


def counted(runtime):
    with unit_of_work(runtime.sessions) as session:
        return session.scalar(select(Counter.value).where(Counter.series == "test"))


def test_the_same_key_runs_the_command_once(runtime):
    answers = [commands.execute(runtime, request("k"), counting()) for _ in range(3)]

    assert answers == [commands.Answer(201, {"value": 1})] * 3
    assert counted(runtime) == 1


def test_without_a_key_each_request_counts(runtime):
    for _ in range(3):
        commands.execute(runtime, request(None), counting())

    assert counted(runtime) == 3


def test_the_same_key_with_another_request_is_refused(runtime):
    commands.execute(runtime, request("k"), counting())

    with pytest.raises(KeyReusedError):
        commands.execute(runtime, request("k", b"other"), counting())

    assert counted(runtime) == 1


def test_the_same_key_of_somebody_else_is_another_key(runtime):
    for who in ("clerk", "leader"):
        commands.execute(runtime, request("k", who=who), counting())

    assert counted(runtime) == 2


def test_a_command_that_fails_leaves_nothing_not_even_its_key(runtime):
    def fail(session):
        counting()(session)
        session.flush()
        raise RuntimeError

    with pytest.raises(RuntimeError):
        commands.execute(runtime, request("k"), fail)

    assert counted(runtime) is None
    assert commands.execute(runtime, request("k"), counting()).body == {"value": 1}


def test_whoever_may_not_ask_gets_no_stored_answer(runtime):
    commands.execute(runtime, request("k"), counting())

    def refuse(_session):
        raise NotSignedInError("no")

    with pytest.raises(NotSignedInError):
        commands.execute(runtime, commands.Request(refuse, "k", b"body"), counting())


def test_the_bell_rings_after_the_commit_and_only_then(runtime):
    heard = []
    listening = replace(runtime, ring=lambda: heard.append(counted(runtime)))

    def fail(_session):
        raise RuntimeError

    commands.execute(listening, request(None), counting())
    with pytest.raises(RuntimeError):
        commands.execute(listening, request(None), fail)

    assert heard == [1]


def test_twins_in_flight_wait_for_one_another(runtime, at_once):
    answers = at_once(8, lambda _n: commands.execute(runtime, request("twin"), counting()))

    assert answers == [commands.Answer(201, {"value": 1})] * 8
    assert counted(runtime) == 1


def test_a_fault_of_the_diagram_changes_nothing_but_opens_an_incident(runtime, desk):
    case = desk.start()

    def fail(session):
        session.get_one(Case, case.id).state = "CHANGED"
        session.flush()
        error = IncidentError("GATEWAY", "gw_scope", "条件既不为真也不为假")
        error.case_id = case.id
        raise error

    with pytest.raises(ProcessFaultError) as caught:
        commands.execute(runtime, request("k"), fail)

    with unit_of_work(runtime.sessions) as session:
        found = session.get_one(Case, case.id)
        incident = session.scalars(select(Incident)).one()
        last = session.scalars(select(AuditEntry).order_by(AuditEntry.seq.desc())).first()
        keys = session.scalar(select(func.count()).select_from(IdempotencyKey))
    assert found.state != "CHANGED"
    assert found.status is CaseStatus.ATTENTION
    assert str(incident.id) == caught.value.details["incident"]
    assert (incident.code, incident.node_id) == ("GATEWAY", "gw_scope")
    assert last.what == "incident.opened"
    assert keys == 0


def test_the_same_fault_again_is_the_same_incident(runtime, desk):
    case = desk.start()

    def fail(_session):
        error = IncidentError("GATEWAY", "gw_scope", "x")
        error.case_id = case.id
        raise error

    for _ in range(3):
        with pytest.raises(ProcessFaultError):
            commands.execute(runtime, request(None), fail)

    with unit_of_work(runtime.sessions) as session:
        assert session.scalar(select(func.count()).select_from(Incident)) == 1
