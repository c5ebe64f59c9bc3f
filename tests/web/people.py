"""People in front of their browsers, which are lent to them, watched for faults of the page."""

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Error,
    Page,
    StorageState,
    ViewportSize,
    expect,
)

from services.loading import DEMO_PASSWORD
from tests.web.keyboard import Keyboard

AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
WAIT_MS = 15_000
DESK: ViewportSize = {"width": 1280, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}
expect.set_options(timeout=WAIT_MS)

QUIET_MS = 80
# A policy violation is reported to the page itself; it is kept where the test can read it. So is
# how long nothing has been asked of the server and nothing drawn.
_WATCH = """
window.__violations = [];
document.addEventListener('securitypolicyviolation', (e) => {
  window.__violations.push(`${e.violatedDirective} ${e.blockedURI} ${e.sample}`);
});
window.__asked = 0;
window.__at = performance.now();
const heard = () => { window.__at = performance.now(); };
const asks = window.fetch;
window.fetch = async (...all) => {
  window.__asked++;
  try { return await asks(...all); } finally { window.__asked--; heard(); }
};
new MutationObserver(heard).observe(document, { childList: true, subtree: true });
"""
_SETTLED = """(quiet) => window.__asked === 0 && performance.now() - window.__at > quiet
  && document.querySelector('#app :is(h1, h2, [role=alert])') !== null"""
# Half-faded words have too little contrast; what never comes to rest is not waited for.
_AT_REST = """Promise.race([new Promise((on) => setTimeout(on, 1500)),
  Promise.allSettled(document.getAnimations().map((one) => one.finished))])"""
_AXE_RUN = """(tags) => axe.run(document, {
  runOnly: {type: 'tag', values: tags}, resultTypes: ['violations'] })"""


@dataclass
class Person:
    """Somebody at a desk, or with a phone. ``faults`` collects what a page must not do."""

    page: Page
    base: str
    artefacts: Path
    login: str | None = None
    is_phone: bool = False
    faults: list[str] = field(default_factory=list)

    def go(self, path: str) -> "Person":
        """Open an address of the application and wait until it has loaded."""
        self.page.goto(self.base + path, wait_until="commit")
        return self.settles()

    def settles(self) -> "Person":
        """Wait until the page has its answers and has drawn them."""
        self.page.wait_for_function(_SETTLED, arg=QUIET_MS)
        return self

    def sign_in(self, login: str) -> "Person":
        """Sign in with a sample account, on the page."""
        self.go("/sign-in")
        self.page.get_by_label("账号").fill(login)
        self.page.get_by_label("密码").fill(DEMO_PASSWORD)
        self.page.get_by_role("button", name="登录").click()
        self.page.wait_for_url(lambda url: "/sign-in" not in url)
        self.login = login
        return self

    def sees(self, text: str) -> "Person":
        """Wait until a text is on the page."""
        expect(self.page.get_by_text(text).filter(visible=True).first).to_be_visible()
        return self

    def screenshot(self, name: str) -> None:
        """Keep a picture of the page among the run's artefacts."""
        self.artefacts.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=self.artefacts / f"{name}.png", full_page=True)

    def is_accessible(self) -> None:
        """Fail on any violation of WCAG 2.2 A and AA that axe finds."""
        self.page.evaluate(_AT_REST)
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE.read_text())
        found = self.page.evaluate(_AXE_RUN, LEVELS)
        assert not found["violations"], _told(found["violations"])

    def fits(self) -> None:
        """Fail if the page is wider than its window."""
        width = self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert width <= 0, f"{self.page.url} is {width} px too wide"

    def is_sound(self) -> None:
        """Fail unless the page as it stands is accessible and fits, on a desk and on a phone."""
        for size in (PHONE, DESK):
            self.page.set_viewport_size(size)
            self.settles().is_accessible()
            self.fits()

    @cached_property
    def keys(self) -> Keyboard:
        """Their keyboard, for whoever works without a mouse."""
        return Keyboard(self.page, self.faults)

    def collected(self) -> list[str]:
        """Return what went wrong on the pages so far, policy violations too."""
        return self.faults + self.page.evaluate("window.__violations ?? []")


def _told(violations: list[dict[str, Any]]) -> str:
    return "\n".join(
        f"{each['id']}: {each['help']}\n  " + "\n  ".join(n["html"][:160] for n in each["nodes"])
        for each in violations
    )


@dataclass
class Browsers:
    """Browser contexts, each lent to one person at a time.

    What a context has loaded and compiled of the application is kept for the next person, who has
    neither the cookies nor the tab nor the local storage of the one before.
    """

    chromium: Browser
    base: str
    artefacts: Path
    idle: dict[bool, list[BrowserContext]] = field(default_factory=lambda: {True: [], False: []})

    def lend(self, *, is_phone: bool = False, session: StorageState | None = None) -> Person:
        """Give somebody a browser; ``session``: with their cookies of before."""
        context = self.idle[is_phone].pop() if self.idle[is_phone] else self._new(is_phone)
        if session is not None:
            context.add_cookies(session["cookies"])  # type: ignore[arg-type] - what it gave itself
        who = Person(context.new_page(), self.base, self.artefacts, is_phone=is_phone)
        self._watch(who)
        return who

    def take_back(self, who: Person) -> None:
        """Take back a browser; one that does not let itself be emptied is closed."""
        context = who.page.context
        try:
            self._empty(who.page)
            for page in context.pages:
                page.close()
            context.clear_cookies()
        except Error:
            context.close()
        else:
            self.idle[who.is_phone].append(context)

    def _empty(self, page: Page) -> None:
        wanted = {"origin": self.base, "storageTypes": "local_storage,indexeddb"}
        page.context.new_cdp_session(page).send("Storage.clearDataForOrigin", wanted)

    def _new(self, is_phone: bool) -> BrowserContext:
        context = self.chromium.new_context(
            viewport=PHONE if is_phone else DESK, locale="zh-CN", timezone_id="Asia/Shanghai"
        )
        context.set_default_timeout(WAIT_MS)
        context.add_init_script(_WATCH)
        return context

    def _watch(self, who: Person) -> None:
        def heard(message: ConsoleMessage) -> None:
            # The browser itself logs every refused call; those are the application's to show.
            if message.type == "error" and "Failed to load resource" not in message.text:
                who.faults.append(f"console: {message.text}")

        who.page.on("console", heard)
        who.page.on("pageerror", lambda error: who.faults.append(f"page: {error.stack}"))
