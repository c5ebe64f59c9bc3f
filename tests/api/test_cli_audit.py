"""The command that verifies audit chains: what it says of what was changed, and its exit status."""

import json

import pytest
from click.testing import CliRunner
from sqlalchemy import delete

from api.cli import main
from services import jurisdiction_audit
from services.db.engine import unit_of_work
from services.db.models import AuditEntry, JurisdictionAct


@pytest.fixture
def run(sqlite_runtime):
    """Run `liancheng audit` on the test's own database; its exit status and what it says."""
    settings = sqlite_runtime.settings
    env = {
        "LIANCHENG_DATABASE_URL": settings.database_url,
        "LIANCHENG_DATA_DIR": str(settings.data_dir),
    }

    def act(*words):
        told = CliRunner().invoke(main, ["audit", *words], env=env)
        return told.exit_code, told.output

    return act


@pytest.fixture
def sealed(run, sqlite_desk, sqlite_runtime):
    """A case and two acts on procedures, in a checkpoint."""
    case = sqlite_desk.start()
    with unit_of_work(sqlite_runtime.sessions) as session:
        for what in ("draft.opened", "draft.saved"):
            now = sqlite_runtime.clock.now()
            jurisdiction_audit.append(
                session, "liangjiang", at=now, actor="x", what=what, payload={}
            )
    assert run("checkpoint") == (0, "已签署 1 个检查点\n")
    return case


def test_chains_that_are_whole(run, sealed):
    status, told = run("verify")

    assert status == 0
    assert "核对 1 个办件，0 处有问题；检查点 1 个" in told


def test_an_act_on_a_procedure_that_was_cut_off_is_told_with_its_number(
    run, sealed, sqlite_runtime
):
    with unit_of_work(sqlite_runtime.sessions) as session:
        session.execute(delete(JurisdictionAct).where(JurisdictionAct.seq == 2))

    status, told = run("verify", "--json")

    assert status == 1
    problems = json.loads(told)["checkpoint_problems"]
    assert "辖区 liangjiang 的留痕链第 2 条：检查点记有此条，链中没有" in problems


def test_an_entry_of_a_case_that_was_deleted_is_told_with_its_case(run, sealed, sqlite_runtime):
    with unit_of_work(sqlite_runtime.sessions) as session:
        session.execute(delete(AuditEntry).where(AuditEntry.case_id == sealed.id))

    status, told = run("verify", "--json")

    assert status == 1
    assert str(sealed.id) in {row["case"] for row in json.loads(told)["broken"]}
