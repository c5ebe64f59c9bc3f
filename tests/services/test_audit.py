"""The audit chain: whatever is changed by hand in the database is found."""

import json
import zlib

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from api.cli import main
from services import audit, tasks
from services.db.engine import unit_of_work
from services.db.models import AuditEntry, Decision
from services.lookup import lock_case

PROCEED = {"decision": "proceed", "reasons": "研发总部在区内"}


def findings(runtime):
    with unit_of_work(runtime.sessions) as session:
        return [finding for finding in audit.verify(session) if finding]


@pytest.fixture
def chain(desk, runtime):
    """A case with five entries: started, claimed, released, claimed, completed."""
    case = desk.start("other")
    task = desk.task(case)
    actor = desk.actor("lj-reviewer")
    for act in (tasks.claim, tasks.release, tasks.claim):
        with unit_of_work(runtime.sessions) as session:
            act(session, runtime, actor, task.id)
    desk.complete("lj-reviewer", task, PROCEED)
    desk.start()
    assert findings(runtime) == []
    return case


def entries(runtime, case):
    with unit_of_work(runtime.sessions) as session:
        rows = session.query(AuditEntry).filter_by(case_id=case.id).order_by(AuditEntry.seq)
        return list(rows)


def test_a_chain_tells_what_happened_in_order(chain, runtime):
    found = entries(runtime, chain)

    assert [entry.seq for entry in found] == [1, 2, 3, 4, 5]
    assert [entry.what for entry in found] == [
        "case.started",
        "task.claimed",
        "task.released",
        "task.claimed",
        "task.completed",
    ]


