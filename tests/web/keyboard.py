"""Somebody without a mouse: Tab, Enter, Space and arrows only, and a look at where the focus is."""

from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, TimeoutError

from tests.web.filling import Filler

MOST_TABS = 400
MOST_OPTIONS = 60
DRAWN_MS = 40
MOST_PARTS = 6  # of a date: each is a stop of its own
# The focus shows if the element, or what frames it, looks otherwise than without; read at rest.
_STOP = """(aim) => {
  const target = aim.closest('a[href], button, summary, input, select, textarea, [role=tab], [tabindex]')
    ?? aim.closest('label')?.control ?? aim;
  const now = document.activeElement;
  const around = (one) => [one, one.parentElement, one.parentElement?.parentElement].filter(Boolean);
  const look = (one) => around(one).map((each) => { const s = getComputedStyle(each);
    return [s.outlineStyle, s.outlineWidth, s.outlineColor, s.boxShadow, s.borderColor, s.backgroundColor].join(); }).join(';');
  const faults = [];
  const told = (one) => one.outerHTML.slice(0, 140);
  if (!window.__still) {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync('*, *::before, *::after { transition: none !important; }');
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
    window.__still = true;
  }
  const before = window.__stop;
  const isStop = now && now !== document.body && now.tabIndex >= 0;
  if (before && before.one !== now && before.one.isConnected && look(before.one) === before.look)
    faults.push(`no visible focus: ${told(before.one)}`);
  if (before?.one !== now) window.__stop = null;
  if (isStop && before?.one !== now) {
    const box = now.getBoundingClientRect();
    const [x, y] = [box.x + box.width / 2, box.y + Math.min(box.height / 2, 20)];
    if (y < 0 || y > innerHeight) faults.push(`focus out of sight: ${told(now)}`);
    const over = document.elementFromPoint(x, y)?.closest('.foot, .lc-skip, header');
    if (over && !over.contains(now)) faults.push(`focus covered: ${told(now)}`);
    window.__stop = { one: now, look: look(now) };
  }
  const is = now === target || (target.type === 'radio' && now?.type === 'radio' && now.name === target.name);
  const back = now !== document.body && Boolean(now.compareDocumentPosition(target) & Node.DOCUMENT_POSITION_PRECEDING);
  return { is, back, same: Boolean(isStop && before?.one === now), faults };
}"""


@dataclass
class Keyboard:
    """The keys of a page. ``faults`` collects stops of the focus that nobody could see."""

    page: Page
    faults: list[str] = field(default_factory=list)

    def to(self, target: Locator) -> None:
        """Go to an element with Tab or Shift+Tab; for a radio button to its group."""
        target.wait_for(state="attached")
        stuck = 0
        for _ in range(MOST_TABS):
            stop = target.evaluate(_STOP)
            self.faults += [fault for fault in stop["faults"] if fault not in self.faults]
            if stop["is"]:
                return
            stuck = stuck + 1 if stop["same"] else 0
            assert stuck < MOST_PARTS, f"the keyboard is trapped before {target}"
            self.page.keyboard.press("Shift+Tab" if stop["back"] else "Tab")
        raise AssertionError(f"the keyboard does not reach {target}")

    def press(self, target: Locator, key: str = "Enter") -> None:
        """Go to a button, a link or a tab and press it."""
        if target.get_attribute("role") == "tab":
            self._open_tab(target)
            return
        self.to(target)
        self.page.keyboard.press(key)

    def _open_tab(self, tab: Locator) -> None:
        """Go to the tabs as one stop, and to the one wanted by the arrows."""
        tabs = tab.locator("xpath=ancestor::*[@role='tablist'][1]").get_by_role("tab")
        self.to(tabs.and_(self.page.locator("[tabindex='0']")).first)
        for _ in range(tabs.count()):
            if tab.get_attribute("aria-selected") == "true":
                return
            self.page.keyboard.press("ArrowRight")
        raise AssertionError(f"the arrows do not reach {tab}")

    def type(self, target: Locator, text: str) -> None:
        """Go to a field and replace what stands in it."""
        self.to(target)
        if target.get_attribute("type") == "date":
            self._type_date(target, text)
            return
        self.page.keyboard.press("Control+A")
        self.page.keyboard.insert_text(text)

    def _type_date(self, target: Locator, text: str) -> None:
        """Type the parts of a date, each of which leads on to the next, in the browser's order."""
        year, month, day = text.split("-")
        year = year if target.get_attribute("max") else f"00{year}"
        for order in ((month, day, year), (year, month, day)):
            for _part in range(3):  # from wherever Tab has led to
                self.page.keyboard.press("ArrowLeft")
            for part in order:
                self.page.keyboard.type(part)
            if target.input_value() == text:
                return
        raise AssertionError(f"the date {text} cannot be typed into {target}")

    def tick(self, box: Locator, *, is_wanted: bool = True) -> None:
        """Go to a box or a radio button and make it stand as wanted."""
        self.to(box)
        if box.get_attribute("type") != "radio":
            if box.is_checked() != is_wanted:
                self.page.keyboard.press("Space")
            return
        box.press("Space")  # focused anew: what is found replaces the list
        self.page.wait_for_timeout(DRAWN_MS)
        for _ in range(MOST_OPTIONS):
            if box.is_checked():
                return
            self.page.keyboard.press("ArrowDown")
            self.page.wait_for_timeout(DRAWN_MS)
        raise AssertionError(f"the arrows do not reach {box}")

    def choose(self, select: Locator, value: str) -> None:
        """Go to a list of options and choose one, by its value or words, with the arrows."""
        self.to(select)
        self.page.keyboard.press("Home")
        for _ in range(MOST_OPTIONS):
            if value in select.evaluate("(one) => [one.value, one.selectedOptions[0]?.label]"):
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"the arrows do not reach {value}")

    def attach(self, field: Locator, file: Path | dict[str, Any]) -> None:
        """Open the system's dialog for files from the keyboard and give it a file."""
        for patience in (2_000, 4_000, 15_000):  # the browser may be about to draw the field anew
            self.to(field)
            with suppress(TimeoutError):
                with self.page.expect_file_chooser(timeout=patience) as opened:
                    self.page.keyboard.press("Space")
                opened.value.set_files(file)  # type: ignore[arg-type]
                return
        raise AssertionError(f"the key opens no dialog for files: {field}")


@dataclass(frozen=True)
class KeyboardFiller(Filler):
    """Fills a form without a mouse."""

    keys: Keyboard

    def _enter(self, field: Locator, text: str) -> None:
        self.keys.type(field, text)
        self.page.keyboard.press("Tab")

    def _choose(self, field: Locator, value: str) -> None:
        self.keys.choose(field, value)

    def _set(self, field: Locator, *, is_wanted: bool) -> None:
        self.keys.tick(field, is_wanted=is_wanted)

    def _attach(self, field: Locator, file: Path) -> None:
        self.keys.attach(field, file)

    def _press(self, button: Locator) -> None:
        self.keys.press(button)
