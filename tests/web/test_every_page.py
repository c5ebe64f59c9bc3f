"""Every page, as each kind of person, on a desk and on a phone: accessible, narrow enough, without faults."""

import pytest

PAGES = {
    "lj-clerk": ["/workbench", "/workbench/done", "/workbench/started", "/workbench/followed", "/workbench/asked",
                 "/workbench/copies", "/procedures", "/procedures/liangjiang.application", "/me"],
    "lj-leader": ["/dashboard", "/workbench"],
    "lead-op": ["/applications", "/procedures", "/procedures/liangjiang.application/start", "/workbench"],
    None: ["/sign-in", "/public", "/public/notices", "/public/register", "/public/progress", "/nowhere"],
}  # fmt: skip
PLACES = [(login, path) for login, paths in PAGES.items() for path in paths]


@pytest.mark.parametrize("is_phone", [False, True], ids=["desk", "phone"])
@pytest.mark.parametrize("login", PAGES, ids=str)
def test_pages_are_accessible_and_fit(street, login, is_phone):
    who = street.signed_in(login, is_phone=is_phone) if login else street.anyone(is_phone=is_phone)
    for path in PAGES[login]:
        who.go(path)
        who.page.get_by_role("heading").first.wait_for()
        who.is_accessible()
        who.fits()


@pytest.mark.parametrize("is_phone", [False, True], ids=["desk", "phone"])
def test_every_tab_of_a_case_and_a_task_is_accessible_and_fits(brought, driver, street, is_phone):
    case = brought("liangjiang.application", [{"include": "to_submitted"}])
    task = next(t["id"] for t in driver.tasks(case) if t["activity_code"] == "A-COMPLETE")
    who = street.signed_in("lj-clerk", is_phone=is_phone)

    for path in (f"/cases/{case}", f"/tasks/{task}"):
        who.go(path)
        for number, tab in enumerate(who.page.get_by_role("tab").all()):
            tab.click()
            who.page.wait_for_load_state("networkidle")
            who.page.wait_for_timeout(300)
            who.screenshot(f"{path.split('/')[1]}-{number}-{'phone' if is_phone else 'desk'}")
            who.is_accessible()
            who.fits()


def test_english_says_everything_too(street):
    who = street.signed_in("lj-clerk").go("/workbench")

    who.page.get_by_role("button", name="English").click()

    who.sees("Workbench")
    who.is_accessible()
    assert who.page.evaluate("document.documentElement.lang") == "en"
