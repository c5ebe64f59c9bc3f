"""Every page, as each kind of person, on a desk and on a phone: accessible, narrow enough, without faults."""

import re

import pytest
from playwright.sync_api import expect

WORKBENCH, PROCEDURE = "待办", "产业创新联合体组建申请与审批"
PAGES = {
    "lj-clerk": {
        "/workbench": WORKBENCH, "/workbench/done": "已办", "/workbench/started": "我发起", "/workbench/followed": "关注",
        "/workbench/asked": "请我协助", "/workbench/copies": "抄送", "/procedures": "两江", "/procedures/liangjiang.application": PROCEDURE,
        "/me": "常用语", "/me/substitutes": "我的代理",
    },
    "lj-leader": {"/dashboard": "统计"},
    "lead-op": {"/applications": "我的申报", "/procedures": PROCEDURE, "/procedures/liangjiang.application/start": PROCEDURE, "/workbench": WORKBENCH},
    None: {
        "/sign-in": "登录", "/public": "公示", "/public/register": "联合体名册", "/public/progress": "进度查询", "/public/objections": "异议答复查询",
        "/public/certificates": "证书核验", "/public/certificates/NONE-1": "名册中没有这个证书编号", "/nowhere": "没有这个页面",
    },
}  # fmt: skip


@pytest.mark.parametrize("login", PAGES, ids=str)
def test_pages_are_accessible_and_fit_on_desks_and_phones(street, login):
    who = street.signed_in(login) if login else street.anyone()
    for path, words in PAGES[login].items():
        who.go(path).sees(words)
        who.is_sound()
        assert re.search("联程", who.page.title())


def test_every_tab_of_a_case_and_a_task_is_accessible_and_fits(submitted, street):
    who = street.signed_in("lj-clerk")

    for path in (f"/cases/{submitted.case}", f"/tasks/{submitted.task}"):
        who.go(path)
        for number, tab in enumerate(who.page.get_by_role("tab").all()):
            tab.click()
            who.settles().screenshot(f"{path.split('/')[1]}-{number}")
            who.is_sound()


def test_english_says_everything_too(street):
    who = street.signed_in("lj-clerk").go("/workbench")

    who.page.get_by_role("button", name="English").click()

    who.sees("Workbench")
    who.is_accessible()
    assert who.page.evaluate("document.documentElement.lang") == "en"


NOBODYS = "00000000-0000-4000-8000-000000000000"


@pytest.mark.parametrize(
    "path", [f"/cases/{NOBODYS}", f"/tasks/{NOBODYS}", f"/cases/{NOBODYS}/board"]
)
def test_what_is_not_there_is_told_in_words(street, path):
    who = street.signed_in("lj-clerk").go(path)

    expect(who.page.get_by_role("alert")).to_contain_text("没有这")
    who.is_sound()


def test_a_list_that_does_not_come_can_be_asked_for_again(street):
    who = street.signed_in("lj-clerk")
    broken = {
        "code": "UNAVAILABLE",
        "status": "Service Unavailable",
        "message": "系统维护中，请稍后再试",
    }
    who.page.route(
        "**/api/v1/workbench/todo*", lambda route: route.fulfill(status=503, json=broken)
    )
    who.go("/workbench").sees("系统维护中，请稍后再试")
    who.is_sound()

    who.page.unroute("**/api/v1/workbench/todo*")
    who.keys.press(who.page.get_by_role("button", name="重试"))
    expect(who.page.get_by_text("系统维护中，请稍后再试")).to_have_count(0)


def test_whoever_is_offline_is_told(street):
    who = street.signed_in("lj-clerk").go("/workbench")

    who.page.context.set_offline(True)

    who.sees("网络")
    who.is_sound()
    who.page.context.set_offline(False)


def test_the_public_searches_by_keyboard_alone(street):
    stranger = street.anyone().go("/public/register")
    stranger.keys.type(stranger.page.locator("#register-search"), "没有这样的联合体")
    stranger.page.keyboard.press("Enter")
    stranger.sees("名册中没有符合的联合体")
    stranger.is_sound()

    stranger.keys.press(stranger.page.get_by_role("link", name="证书核验"))
    stranger.keys.type(stranger.page.get_by_label("证书编号"), "NONE-1")
    stranger.page.keyboard.press("Enter")
    stranger.sees("名册中没有这个证书编号")

    stranger.keys.press(stranger.page.get_by_role("link", name="公示").first)
    only = stranger.page.get_by_label("只看公示期内的")
    stranger.keys.tick(only, is_wanted=not only.is_checked())
    stranger.settles().is_sound()


@pytest.mark.parametrize(
    ("validity", "words"), [("valid", "有效"), ("expired", "已到期"), ("revoked", "已取消")]
)
def test_a_certificate_is_told_to_be_valid_expired_or_revoked(street, validity, words):
    entry = {
        "certificate_no": "LIANGJIANG-2026-C0001", "title_name": "重庆两江新区智行汽车产业创新联合体",
        "lead": "两江演示智行汽车科技有限公司", "members": [{"unit_name": "演示大学"}], "validity": validity,
        "valid_from": "2026-01-05", "valid_to": "2029-01-04", "document_no": "渝两江科〔2026〕1号",
        "ended_on": "2026-10-08" if validity == "revoked" else None, "checked_on": "2026-11-21",
        "jurisdiction": "liangjiang", "industry_field": "nev", "state": "ACTIVE",
    }  # fmt: skip
    stranger = street.anyone()
    stranger.page.route("**/api/v1/public/consortia/*", lambda route: route.fulfill(json=entry))
    stranger.page.route("**/api/v1/public/consortia/*/qr", lambda route: route.abort())

    stranger.go("/public/certificates/LIANGJIANG-2026-C0001")

    expect(stranger.page.locator(".state .lc-tag")).to_have_text(words)
    stranger.is_sound()
    stranger.screenshot(f"certificate-{validity}")
