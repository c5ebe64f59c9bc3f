"""PO-2: 成员单位表 built in the browser, its rights set for each step, seen by others, and played."""

import pytest
from playwright.sync_api import expect

from tests.member_lists import CHECK, DRAWN, FILL, diagram
from tests.web.people import DESK, PHONE
from tests.web.studio.desk import Desk
from tests.web.test_trial import Trial, submit

FORM, FILE = "F-MEMBERS", "forms/F-MEMBERS.json"
TYPES = "firm 企业\nschool 高校\ninstitute 院所"
PROVINCES = "chongqing 重庆\nsichuan 四川"


@pytest.fixture
def members(as_person, library):
    """A draft of a procedure of two steps that ask a form which is not there yet."""
    owner = as_person("lj-owner")
    settings = library.jurisdictions["liangjiang"].settings["procedures"]
    [like] = [each for each in settings if each["id"] == "liangjiang.application"]
    body = {"name": "members", "title": "成员单位核对"}
    draft = str(owner.post("/studio/jurisdictions/liangjiang/drafts", body)["id"])
    drawn = diagram(library.bundle(library.jurisdictions["liangjiang"], like), {}).decode()
    url = f"{owner.base}/studio/drafts/{draft}/files/{DRAWN}"
    assert owner.http.put(url, json={"text": drawn, "base": 1}, timeout=60).ok
    return draft


class Builder:
    """Somebody at the form editor."""

    def __init__(self, who) -> None:
        self.who, self.page = who, who.page
        self.fields = who.page.get_by_role("navigation", name="字段")
        self.preview = who.page.get_by_role("region", name="预览")

    def adds(self, kind: str, name: str, key: str, *, within: bool = False) -> None:
        self.page.get_by_label("字段种类").select_option(kind)
        where = "添加到所选之内" if within else "在所选之后添加"
        self.page.get_by_role("button", name=where).click()
        self.names(name, key)

    def names(self, name: str, key: str) -> None:
        self.writes("名称", name)
        self.writes("字段键", key)

    def writes(self, label: str, text: str) -> None:
        field = self.page.get_by_role("group", name="所选字段").get_by_label(label).first
        field.fill(text)
        field.blur()

    def chooses(self, name: str) -> None:
        self.fields.get_by_role("button", name=name, exact=True).click()

    def looks(self, step: str, reader: str = "") -> None:
        self.preview.get_by_label("环节").select_option(label=step)
        if reader:
            self.preview.get_by_role("button", name=reader).click()
        self.who.settles()


def test_a_form_is_built_seen_by_everybody_and_played(street, members, as_person):
    who = street.signed_in("lj-owner").go(f"/studio/drafts/{members}/forms")
    builds(Builder(who))
    grants(Desk(who), members)
    looks(Builder(who.go(f"/studio/drafts/{members}/forms")))
    plays(who, members, as_person("lj-owner"))


def builds(editor: Builder) -> None:
    who, page = editor.who, editor.page
    who.sees("这个办理事项没有表单")
    page.get_by_role("button", name="新建表单").click()
    page.get_by_label("表单编号").fill(FORM)
    page.get_by_label("表单名称").fill("成员单位表")
    page.get_by_role("dialog").get_by_role("button", name="新建表单").click()
    expect(editor.preview).to_be_visible()

    editor.adds("dynamiclist", "成员单位", "members")
    editor.chooses("一列")
    editor.names("统一社会信用代码", "uscc")
    page.get_by_label("格式检查").select_option("uscc")
    page.get_by_label("必填").check()
    for name, key, options in (("类型", "type", TYPES), ("省份", "province", PROVINCES)):
        editor.chooses("成员单位")
        editor.adds("select", name, key, within=True)
        editor.writes("选项", options)
    editor.chooses("成员单位")
    page.get_by_label("不得重复的列").select_option("uscc")
    editor.adds("textarea", "核对意见", "verdict")
    page.get_by_label("必填").check()
    expect(editor.preview.locator(".fjs-form")).to_contain_text("核对意见")
    expect(page.locator(".findings")).to_contain_text("没有发现问题")
    who.is_sound()
    who.screenshot("story-po-2-built")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("没有未保存的修改")).to_be_visible()


def grants(desk: Desk, draft: str) -> None:
    desk.opens(draft).is_clean()
    for node, rights in (
        (FILL, {"核对意见": "隐藏"}),
        (CHECK, {"成员单位": "只读", "成员单位 › 省份": "隐藏"}),
    ):
        desk.selects(node)
        group = desk.page.locator("[data-group-id=group-rights]")
        if not group.locator("select").first.is_visible():
            group.get_by_role("button").focus()
            desk.page.keyboard.press("Enter")
        for field, word in rights.items():
            desk.page.get_by_label(field, exact=True).select_option(label=word)
    desk.is_clean()
    desk.page.locator("[data-group-id=group-rights]").scroll_into_view_if_needed()
    desk.who.screenshot("story-po-2-rights")
    desk.who.is_accessible()
    desk.saves()


def looks(editor: Builder) -> None:
    shown = editor.preview
    editor.looks("填报成员单位")
    expect(shown.get_by_role("button", name="申请人")).to_have_attribute("aria-pressed", "true")
    expect(shown).to_contain_text("隐藏：核对意见")
    expect(shown.locator(".fjs-form")).to_contain_text("省份")
    expect(shown.locator(".fjs-form")).not_to_contain_text("核对意见")

    editor.looks("核对成员单位")
    expect(shown.get_by_role("button", name="经办人员")).to_have_attribute("aria-pressed", "true")
    expect(shown.locator(".fjs-form")).not_to_contain_text("省份")
    expect(shown.get_by_label("统一社会信用代码").first).to_have_value("91500000000000238C")
    expect(shown.get_by_label("统一社会信用代码").first).to_have_attribute("readonly", "")
    expect(shown.get_by_role("button", name="添加一行")).to_have_count(0)
    editor.who.screenshot("story-po-2-official")
    editor.looks("核对成员单位", "专家")
    expect(shown).to_contain_text("专家看不到这一环节填写的内容")
    editor.looks("填报成员单位", "专家")
    expect(shown).to_contain_text("可以查看填报结果")
    shown.get_by_role("button", name="手机").click()
    width = shown.locator(".page").evaluate("element => element.offsetWidth")
    assert width <= 390  # noqa: PLR2004 - of a phone
    editor.who.is_sound()
    editor.who.screenshot("story-po-2-phone")
    editor.page.set_viewport_size(PHONE)
    editor.who.settles()
    editor.who.screenshot("story-po-2-on-a-phone")
    editor.page.set_viewport_size(DESK)


def plays(who, draft: str, owner) -> None:
    trial = Trial(owner, draft)
    path = f"/studio/trials/{trial.id}"
    login = owner.get(path)["starters"][0]
    owner.post(f"{path}/steps", {"version": 0, "kind": "start", "login": login})
    trial.until(CHECK)
    who.go(f"/studio/drafts/{draft}/trial")
    who.page.get_by_role("button", name=f"打开“{trial.name}”").click()
    who.page.locator(".chip", has_text="陈一（受理）").first.click()
    who.page.get_by_role("button", name="核对成员单位", exact=True).click()
    form = who.page.locator(".fjs-form")
    expect(form.get_by_label("统一社会信用代码").first).to_have_attribute("readonly", "")
    expect(form).not_to_contain_text("省份")
    form.get_by_label("核对意见").fill("代码与登记一致")
    who.settles()
    who.screenshot("story-po-2-played")
    submit(who)
    expect(who.page.locator(".standing")).to_contain_text("done")
