"""PO-5: a process owner plays a draft as several people across the holiday, and keeps the run."""

import re
from uuid import uuid4

import pytest
from playwright.sync_api import expect

APPLICATION = "liangjiang.application"


class Trial:
    """A trial over HTTP, for the steps between those that are taken on the page."""

    def __init__(self, client, draft: str) -> None:
        self.client = client
        self.name = f"公示跨国庆{uuid4().hex[:4]}"
        begin = {"name": self.name, "starts_at": "2026-09-25T09:00:00+08:00"}
        self.id = client.post(f"/studio/drafts/{draft}/trials", begin)["id"]

    def until(self, name: str) -> None:
        """Do what is open with sample answers until a task of that node is."""
        path = f"/studio/trials/{self.id}"
        state = self.client.get(path)
        while all(task["node_id"] != name for task in state["tasks"]):
            task = state["tasks"][0]
            about = {"kind": "task", "place": task["place"], "login": task["people"][0]}
            asked = self.client.get(f"{path}/form", **about)
            sent = {"answers": asked["sample"], "files": asked["files"]}
            state = self.client.post(f"{path}/steps", about | sent | {"version": state["version"]})


@pytest.fixture
def draft(as_person) -> str:
    made = as_person("lj-owner").post(f"/studio/procedures/{APPLICATION}/drafts", {})
    return str(made["id"])


def open_trial(who, draft: str, trial: Trial) -> None:
    """Open the trial on the page as it stands now."""
    who.go(f"/studio/drafts/{draft}/trial")
    who.page.get_by_role("button", name="停下").click()
    who.page.get_by_role("button", name=f"打开“{trial.name}”").click()
    expect(who.page.get_by_role("heading", name="由谁来办")).to_be_visible()


def pick(who, person: str, what: str) -> None:
    """Take somebody's place and open a form with sample answers."""
    who.page.locator(".chip", has_text=person).first.click()
    who.page.get_by_role("button", name=what, exact=True).click()
    who.page.get_by_role("button", name="填入示例").click()
    who.settles()


def submit(who) -> None:
    """Submit the form and wait until the step is among those taken."""
    before = who.page.locator(".steps li").count()
    who.page.get_by_role("button", name="办理", exact=True).click()
    expect(who.page.locator(".steps li")).to_have_count(before + 1)
    who.settles()


def test_a_draft_is_played_as_several_people_across_the_holiday_and_kept(street, draft, as_person):
    trial = Trial(as_person("lj-owner"), draft)
    who = street.signed_in("lj-owner")
    open_trial(who, draft, trial)
    pick(who, "许一（经办）", "发起办件")
    submit(who)
    expect(who.page.locator(".standing")).to_contain_text("办理中")
    who.is_sound()

    trial.until("declare_recusal")
    open_trial(who, draft, trial)
    expert = who.page.locator(".chip").first
    refuses = expert.locator("strong").inner_text()
    pick(who, refuses, "声明回避与保密")
    who.page.get_by_label("不承担或需要回避").check()
    who.page.get_by_label("不承担或回避的理由").fill("与申请单位有利害关系")
    submit(who)
    for _other in range(2):
        pick(who, who.page.locator(".chip strong").first.inner_text(), "声明回避与保密")
        submit(who)
    who.screenshot("trial-experts")

    trial.until("prepare_notice")
    open_trial(who, draft, trial)
    pick(who, "周三（审核）", who.page.locator(".chances button").first.inner_text())
    submit(who)
    expect(who.page.locator(".limits")).to_contain_text("2026-10-09")
    pick(who, "公众", "对公示提出异议")
    submit(who)
    who.page.get_by_role("button", name="走到下一个到期").click()
    expect(who.page.locator(".standing")).to_contain_text("2026-10-10 00:00")
    expect(who.page.get_by_text("国庆节放假").first).to_be_attached()
    who.settles()
    who.screenshot("trial-holiday")

    trial.until("decide")
    open_trial(who, draft, trial)
    pick(who, "郑五（局领导）", who.page.locator(".chances button").first.inner_text())
    submit(who)
    expect(who.page.locator(".standing")).to_contain_text("APPROVED")
    who.page.get_by_label("覆盖").check()
    expect(who.page.locator(".counts")).to_contain_text("节点")
    who.settles()
    who.screenshot("trial-coverage")

    who.page.get_by_role("button", name="存为场景").click()
    who.sees(f"已存为场景 scenarios/{trial.name}.yaml")
    mine = who.page.locator(".scenarios li", has_text=trial.name)
    expect(mine).to_contain_text("通过", timeout=40_000)

    who.go(f"/studio/drafts/{draft}/profile")
    who.page.get_by_label("流程管理员核对效力的期限 值").fill("12")
    who.page.get_by_role("button", name="保存参数").click()
    status = who.page.locator(".lc-page .status")
    expect(status).to_contain_text("共 51 个", timeout=40_000)
    expect(status).to_contain_text(re.compile("(?<!没有)通过 [1-9]"), timeout=40_000)
    who.screenshot("trial-rerun")
