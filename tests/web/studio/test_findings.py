"""A finding leads to what is wrong, is mended with one click where that is plain, and plays its way."""

from playwright.sync_api import expect


def test_a_slip_is_mended_with_one_click_and_undone(desk, draft):
    who = desk().opens(draft).is_clean().selects("f_gw_publicity__decision")
    field = who.page.get_by_label("条件（FEEL）")
    field.fill('=publicity.outcom = "PASSED"')
    who.findings.get_by_role("button", name="改为“publicity.outcome”").click()
    who.is_clean()
    expect(field).to_have_value('=publicity.outcome = "PASSED"')
    who.button("撤销").click()
    expect(field).to_have_value('=publicity.outcom = "PASSED"')
    field.fill("")
    who.findings.get_by_role("listitem").filter(has_text="没有条件").first.wait_for()
    assert who.findings.get_by_role("button", name="设为默认去向").count() == 0  # it has one


def test_a_finding_leads_to_the_field_that_is_empty(desk, blank):
    who = desk().opens(blank).is_clean().puts("移送")
    row = who.findings.get_by_role("listitem").filter(has_text="to_role")
    row.get_by_role("button", name="查看").click()
    who.page.wait_for_function("() => document.activeElement?.id.includes('inputs-')")
    who.who.is_accessible()


def test_the_offending_way_is_played_step_by_step(desk, draft):
    who = desk().opens(draft).is_clean()
    who.button("全图").click()
    who.selects("gw_committee")
    who.page.locator(".djs-context-pad [data-action=connect]").click()
    who.page.locator("[data-element-id=decision] .djs-hit").first.click(force=True)
    who.page.get_by_label("条件（FEEL）").fill('=case.number = "x"')
    broken = who.findings.get_by_role("listitem").filter(has_text="公示通过之后才能授予名称")
    broken.get_by_role("button", name="查看").click()

    player = who.page.get_by_role("group", name="逐步走一遍")
    expect(player).to_contain_text("第 1 步")
    token = who.page.locator(".lc-token")
    expect(token).to_have_count(1)
    before = token.bounding_box()
    for _step in range(2):
        player.get_by_role("button", name="下一步").click()
    expect(player).to_contain_text("第 3 步")
    assert token.bounding_box() != before
    who.who.screenshot("studio-played")
    who.who.is_accessible()
    player.get_by_role("button", name="播放").click()
    expect(player).to_contain_text("第 5 步")
    player.get_by_role("button", name="暂停").click()
    player.get_by_role("button", name="上一步").click()
    player.get_by_role("button", name="收起").click()
    expect(token).to_have_count(0)


def test_a_window_made_narrow_loses_nothing(desk, blank):
    who = desk().opens(blank).is_clean().puts("公示")
    expect(who.page.get_by_text("有未保存的修改", exact=True)).to_be_visible()

    who.page.set_viewport_size({"width": 600, "height": 800})
    who.page.set_viewport_size({"width": 1280, "height": 900})

    who.saves()
