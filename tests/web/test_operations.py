"""Process owners keep it running on the pages: incidents, standstill, limits, agencies' words."""

import re
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from services.gateways.clock import SystemClock
from services.db.engine import open_engine, open_sessions, unit_of_work
from services.db.models import (
    Channel,
    Delivery,
    DeliveryState,
    Incident,
    Job,
    JobFailure,
    JobKind,
    Person,
)
from services.gateways.liancheng_api import ApiClient
from services.loading import DEMO_PASSWORD


@pytest.fixture
def case(site) -> dict:
    """A case of lead-op that waits for the reviewers."""
    lead = ApiClient(site, "lead-op", DEMO_PASSWORD)
    [party] = {m["party"] for m in lead.who["memberships"]}
    [call] = [c for c in lead.get("/calls") if c["number"] == "LJ-TZ-2026-001"]
    answers = {
        "call_id": call["id"],
        "working_name": "智行汽车产业创新联合体",
        "industry_field": "nev",
        "registered_region": "other",
        "operating_region": "other",
        "tax_region": "other",
        "registered_address": "重庆市两江新区演示路1号",
    }
    body = {"procedure": "liangjiang.application", "party": party, "answers": answers}
    return lead.post("/cases", body)


@pytest.fixture
def broken(postgres, case) -> dict:
    """The same with three mails that have failed for good."""
    engine = open_engine(f"{postgres}/web")
    with unit_of_work(open_sessions(engine)) as session:
        person = session.scalars(select(Person.id).where(Person.login == "lead-op")).one()
        for number in range(3):
            _fail(session, UUID(case["id"]), person, datetime.now(UTC), number)
    engine.dispose()
    return case


def _fail(session, case_id, person, now, number):
    content = {"subject": "申请已受理", "body": f"回执号 {number}"}
    delivery = Delivery(
        id=uuid4(),
        case_id=case_id,
        person_id=person,
        channel=Channel.MAIL,
        template="accepted",
        address="lead-op@example.org",
        content=content,
        content_sha256="0" * 64,
        state=DeliveryState.FAILED,
        queued_at=now,
    )
    job = Job(
        kind=JobKind.MAIL,
        case_id=case_id,
        dedupe_key=f"test:{uuid4()}",
        payload={"delivery": str(delivery.id)},
        due_at=now,
        attempts=8,
        failed_at=now,
    )
    session.add_all([delivery, job])
    session.flush()
    incident = Incident(
        case_id=case_id,
        job_id=job.id,
        code="JOB",
        node_id="mail",
        message="邮件服务器",
        opened_at=now,
    )
    tries = (JobFailure(job_id=job.id, attempt=n, error="SMTP", at=now) for n in range(1, 9))
    session.add_all([incident, *tries])


def settled(who):
    """Wait until the page is at rest; it must be accessible and narrow enough."""
    who.page.wait_for_load_state("networkidle")
    who.page.evaluate("Promise.allSettled(document.getAnimations().map((one) => one.finished))")
    who.is_accessible()
    who.fits()


def give_reason(who, *texts, day=None):
    """Fill in a dialog that asks for reasons, and confirm."""
    dialog = who.page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    if day:
        dialog.get_by_label("新的末日").fill(day.isoformat())
    for box, text in zip(dialog.locator("textarea").all(), texts, strict=True):
        box.fill(text)
    settled(who)
    dialog.get_by_role("button", name="确定").click()
    expect(dialog).to_have_count(0)


def incidents_of(who, case):
    return who.page.locator(".incidents li").filter(has_text=case["number"])


def test_a_process_owner_finds_the_cause_of_an_incident_and_retries_it(street, broken):
    """Incident, cause, retry, gone; another is skipped with a reason; the rest at once."""
    owner = street.signed_in("lj-owner").go("/workbench")
    owner.page.get_by_role("link", name="运行管理").click()
    expect(incidents_of(owner, broken)).to_have_count(3)
    settled(owner)
    owner.screenshot("OP-1-incidents")

    incidents_of(owner, broken).first.get_by_role("link").click()
    owner.sees("通知“受理”，经邮件")
    owner.sees("第 8 次：")
    settled(owner)
    owner.screenshot("OP-1-cause")
    owner.page.get_by_role("button", name="重试", exact=True).click()
    owner.sees("已重试 · ")

    owner.go("/operations/incidents")
    expect(incidents_of(owner, broken)).to_have_count(2)
    incidents_of(owner, broken).first.get_by_role("link").click()
    owner.page.get_by_role("button", name="跳过", exact=True).click()
    give_reason(owner, "已于今日当面送达并签收")
    owner.sees("已跳过 · ")

    phone = street.signed_in("lj-owner", is_phone=True).go("/operations/incidents")
    incidents_of(phone, broken).get_by_role("checkbox").check()
    settled(phone)
    phone.page.get_by_role("button", name="重试所选（1）").click()
    phone.sees("批量重试完成：1 项都已重试")
    expect(incidents_of(phone, broken)).to_have_count(0)
    phone.page.get_by_label("看已处理的").check()
    phone.sees("已于今日当面送达并签收")
    settled(phone)
    phone.screenshot("OP-1-gone-phone")

    owner.go(f"/cases/{broken['id']}").page.get_by_role("tab", name="送达").click()
    owner.sees("跳过：已于今日当面送达并签收")
    settled(owner)
    owner.screenshot("OP-1-deliveries")


