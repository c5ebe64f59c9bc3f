"""A move is rehearsed on a copy, the move that follows comes to the same, and is proved."""

from datetime import timedelta

import pytest

from services import jobs
from services.db.engine import discarded, unit_of_work
from services.db.models import AuditEntry, Incident
from services.errors import ConflictError, NotAllowedError, NotFoundError
from services.exporting.gathering import gather
from services.migrating import moving, proving, rehearsing, reporting
from tests.services.migrating.conftest import INTENT, Owner
from tests.services.operations.operating import UNIT, rows

RENAMED = ("提出拟邀单位和分工", "提出拟邀请的单位")


@pytest.fixture
def case(desk):
    """A case whose lead lists the units to invite."""
    return desk.start()


@pytest.fixture
def asked(case, desk):
    """The same, once a unit has been asked and a limit runs for its answer."""
    desk.complete("lead-op", desk.task(case), {"candidates": [UNIT]})
    return case


def test_a_rehearsal_touches_nothing_and_the_move_comes_to_the_same(asked, owner):
    to = owner.publish(RENAMED, path=INTENT)
    before = owner.kept(asked)

    rehearsed = owner.rehearse(asked, to)

    assert owner.kept(asked) == before
    moved = owner.act(
        moving.migrate, asked.id, moving.Wanted(to, {}, "办法修订", rehearsed["digest"])
    )
    assert (moved["after"], moved["digest"]) == (rehearsed["after"], rehearsed["digest"])


def test_a_rehearsal_goes_on_to_the_next_due_date_as_the_case_then_does(asked, desk, owner):
    to = owner.publish(RENAMED, path=INTENT)
    rehearsed, _moved = owner.move_as_rehearsed(asked, to)
    [first, *_more] = rehearsed["later"]
    assert first["problem"] is None
    assert first["at"].isoformat() == min(t["due_at"] for t in rehearsed["after"]["timers"])

    desk.runtime.clock.set(first["at"] + timedelta(seconds=1))
    jobs.run_due(desk.runtime, "w", only_case=asked.id)

    assert rows(desk, Incident) == []
    names = sorted(task["step"]["name"] for task in first["standing"]["tasks"])
    assert sorted(name for _id, name in owner.open_tasks(asked)) == names


def test_what_the_law_does_not_let_stand_is_a_problem_and_opens_no_incident(case, desk, owner):
    to = owner.publish(
        ("list_candidates", "name_candidates"),
        ('id="name_candidates"', 'id="name_candidates" liancheng:activityCode="A-DECIDE"'),
        path=INTENT,
    )

    told = owner.rehearse(case, to, list_candidates="name_candidates")

    assert told["problem"]["code"] == "INVARIANT"
    assert "违反不变式" in told["problem"]["message"]
    assert rows(desk, Incident) == []


def test_a_case_that_has_gone_on_since_its_rehearsal_does_not_move_by_it(case, desk, owner):
    to = owner.publish(RENAMED, path=INTENT)
    digest = owner.rehearse(case, to)["digest"]
    desk.complete("lead-op", desk.task(case), {"candidates": [UNIT]})
    before = owner.kept(case)

    with pytest.raises(ConflictError, match="与演练时不一致") as refused:
        owner.act(moving.migrate, case.id, moving.Wanted(to, {}, "办法修订", digest))

    assert refused.value.code == "DIFFERS"
    assert owner.kept(case) == before


def test_a_move_is_proved_and_the_proof_is_sealed_in_the_chain(asked, desk, owner):
    owner.move_as_rehearsed(asked, owner.publish(RENAMED, path=INTENT))
    [found] = owner.proof(asked)

    proof = found["proof"]
    assert proof["limits"]
    assert all(each["before"] == each["after"] for each in proof["limits"] + proof["hashes"])
    assert (proof["is_whole"], bool(proof["invariants"])) == (True, True)
    with unit_of_work(desk.runtime.sessions) as session:
        entry = session.get_one(AuditEntry, (asked.id, found["audit_seq"]))
        row = session.query(moving.CaseMigration).one()
    assert entry.what == moving.MIGRATED
    assert entry.payload["proof_sha256"] == proving.seal(row.proof)

    owner.undo(asked)
    [found] = owner.proof(asked)
    assert found["undone_seq"] == found["audit_seq"] + 1


def test_only_owners_rehearse_and_a_rehearsal_is_never_committed(case, desk, owner):
    to = owner.publish(RENAMED, path=INTENT)
    for login in ("lead-op", "lj-reviewer"):
        with pytest.raises((NotAllowedError, NotFoundError)):
            Owner(desk, login).rehearse(case, to)
    with pytest.raises(ConflictError, match="又有了新版本"):
        owner.rehearse(case, "0" * 64)

    with pytest.raises(RuntimeError, match="never be committed"):
        owner.act(rehearsing.rehearse, case.id, moving.Wanted(to, {}, "演练"))
    with (
        pytest.raises(RuntimeError, match="never kept"),
        discarded(desk.runtime.sessions) as session,
    ):
        session.commit()


def test_officials_who_hold_the_case_read_its_proof_and_take_it_along(desk, owner):
    case = desk.start("other")
    owner.move_as_rehearsed(case, owner.publish(("提出拟邀单位和分工", "提出单位"), path=INTENT))

    [found] = Owner(desk, "lj-reviewer").proof(case)
    with pytest.raises(NotAllowedError):
        Owner(desk, "lead-op").proof(case)

    official, process_owner = desk.actor("lj-reviewer"), desk.actor("lj-owner")
    with unit_of_work(desk.runtime.sessions) as session:
        package = gather(session, official, case.id)
        [line] = reporting.table(session, process_owner, case.procedure_id).rows
    [exported] = package.members["migrations.json"]
    assert exported["proof"] == found["proof"]
    assert exported["audit_seq"] == found["audit_seq"]
    assert list(line)[:3] == [case.number, 1, 2]
    assert "与演练一致" in line
