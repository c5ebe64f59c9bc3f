"""The acts over HTTP: once for each key, refused in words, read back by whom they concern."""


def test_a_repeated_transfer_has_one_effect_and_the_same_answer(app, as_person, make_desk):
    desk = make_desk(app.extensions["liancheng"])
    task = desk.task(desk.start("other"))
    reviewer = as_person("lj-reviewer")
    colleagues = reviewer.get(f"/tasks/{task.id}/colleagues", act="transfer").json
    [other] = [row for row in colleagues if not row["refused"]]
    body = {"to": other["id"], "reason": "出差"}

    first = reviewer.post(f"/tasks/{task.id}/transfer", body, key="once")
    again = reviewer.post(f"/tasks/{task.id}/transfer", body, key="once")
    anew = reviewer.post(f"/tasks/{task.id}/transfer", body, key="twice")

    assert (first.status_code, again.status_code, anew.status_code) == (200, 200, 403)
    assert first.json == again.json
    shown = reviewer.get(f"/tasks/{task.id}/handling").json
    assert len(shown["transfers"]) == 1
    assert shown["holder"] == other["name"]


def test_a_withdrawal_is_refused_with_a_code_and_a_reason(app, as_person, make_desk):
    desk = make_desk(app.extensions["liancheng"])
    task = desk.task(desk.start("other"))
    reviewer = as_person("lj-reviewer")
    answers = {"decision": "proceed", "reasons": "研发总部在区内"}
    assert reviewer.post(f"/tasks/{task.id}/completion", {"answers": answers}).status_code == 200

    taken = reviewer.post(f"/tasks/{task.id}/withdrawal", {"reason": "写错了"}, key="w")
    same = reviewer.post(f"/tasks/{task.id}/withdrawal", {"reason": "写错了"}, key="w")
    assert taken.status_code == same.status_code == 200
    assert taken.json["status"] == "open"
    assert reviewer.post(f"/tasks/{task.id}/completion", {"answers": answers}).status_code == 200
    [following] = as_person("lead-op").get("/tasks").json["items"]
    as_person("lead-op").post(f"/tasks/{following['id']}/claim")

    refused = reviewer.post(f"/tasks/{task.id}/withdrawal", {"reason": "又写错了"})

    assert refused.status_code == 409
    assert refused.json["code"] == "NOT_WITHDRAWABLE"
    assert "下一环节已经有人办理" in refused.json["message"]


def test_unknown_fields_and_empty_reasons_are_named(app, as_person, make_desk):
    desk = make_desk(app.extensions["liancheng"])
    task = desk.task(desk.start("other"))
    refused = as_person("lj-reviewer").post(
        f"/tasks/{task.id}/transfer", {"to": str(task.id), "reason": "", "force": True}
    )

    assert refused.status_code == 422
    assert set(refused.json["errors"]) == {"reason", "force"}


def test_copies_are_paged_and_counted(app, as_person, make_desk):
    desk = make_desk(app.extensions["liancheng"])
    case = desk.start("other")
    clerk = str(desk.actor("lj-clerk").person_id)
    for number in range(3):
        sent = as_person("lj-reviewer").post(
            f"/cases/{case.id}/copies", {"people": [clerk], "note": f"第{number}次"}
        )
        assert sent.status_code == 201
    browser = as_person("lj-clerk")

    page = browser.get("/copies", limit=2).json
    rest = browser.get("/copies", limit=2, cursor=page["next"]).json

    assert page["unread"] == 3
    assert len({row["id"] for row in page["items"] + rest["items"]}) == 3
    assert rest["next"] is None
    browser.post(f"/copies/{page['items'][0]['id']}/receipt")
    assert browser.get("/copies").json["unread"] == 2