CHANGES = {
    "at": lambda entry: {"at": entry.at.replace(microsecond=1)},
    "actor": lambda _: {"actor": "somebody-else"},
    "party": lambda entry: {"party_id": entry.case_id},
    "no_party": lambda entry: {"party_id": None if entry.party_id else entry.case_id},
    "what": lambda _: {"what": "task.withdrawn"},
    "payload": lambda _: {"payload": {"task": "another"}},
    "empty_payload": lambda _: {"payload": {}},
    "payload_lost": lambda _: {"payload": None},
    "salt": lambda _: {"salt": b"another salt 16b"},
    "salt_lost": lambda _: {"salt": None},
    "payload_sha256": lambda _: {"payload_sha256": bytes(32)},
    "prev_hash": lambda _: {"prev_hash": b"x" * 32},
    "hash": lambda _: {"hash": b"x" * 32},
    "seq": lambda _: {"seq": 99},
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_changed_column_is_found_wherever_it_is(chain, runtime, change):
    for seq in (1, 3, 5):
        with runtime.sessions() as session:
            entry = session.get_one(AuditEntry, (chain.id, seq))
            for name, value in change(entry).items():
                setattr(entry, name, value)
            session.flush()
            [found] = [finding for finding in audit.verify(session) if finding]
            session.rollback()

        assert found.case_id == chain.id
        assert found.seq in {seq, seq + 1}


def test_a_deleted_row_is_found_wherever_it_was(chain, runtime):
    for seq in range(1, 6):
        with runtime.sessions() as session:
            session.delete(session.get_one(AuditEntry, (chain.id, seq)))
            session.flush()
            found = [finding for finding in audit.verify(session) if finding]
            session.rollback()

        assert [finding.case_id for finding in found] == [chain.id]


def test_a_tail_cut_off_is_found(desk, runtime):
    case = desk.start("other")
    task, actor = desk.task(case), desk.actor("lj-reviewer")
    with unit_of_work(runtime.sessions) as session:
        tasks.claim(session, runtime, actor, task.id)
    with unit_of_work(runtime.sessions) as session:
        session.delete(session.get_one(AuditEntry, (case.id, 2)))

    assert [(finding.case_id, finding.seq) for finding in findings(runtime)] == [(case.id, 2)]


def test_a_chain_deleted_whole_is_found(chain, runtime):
    with unit_of_work(runtime.sessions) as session:
        session.query(AuditEntry).filter_by(case_id=chain.id).delete()

    assert findings(runtime) == [audit.Finding(chain.id, 1, "末尾的条目被删去")]


def renumber(runtime, case, order):
    """Give the entries of a chain other numbers."""
    with unit_of_work(runtime.sessions) as session:
        for old, new in order.items():
            entry = session.get_one(AuditEntry, (case.id, old))
            entry.seq = 100 + new
            session.flush()
        for new in order.values():
            entry = session.get_one(AuditEntry, (case.id, 100 + new))
            entry.seq = new
            session.flush()


@pytest.mark.parametrize(
    "order",
    [{1: 2, 2: 1}, {2: 4, 4: 2}, {4: 5, 5: 4}, {1: 5, 2: 4, 4: 2, 5: 1}, {2: 3, 3: 4, 4: 2}],
    ids=str,
)
def test_rows_in_another_order_are_found(chain, runtime, order):
    renumber(runtime, chain, order)

    assert [finding.case_id for finding in findings(runtime)] == [chain.id]


def test_a_row_left_out_and_the_rest_renumbered_is_found(chain, runtime):
    with unit_of_work(runtime.sessions) as session:
        session.delete(session.get_one(AuditEntry, (chain.id, 2)))
    renumber(runtime, chain, {3: 2, 4: 3, 5: 4})

    assert findings(runtime) == [audit.Finding(chain.id, 2, "与前一条不相接")]


def test_payloads_swapped_between_rows_are_found(chain, runtime):
    with unit_of_work(runtime.sessions) as session:
        one, other = (session.get_one(AuditEntry, (chain.id, seq)) for seq in (2, 3))
        for name in ("payload", "salt", "payload_sha256"):
            first, second = getattr(one, name), getattr(other, name)
            setattr(one, name, second)
            setattr(other, name, first)

    assert [finding.seq for finding in findings(runtime)] == [2]


def test_rows_swapped_between_cases_are_found(desk, runtime):
    cases = [desk.start(), desk.start()]
    with unit_of_work(runtime.sessions) as session:
        for case, seq in ((cases[0], 2), (cases[1], 3)):
            session.get_one(AuditEntry, (case.id, 1)).seq = seq
        session.flush()
        session.get_one(AuditEntry, (cases[0].id, 2)).case_id = cases[1].id
        session.get_one(AuditEntry, (cases[1].id, 3)).case_id = cases[0].id
        session.flush()
        session.get_one(AuditEntry, (cases[1].id, 2)).seq = 1
        session.get_one(AuditEntry, (cases[0].id, 3)).seq = 1

    assert {finding.case_id for finding in findings(runtime)} == {case.id for case in cases}


def test_a_decision_changed_after_the_fact_is_found(chain, runtime):
    with unit_of_work(runtime.sessions) as session:
        session.query(Decision).one().answers = PROCEED | {"decision": "refuse"}

    assert findings(runtime) == [audit.Finding(chain.id, 5, "办理意见与留痕不符")]


def test_a_decision_changed_together_with_its_hash_is_found(chain, runtime):
    changed = PROCEED | {"decision": "refuse"}
    with unit_of_work(runtime.sessions) as session:
        decision = session.query(Decision).one()
        decision.answers = changed
        decision.answers_sha256 = audit.canonical_hash(changed).hex()

    assert findings(runtime) == [audit.Finding(chain.id, 5, "办理意见与留痕不符")]


def test_a_decision_taken_away_is_found(chain, runtime):
    with unit_of_work(runtime.sessions) as session:
        session.query(Decision).delete()

    assert findings(runtime) == [audit.Finding(chain.id, 5, "办理意见缺失")]


@pytest.mark.parametrize("seq", [1, 3, 5])
def test_content_that_the_law_wants_erased_leaves_the_chain_whole(chain, runtime, seq):
    with unit_of_work(runtime.sessions) as session:
        case = lock_case(session, chain.id)
        audit.erase(session, case, seq, at=case.started_at, actor="system", reason="个人信息删除")

    assert findings(runtime) == []
    assert entries(runtime, chain)[seq - 1].payload is None


@pytest.mark.parametrize("seq", [1, 3, 5])
def test_content_that_vanished_without_a_record_is_found(chain, runtime, seq):
    with unit_of_work(runtime.sessions) as session:
        entry = session.get_one(AuditEntry, (chain.id, seq))
        entry.payload = entry.salt = None

    assert findings(runtime) == [audit.Finding(chain.id, seq, "内容被改动")]


def test_the_same_content_put_in_anew_is_no_change(chain, runtime):
    with unit_of_work(runtime.sessions) as session:
        entry = session.get_one(AuditEntry, (chain.id, 5))
        session.execute(
            text("UPDATE audit_entries SET payload = :data WHERE seq = 5"),
            {"data": zlib.compress(json.dumps(entry.payload, ensure_ascii=False).encode(), 9)},
        )

    assert findings(runtime) == []


@pytest.fixture
def erase(desk, runtime, chain, monkeypatch):
    """``liancheng audit erase`` on the case of the chain."""
    monkeypatch.setenv("LIANCHENG_DATABASE_URL", runtime.settings.database_url)
    monkeypatch.setenv("LIANCHENG_DATA_DIR", str(runtime.settings.data_dir))

    def run(seq, *more, reason="个人信息保护法第四十七条，保存期限届满", **given):
        command = ["audit", "erase", chain.number, str(seq), "--reason", reason, *more]
        return CliRunner().invoke(main, command, **given)

    return run


def test_the_operator_erases_an_entry_at_the_command_line_and_the_record_says_why(
    erase, chain, runtime
):
    asked = erase(2, input="n\n")
    before = entries(runtime, chain)
    done = erase(2, "--yes")

    assert (asked.exit_code, done.exit_code) == (1, 0), done.output
    assert before[1].payload is not None
    after = entries(runtime, chain)
    assert after[1].payload is None
    assert (after[-1].what, after[-1].actor) == (audit.CONTENT_ERASED, "operator")
    assert after[-1].payload == {"seq": 2, "reason": "个人信息保护法第四十七条，保存期限届满"}
    assert findings(runtime) == []


@pytest.mark.parametrize(
    ("seq", "reason", "said"),
    [
        (5, "理由", "核对办理意见"),
        (99, "理由", "共有 6 条"),
        (6, "理由", "核对办理意见"),
        (2, "理由", "已经删除"),
        (3, " ", "请写明"),
    ],
)
def test_what_the_chain_is_checked_by_and_what_is_not_there_is_not_erased(
    erase, chain, runtime, seq, reason, said
):
    assert erase(2, "--yes").exit_code == 0

    refused = erase(seq, "--yes", reason=reason)

    assert (refused.exit_code, said in refused.output) == (1, True), refused.output
    assert len(entries(runtime, chain)) == 6
    assert findings(runtime) == []
