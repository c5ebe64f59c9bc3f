"""The workbench's lists: whom they show what, in what order, how they are narrowed and counted."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select, update

from services import accounts, tasks
from services.db.engine import reading, unit_of_work
from services.db.models import CaseAccess, CaseFact, Person, Task, TaskStatus
from services.errors import ConflictError, NotFoundError
from services.workbench import claiming, following, list_tables, lists, saved_views
from services.workbench.case_lists import ListKind
from services.workbench.filters import Filters
from services.workbench.lights import Light

TODO, DONE, STARTED, FOLLOWED = ListKind


def rows(desk, login, kind=TODO, *, sort="due", limit=100, filters=None, **narrowed):
    """Every row of a list, page by page."""
    found, after = [], None
    actor = desk.actor(login)
    while True:
        with reading(desk.runtime.sessions) as session:
            page, after = lists.page(
                session,
                desk.runtime,
                actor,
                kind,
                filters=filters or Filters(**narrowed),
                sort=sort,
                after=after,
                limit=limit,
            )
        found += page
        if after is None:
            return found


def counts(desk, login):
    with reading(desk.runtime.sessions) as session:
        return lists.counts(session, desk.runtime, desk.actor(login))


@pytest.fixture
def three(desk):
    """Three cases that wait for the agency's reviewer, due at the same instant."""
    return [desk.start("other", working_name=f"名称{n}") for n in range(3)]


def test_pages_over_equal_due_instants_lose_and_double_nothing(desk, three):
    for sort in ("due", "opened", "number"):
        whole = [row["id"] for row in rows(desk, "lj-reviewer", sort=sort)]
        paged = [row["id"] for row in rows(desk, "lj-reviewer", sort=sort, limit=1)]

        assert len(whole) == 3
        assert paged == whole


def test_a_task_turns_yellow_then_red_by_working_days(desk, three):
    [first, *_rest] = rows(desk, "lj-reviewer")
    assert (first["light"], first["remaining_working_days"]) == (Light.GREEN, 10)

    desk.runtime.clock.advance(timedelta(days=10))
    [first, *_rest] = rows(desk, "lj-reviewer")
    assert (first["light"], first["remaining_working_days"]) == (Light.YELLOW, 4)
    assert first["light_text"] == "临期"

    desk.runtime.clock.advance(timedelta(days=7))
    [first, *_rest] = rows(desk, "lj-reviewer")
    assert (first["light"], first["remaining_working_days"]) == (Light.RED, -1)


@pytest.mark.parametrize("days", [0, 7, 8, 9, 10, 13, 14, 15])
def test_the_filter_by_light_finds_what_is_shown_in_that_light(desk, three, days):
    desk.runtime.clock.advance(timedelta(days=days))
    shown = {row["id"]: row["light"] for row in rows(desk, "lj-reviewer")}

    for light in Light:
        found = {row["id"] for row in rows(desk, "lj-reviewer", light=light)}
        assert found == {each for each, its in shown.items() if its is light}
    lights = counts(desk, "lj-reviewer")["lights"]
    assert sum(each["count"] for each in lights.values()) == 3


def test_facts_are_kept_with_the_case_and_found_by(desk, three):
    other = desk.start("other", industry_field="biomedicine")

    found = rows(desk, "lj-reviewer", facts=(("field", "biomedicine"),))

    assert [row["case"].id for row in found] == [other.id]
    facts = {fact["label"]: fact["text"] for fact in found[0]["facts"]}
    assert facts["产业领域"] == "生物医药"
    assert facts["牵头单位"] == found[0]["applicant"]


def test_text_finds_number_applicant_and_facts(desk, three):
    [row, *_rest] = rows(desk, "lj-reviewer")

    by_number = rows(desk, "lj-reviewer", text=row["case"].number)
    assert [found["id"] for found in by_number] == [row["id"]]
    assert len(rows(desk, "lj-reviewer", text=row["applicant"][:4])) == 3
    assert len(rows(desk, "lj-reviewer", text="名称1")) == 1
    assert rows(desk, "lj-reviewer", text="%") == []


def test_an_agency_that_passed_the_case_on_finds_it_no_more_by_its_facts(desk, three):
    case, agency, clerk = three[0], desk.party("lj-sti"), desk.actor("lj-clerk")
    with unit_of_work(desk.runtime.sessions) as session:
        session.execute(
            update(CaseAccess)
            .where(CaseAccess.case_id == case.id, CaseAccess.party_id == agency)
            .values(until=desk.runtime.clock.now(), disclosed=[])
        )
        following.follow(session, desk.runtime, clerk, case.id)

    [seen] = rows(desk, "lj-clerk", FOLLOWED)

    assert seen["facts"] == []
    assert seen["applicant"] is None
    assert seen["case"].state is None
    assert rows(desk, "lj-clerk", FOLLOWED, facts=(("field", "nev"),)) == []
    assert rows(desk, "lj-clerk", FOLLOWED, text="名称0") == []
    assert len(rows(desk, "lj-clerk", FOLLOWED, text=case.number)) == 1


