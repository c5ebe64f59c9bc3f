"""An agency's own words: every version kept, only places that there are."""

import pytest

from services import jobs
from services.db.engine import unit_of_work
from services.errors import ConflictError, InvalidError, NotAllowedError, NotFoundError
from services.notifications import texts, wording
from tests.services.notifications.telling import notify, write


def test_an_agencys_own_words_hold_for_its_cases_and_can_be_taken_back(case, runtime, desk):
    write(desk, "comment_added", "请看意见：{case_number}", "请登录。")
    notify(runtime, case, ["lead-op"], "occasion-1")
    write(desk, "comment_added", None, None, base=1)
    notify(runtime, case, ["lead-op"], "occasion-2")

    jobs.run_due(runtime, "w")

    assert [mail.subject for mail in runtime.mailer.sent] == [
        f"请看意见：{case.number}",
        f"新意见：{case.title}",
    ]


def test_a_place_that_an_event_does_not_have_is_refused_by_name(desk):
    with pytest.raises(InvalidError) as refused:
        write(desk, "comment_added", "{case_number}", "{password}")

    assert list(refused.value.fields) == ["body"]
    assert "{password}" in refused.value.fields["body"][0]


def test_two_who_edit_the_same_text_do_not_overwrite_each_other(desk):
    write(desk, "comment_added", "甲", "甲")

    with pytest.raises(ConflictError):
        write(desk, "comment_added", "乙", "乙", login="lj-owner2")


def test_only_the_agencys_process_owners_write_its_texts(desk):
    for login in ("lj-clerk", "nb-owner", "lead-op"):
        with pytest.raises(NotAllowedError):
            write(desk, "comment_added", "甲", "甲", login=login)
    with pytest.raises(NotFoundError):
        write(desk, "no_such_event", "甲", "甲")


def test_every_version_stays_with_its_reason_and_author(desk, runtime):
    write(desk, "accepted", "受理了", "{receipt_no}")
    write(desk, "accepted", "已受理", "{receipt_no}", base=1, login="lj-owner2")

    owner, agency = desk.actor("lj-owner"), desk.party("lj-sti")
    with unit_of_work(runtime.sessions) as session:
        found = texts.history(session, owner, agency, "accepted")
        [shown] = [
            row
            for row in texts.listed(session, runtime, owner, agency)
            if row["event"] == "accepted"
        ]

    assert [row["version"] for row in found] == [2, 1]
    assert {row["reason"] for row in found} == {"用语更清楚"}
    zh, en = shown["texts"]
    assert (zh["subject"], zh["default_subject"], zh["version"]) == ("已受理", "申请已受理", 2)
    assert (en["is_own"], en["subject"]) == (False, "Application accepted")


def test_all_texts_on_disk_use_places_that_their_events_have(library):
    catalogue = library.notifications
    sources = [("shared", catalogue["events"])]
    sources += [(j.code, j.settings["notifications"]) for j in library.jurisdictions.values()]
    wrong = []
    for code, source in sources:
        for name, given in source.items():
            given = {k: v for k, v in given.items() if k in wording.LANGUAGES}
            used = wording.places_in(*(t for one in given.values() for t in one.values()))
            known = {*catalogue["common"], *(catalogue["events"][name].get("places") or {})}
            wrong += [(code, name, place) for place in used - known]

    assert wrong == []
