"""Whatever text people store, no page runs it: scripts, handlers, links, templates, markdown."""

import itertools

import pytest
from playwright.sync_api import expect

# Each tells on itself if it runs: it calls the function that every page has been given.
_CALL = "window.__ran(1)"
_SHAPES = [
    "<script>{}</script>", "<img src=x onerror={}>", "<svg onload={}>", "<svg><script>{}</script>",
    "<iframe srcdoc='<script>parent.{}</script>'>", "<a href='javascript:{}'>x</a>",
    "[x](javascript:{})", "![x](x\" onerror=\"{})", "{{{{constructor.constructor('{}')()}}}}",
    "${{{}}}", "<details open ontoggle={}>", "<input autofocus onfocus={}>", "<body onload={}>",
    "<style>@import 'javascript:{}';</style>", "<math><mi xlink:href='javascript:{}'>x</mi></math>",
    "\"><script>{}</script>", "'-{}-'", "</textarea><script>{}</script>",
    "<video><source onerror={}></video>", "<object data='javascript:{}'>", "<form action='javascript:{}'>",
    "<template><script>{}</script></template>", "=HYPERLINK(\"javascript:{}\")", "`{}`",
    "<marquee onstart={}>",
]  # fmt: skip
_DRESSES = [
    "{}", " {}", "<!--{}", "{}-->", "\u202e{}", "<b>{}</b>", "{}\n{}", "&lt;{}", "<!DOCTYPE x>{}",
    "<noscript>{}</noscript>", "<title>{}</title>", "]]>{}",
]  # fmt: skip
PAYLOADS = [
    dress.replace("{}", shape.format(_CALL))
    for shape, dress in itertools.product(_SHAPES, _DRESSES)
]


def test_there_are_three_hundred_payloads():
    assert len(set(PAYLOADS)) >= 300


@pytest.fixture
def poisoned(applied, as_person):
    """Cases whose stored texts are payloads: answers, comments, the drafts of letters."""
    cases = []
    for batch in _in(60):
        texts = iter(batch)
        case = applied(next(texts)[:90], registered_address=next(texts)[:190])
        for text in texts:
            comment = {"audience": "applicant", "text": text}
            as_person("lj-reviewer").post(f"/cases/{case['id']}/comments", comment)
        cases.append(case["id"])
    return cases


def _in(size):
    return [PAYLOADS[i : i + size] for i in range(0, len(PAYLOADS), size)]


def test_no_stored_text_runs_anywhere(poisoned, street):
    for login in ("lj-reviewer", "lead-op"):
        who = street.signed_in(login)
        who.page.expose_function("__ran", lambda _n: who.faults.append("a stored text ran"))
        who.page.on(
            "dialog", lambda dialog: (who.faults.append("a dialog opened"), dialog.dismiss())
        )
        for case in poisoned:
            who.go(f"/cases/{case}")
            for tab in who.page.get_by_role("tab").all():
                tab.click()
                who.settles()
            expect(who.page.get_by_role("heading", level=1)).to_be_visible()
        who.go("/tasks")
        who.settles()
        if login == "lj-reviewer":
            who.page.locator("a[href*='/tasks/']").first.click()
            expect(who.page.locator(".fjs-form")).to_be_visible()
            who.page.get_by_role("tab", name="前序意见").click()
            for summary in who.page.locator("details summary").all():
                summary.click()
            who.settles()
