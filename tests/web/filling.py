"""Fills a form in the browser as a person would: field by field, by the form's definition."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect

ADD_ROW, REMOVE, REALLY = "添加一行", "删除", "确认删除？"
# What depends on an answer is drawn with the next frame, once the field has lost the focus.
_DRAWN = "new Promise((on) => requestAnimationFrame(() => requestAnimationFrame(on)))"
Component = dict[str, Any]


@dataclass(frozen=True)
class Filler:
    """Types answers into the open form of a page. ``files`` maps upload ids to files on disk."""

    page: Page
    files: dict[str, Path]

    def fill(
        self, components: list[Component], answers: dict[str, Any], rows: tuple[int, ...] = ()
    ) -> None:
        """Fill every field that has an answer; what the form does not show is passed over."""
        for component in components:
            name = component.get("key") or component.get("path")
            if name is None:
                self.fill(component.get("components", []), answers, rows)
            elif answers.get(name) is not None:
                self._one(component, answers[name], rows)

    def _one(self, component: Component, value: Any, rows: tuple[int, ...]) -> None:
        if component["type"] == "group":
            self.fill(component["components"], value, rows)
        elif component["type"] == "dynamiclist":
            self._table(component, value, rows)
        else:
            place = "-" + component["id"] + "".join(f"_{row}" for row in rows)
            getattr(self, f"_{component['type']}")(component, value, place)

    def _shown(self, place: str) -> Locator | None:
        field = self.page.locator(f'.fjs-container [id$="{place}"]').first
        if field.count():
            return field
        self.page.evaluate(_DRAWN)
        return field if field.count() else None

    def _text(self, _component: Component, value: Any, place: str) -> None:
        field = self._shown(place)
        if field is not None and field.is_enabled():
            self._enter(field, str(value))

    _textfield = _textarea = _number = _datetime = _text

    def _select(self, _component: Component, value: Any, place: str) -> None:
        field = self._shown(place)
        if field is not None and field.is_enabled():
            self._choose(field, str(value))

    def _checkbox(self, _component: Component, value: Any, place: str) -> None:
        field = self._shown(place)
        if field is not None:
            self._set(field, is_wanted=bool(value))

    def _radio(self, component: Component, value: Any, place: str) -> None:
        self._options(component, [value], place)

    def _checklist(self, component: Component, value: Any, place: str) -> None:
        self._options(component, value, place)

    def _options(self, component: Component, wanted: list[Any], place: str) -> None:
        for number, option in enumerate(component["values"]):
            if option["value"] in wanted:
                field = self._shown(f"{place}-{number}")
                if field is not None:
                    self._set(field, is_wanted=True)

    def _filepicker(self, _component: Component, value: Any, place: str) -> None:
        field = self._shown(place)
        if field is None:
            return
        for number, file_id in enumerate(value, start=1):
            self._attach(field, self.files[file_id])
            files = field.locator("xpath=ancestor::div[1]").locator(".lc-files li")
            expect(files).to_have_count(number)

    def _table(self, component: Component, wanted: list[dict[str, Any]], rows: Any) -> None:
        table = self.page.locator(f'[role=group][aria-labelledby$="-{component["id"]}"]').first
        if self._shown(f"-{component['id']}") is None:
            return
        count = table.locator(".lc-table-row").count()
        for _more in range(count, len(wanted)):
            self._press(table.get_by_role("button", name=ADD_ROW))
        for extra in reversed(range(len(wanted), count)):
            row = table.locator(".lc-table-row").nth(extra)
            self._press(row.get_by_role("button", name=REMOVE))
            self._press(row.get_by_role("button", name=REALLY))
        for number, each in enumerate(wanted):
            self._open(table.locator(".lc-table-row").nth(number))
            self.fill(component["components"], each, (*rows, number))

    def _open(self, row: Locator) -> None:
        toggle = row.locator(".lc-row-toggle")
        if toggle.count() and toggle.get_attribute("aria-expanded") == "false":
            self._press(toggle)

    def _enter(self, field: Locator, text: str) -> None:
        field.fill(text)
        field.blur()

    def _choose(self, field: Locator, value: str) -> None:
        field.select_option(value=value)

    def _set(self, field: Locator, *, is_wanted: bool) -> None:
        """Click a box or a radio button unless it stands right, and wait until it does."""
        if field.is_checked() != is_wanted:
            field.click()
        expect(field).to_be_checked(checked=is_wanted)

    def _attach(self, field: Locator, file: Path) -> None:
        field.set_input_files(file)

    def _press(self, button: Locator) -> None:
        button.click()