def test_lists_of_done_started_and_followed(desk, three):
    task = desk.task(three[0])
    desk.complete("lj-reviewer", task, {"decision": "proceed", "reasons": "研发总部在区内"})
    clerk = desk.actor("lj-clerk")
    with unit_of_work(desk.runtime.sessions) as session:
        following.follow(session, desk.runtime, clerk, three[1].id)
        following.follow(session, desk.runtime, clerk, three[1].id)

    [done] = rows(desk, "lj-reviewer", DONE)
    assert done["case"].id == three[0].id
    assert done["task"]["name"] == task.name
    assert len(rows(desk, "lead-op", STARTED)) == 3
    assert len(rows(desk, "lead-rep", STARTED)) == 3
    assert rows(desk, "lj-reviewer", STARTED) == []
    assert [row["case"].id for row in rows(desk, "lj-clerk", FOLLOWED)] == [three[1].id]
    assert len(rows(desk, "lj-reviewer")) == 2


def test_following_shows_nothing_that_one_may_not_see(desk, three):
    stranger = desk.actor("upstream-op")
    with unit_of_work(desk.runtime.sessions) as session, pytest.raises(NotFoundError):
        following.follow(session, desk.runtime, stranger, three[0].id)


def test_counts_are_the_lengths_of_the_lists(desk, three):
    with unit_of_work(desk.runtime.sessions) as session:
        people = session.scalars(select(Person.login)).all()

    for login in people:
        found = counts(desk, login)
        for kind in ListKind:
            assert found["lists"][kind.value]["count"] == len(rows(desk, login, kind)), (
                login,
                kind,
            )


def test_a_long_list_is_counted_to_999_and_more(desk, three):
    like = desk.task(three[0])
    with unit_of_work(desk.runtime.sessions) as session:
        session.add_all(copy_of(like) for _ in range(1100))

    count = counts(desk, "lj-reviewer")["lists"]["todo"]

    assert count == {"count": 999, "is_capped": True, "text": "999+"}


def copy_of(task):
    values = {c.key: getattr(task, c.key) for c in Task.__table__.columns}
    return Task(**values | {"id": uuid4()})


def test_claiming_several_answers_for_each(desk, three):
    mine, taken, gone = (desk.task(case) for case in three)
    with unit_of_work(desk.runtime.sessions) as session:
        other = session.scalars(select(Person.id).where(Person.login == "lj-owner")).one()
        session.execute(update(Task).where(Task.id == taken.id).values(claimed_by=other))
        session.execute(update(Task).where(Task.id == gone.id).values(status=TaskStatus.CANCELLED))
    wanted, reviewer = [uuid4(), mine.id, taken.id, gone.id, mine.id], desk.actor("lj-reviewer")

    with unit_of_work(desk.runtime.sessions) as session:
        found = claiming.claim_all(session, desk.runtime, reviewer, wanted)

    assert [each.outcome for each in found] == ["missing", "claimed", "taken", "taken"]
    assert found[2].by
    assert len(rows(desk, "lj-reviewer", claim="mine")) == 1


def test_somebody_elses_task_in_a_batch_is_refused_alone(desk, three):
    clerk, task = desk.actor("lj-clerk"), desk.task(three[0])
    with unit_of_work(desk.runtime.sessions) as session:
        found = claiming.claim_all(session, desk.runtime, clerk, [task.id])

    assert [each.outcome for each in found] == ["refused"]


VIEW = {
    "name": "急件",
    "kind": "todo",
    "filters": {},
    "sort": "due",
    "columns": [],
    "is_default": True,
}


def test_saved_views_are_ones_own_and_one_is_the_default(desk):
    actor, other = desk.actor("lj-reviewer"), desk.actor("lj-clerk")
    with unit_of_work(desk.runtime.sessions) as session:
        first = saved_views.save(session, actor, VIEW)
    with unit_of_work(desk.runtime.sessions) as session:
        saved_views.save(session, actor, VIEW | {"name": "生物医药"})
        saved_views.save(session, other, VIEW)
        with pytest.raises(ConflictError):
            saved_views.save(session, actor, VIEW)
        with pytest.raises(NotFoundError):
            saved_views.remove(session, other, first.id)

    with unit_of_work(desk.runtime.sessions) as session:
        kept = saved_views.mine(session, actor)
        assert {view.name: view.is_default for view in kept} == {"急件": False, "生物医药": True}
        saved_views.remove(session, actor, first.id)
        assert len(saved_views.mine(session, actor)) == 1


def test_the_choices_are_what_occurs_in_ones_own_tasks(desk, three):
    reviewer, stranger = desk.actor("lj-reviewer"), desk.actor("upstream-op")
    with reading(desk.runtime.sessions) as session:
        mine = lists.choices(session, reviewer)
        none = lists.choices(session, stranger)

    assert [each["id"] for each in mine["procedures"]] == ["liangjiang.application"]
    fields = next(fact for fact in mine["facts"] if fact["key"] == "field")
    assert fields["values"] == [{"value": "nev", "text": "新能源和智能网联汽车"}]
    assert none == {"procedures": [], "activities": [], "facts": []}


def test_a_list_as_a_table_has_a_column_for_each_fact(desk, three):
    reviewer = desk.actor("lj-reviewer")
    with reading(desk.runtime.sessions) as session:
        table = list_tables.table(session, desk.runtime, reviewer, TODO, Filters(), "due")

    assert "产业领域" in table.heads
    assert len(table.rows) == 3
    assert {len(row) for row in table.rows} == {len(table.heads)}
