"""What a process owner does at the diagram editor, for tests."""

from playwright.sync_api import Locator, expect

from tests.web.people import Person


class Desk:
    """Somebody in front of the diagram editor of a draft."""

    def __init__(self, who: Person) -> None:
        self.who, self.page = who, who.page
        self.findings: Locator = who.page.locator(".findings")

    def opens(self, draft: str, tab: str = "diagram") -> "Desk":
        """Open a draft; the diagram is drawn."""
        self.who.go(f"/studio/drafts/{draft}/{tab}")
        expect(self.page.locator(".lc-canvas .djs-container")).to_be_visible()
        return self

    def is_clean(self) -> "Desk":
        """Wait until the check has found nothing."""
        expect(self.findings).to_contain_text("没有发现问题")
        return self

    def is_checked(self) -> list[str]:
        """Wait for the check of what is drawn now; its sentences."""
        self.page.wait_for_timeout(600)  # the check waits for a pause in typing
        expect(self.findings.get_by_role("status")).not_to_contain_text("正在检查")
        return self.findings.locator("li .what").all_inner_texts()

    def selects(self, node: str) -> "Desk":
        """Select a node by the search of the editor."""
        self.button("查找").click()
        field = self.page.locator(".djs-search-input input")
        expect(field).to_be_focused()  # it opens after the click
        field.press_sequentially(node)
        expect(self.page.locator(".djs-search-result-selected")).to_contain_text(node)
        field.press("Enter")
        expect(self.page.get_by_label("编号")).to_have_value(node)
        return self

    def button(self, name: str) -> Locator:
        """A button of the page by its name."""
        return self.page.get_by_role("button", name=name, exact=True)

    def puts(self, fragment: str) -> "Desk":
        """Put a usual step behind what is selected."""
        bar = self.page.get_by_role("toolbar", name="常用环节")
        shapes = "document.querySelectorAll('.lc-canvas .djs-shape').length"
        before = self.page.evaluate(shapes)
        bar.get_by_role("button", name=fragment, exact=True).click()
        self.page.wait_for_function(f"() => {shapes} > {before}")
        return self

    def saves(self) -> "Desk":
        """Save the diagram."""
        self.button("保存").click()
        expect(self.page.get_by_text("没有未保存的修改")).to_be_visible()
        return self
