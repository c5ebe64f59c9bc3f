"""OF-3: officials ask around, hand on, stand in, urge and take back, by keyboard alone."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

REASONS = "研发总部在区内，经营地正在迁入"
PROCEDURE = "产业创新联合体组建申请与审批"


@pytest.fixture
def task(applied, as_person) -> dict:
    """A task of the reviewers in a case of lead-op, just arrived."""
    [found] = as_person("lj-reviewer").get(f"/tasks?case={applied()['id']}")["items"]
    return found


def decide(who, reasons=REASONS):
    """Fill in the form of the task: go on, for these reasons."""
    who.keys.tick(who.page.get_by_label("继续办理"))
    who.keys.type(who.page.get_by_label("理由").first, reasons)


def act(who, name, *, on=None, note="", choose=None):
    """Press an act of the bar and fill in its dialog."""
    who.keys.press(who.page.get_by_role("button", name=name, exact=True))
    dialog = who.page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    if on:
        who.keys.type(dialog.get_by_placeholder("按姓名查找"), on[:1])
        who.settles()  # what is found replaces the list
        who.keys.tick(dialog.get_by_label(on))
    if choose:
        who.keys.tick(dialog.get_by_label(choose))
    who.keys.type(dialog.get_by_role("textbox").last, note)
    who.is_accessible()
    who.fits()
    who.keys.press(dialog.locator(".el-dialog__footer .el-button--primary"))
    return dialog


def done(who, dialog, said):
    """Wait until the page says that the act was done."""
    who.sees(said)
    expect(dialog).to_have_count(0)


def aside(who, tab):
    """Open a tab beside the form."""
    who.keys.press(who.page.get_by_role("complementary").get_by_role("tab", name=tab))


def test_officials_ask_around_hand_on_stand_in_and_take_back(street, task):
    """加签, 委派, 转办, a substitute for three days; everything says 代."""
    at_task = f"/tasks/{task['id']}"
    reviewer = street.signed_in("lj-reviewer").go(at_task)

    # 后加签: a colleague sees the saved draft and disagrees; until then nothing is submitted
    decide(reviewer)
    reviewer.keys.press(reviewer.page.get_by_role("button", name="保存草稿"))
    reviewer.sees("草稿已保存")
    dialog = act(reviewer, "加签", on="郑五（局领导）", note="可否继续办理？", choose="后加签：")
    done(reviewer, dialog, "已请 郑五（局领导） 出具意见")
    reviewer.sees("还有 1 人的加签意见没有答复")
    reviewer.settles()
    reviewer.keys.press(reviewer.page.get_by_role("button", name="提交", exact=True))
    reviewer.sees("加签意见还没有答复")

    leader = street.signed_in("lj-leader").go("/workbench/asked")
    leader.sees("可否继续办理？")
    leader.is_accessible()
    leader.fits()
    leader.keys.press(leader.page.get_by_role("link", name="答复"))
    leader.sees("对方当时保存的草稿")
    leader.keys.press(leader.page.get_by_text("对方当时保存的草稿"))
    leader.sees(REASONS)
    leader.keys.tick(leader.page.get_by_label("不同意", exact=True))
    leader.keys.press(leader.page.get_by_role("button", name="提交意见"))
    leader.sees("不同意或者弃权须写明理由")
    leader.keys.type(
        leader.page.get_by_label("意见（不同意、弃权须写明理由）"), "请附经营地迁入的证明"
    )
    leader.screenshot("OF-3-opinion")
    leader.is_accessible()
    leader.fits()
    leader.keys.press(leader.page.get_by_role("button", name="提交意见"))
    leader.sees("意见已提交")

    # 委派: a colleague prepares and hands back; meanwhile the page says who has it
    reviewer.go(at_task)
    dialog = act(reviewer, "委派", on="陈一（受理）", note="请核对注册地和经营地")
    done(reviewer, dialog, "已委派 陈一（受理）")
    reviewer.sees("已委派陈一（受理）准备")
    clerk = street.signed_in("lj-clerk").go("/workbench/asked")
    clerk.keys.press(clerk.page.get_by_role("link", name="准备"))
    decide(clerk, "已核对，经营地在区内")
    dialog = act(clerk, "交回", note="附核对结果")
    done(clerk, dialog, "已交回")
    reviewer.go(at_task)
    aside(reviewer, "加签与委派")
    reviewer.sees("附核对结果")
    reviewer.sees("请附经营地迁入的证明")
    reviewer.screenshot("OF-3-asked")
    reviewer.is_accessible()
    reviewer.fits()

    # 转办, and the colleague's substitute for three days and this procedure only
    dialog = act(reviewer, "转办", on="吴四（审核）", note="出差三天")
    done(reviewer, dialog, "已转办给 吴四（审核）")
    second = street.signed_in("lj-reviewer2").go("/me/substitutes")
    today = datetime.now(ZoneInfo("Asia/Shanghai")).date()
    second.keys.press(second.page.get_by_role("button", name="设置代理"))
    second.keys.tick(second.page.get_by_role("group", name="代理人").get_by_label("林二（受理）"))
    second.keys.type(second.page.get_by_label("结束日期"), (today + timedelta(days=2)).isoformat())
    second.keys.tick(second.page.get_by_label("只代理所选事项"))
    second.keys.tick(second.page.get_by_label(PROCEDURE))
    second.keys.type(second.page.get_by_label("事由"), "休假")
    second.is_accessible()
    second.fits()
    second.keys.press(second.page.get_by_role("button", name="保存代理"))
    second.sees("代理已设置")
    second.sees("吴四（审核） → 林二（受理）")
    second.screenshot("OF-3-substitute")

    # the substitute finds the task among their own and does it
    substitute = street.signed_in("lj-clerk2").go("/workbench")
    substitute.sees(task["case_number"]).sees("代 吴四（审核）")
    substitute.screenshot("OF-3-stands-in")
    substitute.is_sound()
    substitute.go(at_task)
    substitute.sees("代 吴四（审核） 办理")
    decide(substitute)
    substitute.keys.press(substitute.page.get_by_role("button", name="提交", exact=True))
    expect(substitute.page.get_by_role("heading", name="已提交")).to_be_visible()
    substitute.screenshot("OF-3-done")

    # everything says 代
    owner = street.signed_in("lj-owner").go(f"/cases/{task['case_id']}")
    owner.keys.press(owner.page.get_by_role("tab", name="意见与决定"))
    owner.sees("代 吴四（审核）")
    owner.keys.press(owner.page.get_by_role("tab", name="时间线"))
    for word in ("转办", "委派", "交回委派", "加签", "答复加签"):
        owner.sees(word)
    owner.sees("代吴四（审核）")
    owner.screenshot("OF-3-time-line")
    owner.is_accessible()
    owner.fits()
    second.go("/me/substitutes")
    second.keys.press(second.page.get_by_role("button", name="结束代理").first)
    second.sees("代理已结束")


def test_what_was_completed_is_taken_back_while_nobody_has_acted_on_it(told, street, as_person):
    """撤回: the task is open again with what was answered; the record keeps both."""
    driver = told("liangjiang/outside_scope_admitted", "attest_items")
    case = next(iter(driver.starters))
    clerk = street.signed_in("lj-clerk")
    reviewer = street.signed_in("lj-reviewer").go(f"/cases/{case}")
    [done_task] = [
        step
        for step in as_person("lj-reviewer").get(f"/cases/{case}/tasks")
        if step["node_id"] == "attest_items"
    ]
    clerk.go(f"/tasks/{done_task['id']}")
    expect(clerk.page.get_by_role("button", name="撤回")).to_have_count(0)

    reviewer.go(f"/tasks/{done_task['id']}")
    dialog = act(reviewer, "撤回", note="有一项要再核对")
    done(reviewer, dialog, "已撤回，您可以修改后重新提交")
    expect(reviewer.page.get_by_role("button", name="提交", exact=True)).to_be_visible()
    reviewer.screenshot("K9-taken-back")
    reviewer.keys.press(reviewer.page.get_by_role("button", name="提交", exact=True))
    expect(reviewer.page.get_by_role("heading", name="已提交")).to_be_visible()

    reviewer.go(f"/cases/{case}")

    reviewer.keys.press(reviewer.page.get_by_role("tab", name="意见与决定"))
    reviewer.sees("已撤回 20")
    reviewer.screenshot("K9-record")
    reviewer.is_accessible()
    reviewer.fits()


def test_a_second_reminder_within_24_hours_is_refused_and_a_copy_gets_its_receipt(street, task):
    """催办 once; 抄送 with a receipt; comments for an audience, with one's phrases."""
    lead = street.signed_in("lead-op", is_phone=True).go(f"/cases/{task['case_id']}")
    dialog = act(lead, "催办", note="请尽快办理")
    done(lead, dialog, "已催办")
    lead.keys.press(lead.page.get_by_role("button", name="催办", exact=True))  # tells why not
    lead.sees("24小时内已经催办过")
    lead.screenshot("OF-3-reminded-phone")

    reviewer = street.signed_in("lj-reviewer").go(f"/cases/{task['case_id']}")
    dialog = act(reviewer, "抄送", on="陈一（受理）", note="请知悉")
    done(reviewer, dialog, "已抄送")
    clerk = street.signed_in("lj-clerk", is_phone=True).go("/workbench/copies")
    clerk.sees("请知悉")
    clerk.is_accessible()
    clerk.fits()
    clerk.keys.press(clerk.page.get_by_role("button", name="标为已阅").first)
    clerk.sees("已阅 · ")
    reviewer.go(f"/cases/{task['case_id']}")
    reviewer.keys.press(reviewer.page.get_by_text("我发出的抄送"))
    expect(reviewer.page.get_by_text("陈一（受理）：已阅")).to_be_visible()

    reviewer.go("/me/phrases")

    reviewer.keys.type(reviewer.page.get_by_label("新的常用语"), "请补充证明材料。")
    reviewer.keys.press(reviewer.page.get_by_role("button", name="添加", exact=True))
    reviewer.sees("已添加")
    reviewer.is_accessible()
    reviewer.fits()
    reviewer.go(f"/tasks/{task['id']}")
    reviewer.keys.to(reviewer.page.get_by_label("理由").first)
    reviewer.keys.press(reviewer.page.get_by_role("button", name="插入常用语"))
    reviewer.is_accessible()
    reviewer.keys.press(reviewer.page.get_by_role("button", name="请补充证明材料。"))
    expect(reviewer.page.get_by_label("理由").first).to_have_value("请补充证明材料。")
    reviewer.sees("草稿已保存")
    reviewer.go(f"/cases/{task['case_id']}")
    reviewer.keys.press(reviewer.page.get_by_role("tab", name="交流"))
    panel = reviewer.page.get_by_role("tabpanel", name="交流")
    reviewer.keys.tick(panel.get_by_label("申请单位"))
    reviewer.keys.press(panel.get_by_role("button", name="插入常用语"))
    reviewer.keys.press(panel.get_by_role("button", name="请补充证明材料。"))
    reviewer.is_accessible()
    reviewer.keys.press(panel.get_by_role("button", name="发表"))
    reviewer.sees("已发表")
    lead.go(f"/cases/{task['case_id']}")
    lead.keys.press(lead.page.get_by_role("tab", name="交流"))
    lead.sees("请补充证明材料。")
    lead.screenshot("OF-3-comments-phone")
    lead.is_accessible()
    lead.fits()
