"""The chains of jurisdictions stand in the checkpoints beside those of cases."""

import json

import pytest
from click.testing import CliRunner
from sqlalchemy import delete, select

from api.cli import main
from services import jurisdiction_audit
from services.checkpoints import jurisdictions, records, taking, verifying
from services.db.engine import reading, unit_of_work
from services.db.models import Incident, JurisdictionAct, JurisdictionChain


@pytest.fixture
def act(runtime):
    """Do something to the procedures of a jurisdiction."""

    def do(code="liangjiang", what="draft.saved"):
        with unit_of_work(runtime.sessions) as session:
            now = runtime.clock.now()
            jurisdiction_audit.append(session, code, at=now, actor="x", what=what, payload={})

    return do


def breaks(runtime):
    replayed = verifying.replay(runtime.anchors.records())
    with reading(runtime.sessions) as session:
        return replayed.problems, list(jurisdictions.compare(session, replayed))


def cut(runtime, code, after):
    """Cut a chain off so that it looks whole: only what is kept elsewhere knows better."""
    with unit_of_work(runtime.sessions) as session:
        of_it = JurisdictionAct.jurisdiction == code
        session.execute(delete(JurisdictionAct).where(of_it, JurisdictionAct.seq > after))
        chain = session.get_one(JurisdictionChain, code)
        chain.seq = after
        last = session.get(JurisdictionAct, (code, after))
        chain.head = last.hash if last else None
        session.flush()
        assert set(jurisdiction_audit.verify(session)) == {None}


def test_a_record_lists_the_chains_that_have_changed(desk, runtime, act, later):
    act()
    desk.start("other")
    later(runtime)
    act()
    act("ningbo")
    later(runtime)
    later(runtime)

    first, second = (records.read(raw) for raw in runtime.anchors.records())
    assert [(j.jurisdiction, j.seq) for j in first.jurisdictions] == [("liangjiang", 1)]
    assert [(j.jurisdiction, j.seq) for j in second.jurisdictions] == [
        ("liangjiang", 2),
        ("ningbo", 1),
    ]
    assert (len(first.heads), len(second.heads)) == (1, 0)
    assert breaks(runtime) == ([], [])


def test_a_record_without_jurisdictions_is_as_all_were_before(desk, runtime, later):
    desk.start("other")
    later(runtime)

    [raw] = runtime.anchors.records()
    whole = json.loads(raw)
    assert (sorted(whole), whole["header"]["body"]["format"]) == (
        ["header", "heads"],
        "liancheng-checkpoint/1",
    )


@pytest.mark.parametrize("after", [1, 0])
def test_a_chain_cut_off_after_a_checkpoint_is_found_and_becomes_one_incident(
    desk, runtime, act, later, after
):
    act()
    act()
    act("ningbo")
    later(runtime)
    cut(runtime, "liangjiang", after)
    act("ningbo")
    later(runtime)
    later(runtime)

    found = jurisdiction_audit.Break("liangjiang", 2, "检查点记有此条，链中没有")
    assert breaks(runtime) == ([], [found])
    with reading(runtime.sessions) as session:
        [incident] = session.scalars(select(Incident)).all()
    assert (incident.code, incident.case_id, incident.node_id) == ("AUDIT", None, "liangjiang")
    listed = records.read(list(runtime.anchors.records())[-1]).jurisdictions
    assert [head.jurisdiction for head in listed] == ["ningbo"]


def test_a_chain_written_anew_is_found(desk, runtime, act, later):
    act()
    later(runtime)
    cut(runtime, "liangjiang", 0)
    act(what="draft.discarded")

    problem = "与检查点所记不符"
    assert breaks(runtime)[1] == [jurisdiction_audit.Break("liangjiang", 1, problem)]


def test_a_restored_backup_takes_chains_back_on_record(desk, runtime, act, later):
    act()
    act()
    later(runtime)
    cut(runtime, "liangjiang", 1)
    with unit_of_work(runtime.sessions) as session:
        session.execute(delete(taking.AnchoredHead))
        session.execute(delete(jurisdictions.AnchoredJurisdiction))
    taking.take(runtime, restored={"made_at": "2026-03-01"})

    assert breaks(runtime) == ([], [])


def test_a_proof_of_a_case_holds_beside_jurisdictions(desk, runtime, act, later):
    act()
    cases = [desk.start("other") for _ in range(2)]
    later(runtime)
    [raw] = runtime.anchors.records()

    for case in cases:
        proof = records.proof_of(raw, case.id)
        assert records.check_proof(case.id, proof)["format"] == records.WITH_JURISDICTIONS


@pytest.mark.parametrize("change", ["left out", "added", "other"])
def test_what_is_listed_of_jurisdictions_is_signed_too(desk, runtime, act, later, change):
    act()
    desk.start("other")
    later(runtime)
    [raw] = runtime.anchors.records()
    whole = json.loads(raw)
    if change == "left out":
        del whole["jurisdictions"]
    elif change == "added":
        whole["jurisdictions"].append(["ningbo", 1, "00" * 32])
    else:
        whole["jurisdictions"][0][1] = 7

    with pytest.raises(records.BadRecordError):
        records.read(records.rfc8785.dumps(whole))
