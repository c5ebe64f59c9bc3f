"""The law changes: drafts are prepared, and say where to look."""

from datetime import date

import pytest

from services.errors import InvalidError, NotAllowedError
from services.studio import amending, commenting, drafts

CODE = "liangjiang"
CLAUSE = "五(二)1.7"


def rows_of(studio, login="lj-owner"):
    return studio.reading(amending.listed, studio.desk.actor(login), CODE)


def test_an_amended_clause_opens_drafts_that_say_where_to_look(studio):
    rows = rows_of(studio)
    [clause] = [row for row in rows if row["id"] == CLAUSE]
    clause["text"] = "审定通过的名单向社会公示7个工作日"

    made = studio.act("lj-owner", amending.prepare, CODE, rows)

    assert made["changes"] == [{"clause": CLAUSE, "how": "修改"}]
    assert {each["procedure"] for each in made["drafts"]} == {
        each["procedure"] for each in made["touched"]
    }
    [draft] = [each for each in made["drafts"] if each["procedure"] == "liangjiang.application"]
    [told] = studio.changes(draft["id"])
    assert told.endswith("改为“审定通过的名单向社会公示7个工作日”")

    def comments(session, actor):
        return commenting.listed(session, drafts.find(session, actor, draft["id"]))

    noted = studio.reading(comments, studio.desk.actor("lj-owner"))
    assert "publicity" in {each["element_id"] for each in noted}
    assert all("法规修订涉及" in each["text"] for each in noted)


def test_the_old_version_stays_until_the_date_of_the_new_one(studio):
    rows = rows_of(studio)
    [clause] = [row for row in rows if row["id"] == CLAUSE]
    clause["text"] = "审定通过的名单向社会公示7个工作日"
    made = studio.act("lj-owner", amending.prepare, CODE, rows)
    [draft] = [each for each in made["drafts"] if each["procedure"] == "liangjiang.application"]
    before = studio.desk.start().bundle_hash

    studio.set_days(draft["id"], 7)
    studio.send(draft["id"], on=date(2099, 1, 1))
    studio.decide(draft["id"])

    assert studio.desk.start().bundle_hash == before
    [again] = [row for row in rows_of(studio) if row["id"] == CLAUSE]
    assert again["text"] == clause["text"]


def test_nothing_amended_or_a_clause_twice_or_a_stranger_is_refused(studio):
    rows = rows_of(studio)

    with pytest.raises(InvalidError, match="没有变化"):
        studio.act("lj-owner", amending.prepare, CODE, rows)
    with pytest.raises(InvalidError, match="重复"):
        studio.act("lj-owner", amending.prepare, CODE, [*rows, rows[0]])
    with pytest.raises(NotAllowedError):
        rows_of(studio, "lead-op")
