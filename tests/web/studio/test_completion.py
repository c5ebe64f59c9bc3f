"""Expressions are completed with what can be read there, and checked while one writes."""

from playwright.sync_api import expect

FLOW = "f_gw_publicity__decision"


def test_an_expression_is_completed_by_keyboard_and_checked_at_once(desk, draft):
    who = desk().opens(draft).is_clean().selects(FLOW)
    field = who.page.get_by_label("条件（FEEL）")
    field.click()
    field.fill("=")
    field.press_sequentially("公示与异")
    offered = who.page.get_by_role("listbox", name="可以填写的名称和函数")
    expect(offered).to_contain_text("“公示与异议处理”的结果")
    who.who.is_accessible()
    field.press("Enter")
    field.press_sequentially('.outcome = "')
    expect(offered.get_by_role("option")).to_have_text(
        ['PASSED"publicity.outcome', 'UPHELD"publicity.outcome']
    )
    field.press("ArrowUp")
    who.who.screenshot("studio-completion")
    field.press("Enter")
    expect(field).to_have_value('=publicity.outcome = "UPHELD"')
    field.press_sequentially(" and work")
    expect(offered.get_by_role("option").first).to_contain_text("working days after()")
    field.press("Escape")
    expect(offered).to_be_hidden()

    told = who.page.get_by_role("status", name="所选节点的问题")
    expect(told).to_contain_text("读取“work”，但此前没有节点写入它")
    field.fill("=publicity.outcome = ")
    expect(told).to_contain_text("不是合法的表达式")
    field.fill('=publicity.outcom = "PASSED"')
    expect(told).to_contain_text("是否指“outcome”")
    field.fill('=publicity.outcome = "PASSED"')
    expect(told).to_have_text("")
    expect(who.findings).to_contain_text("没有发现问题")

    who.selects("publicity")
    who.page.get_by_text("期限", exact=True).first.click()
    amount = who.page.get_by_label("数量", exact=True)
    before = amount.input_value()
    amount.fill("")
    amount.press_sequentially("=profile.publicity.d")
    expect(offered).to_contain_text("公示天数")
    amount.press("Enter")
    expect(amount).to_have_value("=profile.publicity.days")
    expect(offered).to_be_hidden()
    amount.fill(before)