def test_a_case_stands_still_and_goes_on_and_two_people_move_its_limit(street, case, as_person):
    """中止 with a reason for each audience, 恢复; a limit proposed by one, approved by another."""
    now = SystemClock().now().isoformat()
    as_person("lead-op").post("/notifications/read", {"until": now})  # of other tests
    owner = street.signed_in("lj-owner").go(f"/cases/{case['id']}")
    owner.page.get_by_role("button", name="中止办理").click()
    give_reason(owner, "见内部便函", "等待鉴定结论")
    owner.sees("见内部便函")
    settled(owner)
    owner.screenshot("OP-2-suspended")

    lead = street.signed_in("lead-op", is_phone=True).go(f"/cases/{case['id']}")
    lead.sees("等待鉴定结论")
    expect(lead.page.get_by_text("见内部便函")).to_have_count(0)
    lead.go("/me/notifications").sees("办件中止")
    settled(lead)
    before = unread(lead)
    lead.screenshot("OP-2-unread-phone")
    desk = street.signed_in("lead-op").go("/workbench")
    settled(desk)
    assert unread(desk) == before
    desk.screenshot("OP-2-unread")
    lead.page.get_by_role("button", name=re.compile("^标为已读：")).first.click()
    lead.sees("已读 · ")
    left = f"通知 {before - 1} 条未读" if before > 1 else "通知"
    expect(
        lead.page.get_by_role("banner").get_by_role("link", name=left, exact=True)
    ).to_be_visible()
    lead.go("/me/channels").page.get_by_text("短信免打扰").wait_for()
    settled(lead)
    lead.page.get_by_role("button", name="保存").click()
    lead.sees("已保存")

    owner.page.get_by_role("button", name="恢复办理").click()
    give_reason(owner, "鉴定结论已经作出")
    owner.page.get_by_role("tab", name="时限").click()
    owner.page.get_by_role("button", name="变更期限").first.click()
    give_reason(owner, "系统检修三天", day=date.today() + timedelta(days=30))  # noqa: DTZ011 - far off
    owner.sees("等待批准")
    settled(owner)
    leader = street.signed_in("lj-leader").go(f"/cases/{case['id']}")
    leader.page.get_by_role("tab", name="时限").click()
    leader.page.get_by_role("button", name="批准", exact=True).click()
    leader.sees("已批准 · ")
    settled(leader)
    leader.screenshot("OP-2-limit")


def test_an_agency_writes_its_own_words_and_stops_taking_applications(street):
    """通知文本: a wrong place refused, preview, saved, history; 暂停受理 is told to applicants."""
    owner = street.signed_in("lj-owner2").go("/operations/texts")
    owner.page.get_by_label("通知事项").select_option("resubmitted")
    body = owner.page.get_by_label("正文").first
    body.fill("办件 {case_number} 已补正 {password}")
    owner.page.get_by_role("button", name="预览").first.click()
    owner.sees("没有填空 {password}")
    settled(owner)
    body.fill("办件 {case_number} 第 {round} 次补正")
    owner.page.get_by_role("button", name="预览").first.click()
    owner.sees("第 1 次补正")
    settled(owner)
    owner.screenshot("OP-3-texts")
    owner.page.get_by_role("button", name="保存新版本").first.click()
    give_reason(owner, "用语更清楚")
    owner.page.get_by_role("button", name="历史版本").click()
    owner.sees("褚八（流程管理员）：用语更清楚")

    owner.go("/operations/jobs")
    settled(owner)
    owner.go("/operations/procedures")
    line = owner.page.locator(".lines li", has_text="产业创新联合体组建申请与审批")
    title = line.locator("strong").inner_text()
    line.get_by_role("button", name="暂停受理").click()
    give_reason(owner, "办法修订", "办法修订期间暂停受理")
    lead = street.signed_in("lead-op").go("/procedures")
    lead.sees("办法修订期间暂停受理")
    owner.sees("办法修订期间暂停受理")
    settled(owner)
    owner.screenshot("OP-3-procedures")
    owner.page.get_by_role("button", name=f"恢复受理：{title}").click()
    give_reason(owner, "修订完成")
    owner.sees("已恢复受理")


def unread(person) -> int:
    """The number of unread notifications that the header tells."""
    link = person.page.get_by_role("link", name=re.compile(r"^通知 [0-9]+ 条未读$"))
    expect(link).to_be_visible()
    return int(re.search(r"\d+", link.inner_text()).group())


def test_what_belongs_to_no_case_is_on_the_page_of_incidents(street, postgres):
    """An incident of the installation, opened and resolved by a process owner."""
    engine = open_engine(f"{postgres}/web")
    with unit_of_work(open_sessions(engine)) as session:
        row = Incident(
            code="ANCHOR",
            node_id="checkpoint",
            message="检查点未能存到库外：无法连接",
            opened_at=datetime.now(UTC),
        )
        session.add(row)
    engine.dispose()

    owner = street.signed_in("nb-owner").go("/operations/incidents")
    owner.sees("检查点未能存到库外：无法连接")
    owner.page.get_by_role("link", name="本系统（不属于任何办件）").first.click()
    owner.sees("原因")
    settled(owner)
    owner.screenshot("OP-1-no-case")
    owner.page.get_by_role("button", name="重试").click()
    owner.sees("已安排重试")
