"""120 running cases in every state: some move as they are, some by a mapping, some stay (PO-7)."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from bench import herd
from bench import site as served
from bench.migrating import stops
from services import procedures
from services.db.engine import unit_of_work
from services.db.models import Case, CaseMigration, Deadline, Notice, Procedure
from services.gateways.mail import FakeMailer
from services.gateways.publication import FakePublisher
from services.runtime import Runtime, make_runtime
from services.scenarios import read_scenario
from services.settings import Settings
from tests.web.conftest import ROOT, Street
from tests.web.people import Browsers
from workflows.bundles import Bundle

PROCEDURE = "liangjiang.application"
STORY = ROOT / "workflows/bpmn/liangjiang/scenarios/approval.yaml"
REVIEW, PUBLICITY = "completeness_check", "publicity_ends"


@pytest.fixture
def crowd(postgres: str, tmp_path: Path) -> Iterator[tuple[str, Runtime]]:
    """A server of its own: its cases are in nobody else's way."""
    with served.site(postgres, tmp_path, "crowd") as address:
        settings = Settings.from_env(
            {
                "LIANCHENG_DATABASE_URL": f"{postgres}/crowd",
                "LIANCHENG_DATA_DIR": str(tmp_path / "var"),
                "LIANCHENG_KEYS_DIR": str(tmp_path / "keys"),
            }
        )
        runtime = replace(make_runtime(settings), mailer=FakeMailer(), publisher=FakePublisher())
        yield address, runtime
        runtime.sessions.kw["bind"].dispose()


def _multiplied(runtime: Runtime) -> None:
    """96 cases in the states of a whole story, 20 at the review of forms, 4 in their publicity."""
    found = stops(runtime, read_scenario(STORY))
    review, public = ([t for t in found if _waits_on(t, node)][:1] for node in (REVIEW, PUBLICITY))
    others = [t for t in found if not _waits_on(t, REVIEW) and not _waits_on(t, PUBLICITY)]
    with runtime.sessions.kw["bind"].connect() as connection:
        for templates, number in ((others, 96), (review, 20), (public, 4)):
            herd.multiply(connection, templates, number, lambda _made: None)


def _waits_on(template: herd.Template, node: str) -> bool:
    tasks = any(
        t["node_id"] == node and t["status"] == "open" for t in template.rows.get("tasks", [])
    )
    return tasks or any(
        d["node_id"] == node and d["ended_at"] is None for d in template.rows.get("deadlines", [])
    )


def _publish(runtime: Runtime) -> None:
    """The review of forms is another step from now on, a publicity lasts a day longer."""
    with unit_of_work(runtime.sessions) as session:
        at = session.get_one(Procedure, PROCEDURE).bundle_hash
        files = dict(procedures.read_bundle(session, at).files)
        settings = json.loads(files["procedure.json"])
        settings["procedure"]["profile"]["publicity.days"]["value"] += 1
        files["procedure.json"] = json.dumps(settings, ensure_ascii=False).encode()
        path = next(p for p in files if p.endswith("completeness.bpmn"))
        files[path] = files[path].replace(REVIEW.encode(), b"formal_review")
        procedures.publish(session, Bundle(PROCEDURE, files), runtime.clock.now())


def _ends(runtime: Runtime) -> dict[str, list[object]]:
    """When every publicity and every limit that runs ends."""
    with unit_of_work(runtime.sessions) as session:
        return {
            "notices": sorted((n.number, n.ends_at) for n in session.query(Notice)),
            "limits": sorted(
                (d.id, d.due_at) for d in session.query(Deadline).filter_by(ended_at=None)
            ),
        }


def test_cases_in_every_state_are_rehearsed_moved_in_stages_and_one_is_put_back(
    crowd: tuple[str, Runtime], chromium: Browser, artefacts: Path
) -> None:
    address, runtime = crowd
    _multiplied(runtime)
    _publish(runtime)
    before = _ends(runtime)
    street = Street(Browsers(chromium, address, artefacts), {})
    who = street.signed_in("lj-owner").go(f"/studio/migration/{PROCEDURE}")

    amber = who.page.get_by_role("region", name="指定步骤后可以迁移", exact=True)
    expect(amber).to_contain_text("20 件")
    red = who.page.get_by_role("region", name="在旧版本办完", exact=True)
    expect(red).to_contain_text("4 件")
    expect(red).to_contain_text("期限正在计算，新版本改动了期限")
    who.sees("演练全部 96 件")
    who.screenshot("migration-crowd-plan")
    amber.get_by_label("“形式审查”由哪一步接续").select_option("formal_review")
    amber.get_by_role("button", name="按所选步骤重新判断").click()

    who.page.get_by_role("button", name="演练全部 116 件").click()
    expect(who.page.locator(".results")).to_contain_text("116 件已演练", timeout=90_000)
    assert _ends(runtime) == before
    who.page.get_by_label("迁移的理由").fill("形式审查改由新的步骤办理")
    who.page.get_by_role("button", name="分批迁移全部 116 件").click()
    for left, following in ((115, 10), (105, 105)):
        who.sees(f"本批已经迁移，还有 {left} 件")
        who.page.get_by_role("button", name=f"继续：下一批 {following} 件").click()
    expect(who.page.locator(".results")).to_contain_text(
        "116 件已迁移，0 件没有迁移", timeout=90_000
    )
    who.screenshot("migration-crowd-done")
    who.is_accessible()

    with who.page.expect_download() as report:
        who.page.get_by_role("link", name="下载迁移结果").click()
    lines = Path(report.value.path()).read_text("utf-8-sig").splitlines()
    assert len(lines) == 1 + 116
    assert all("与演练一致" in line and "不一致" not in line for line in lines[1:])
    row = who.page.locator(".results > ul > li").first
    row.get_by_role("button", name="撤销").click()
    expect(row).to_contain_text("已撤销")

    assert _ends(runtime) == before
    with unit_of_work(runtime.sessions) as session:
        rows = session.query(CaseMigration).all()
        to = session.get_one(Procedure, PROCEDURE).bundle_hash
        on_old = session.query(Case).filter(Case.bundle_hash != to, Case.engine_state.is_not(None))
        assert (len(rows), sum(row.undone_at is not None for row in rows)) == (116, 1)
        assert all(row.proof["is_whole"] and row.rehearsed for row in rows)
        assert on_old.count() == 4 + 1
    assert not [fault for one in street.met for fault in one.collected()]
    who.page.context.close()
