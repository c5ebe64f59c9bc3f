"""Amendments: a changed clause lists exactly what it touches, down to the cases under way."""

import json

import pytest
import yaml
from click.testing import CliRunner

from api.cli import main
from services import amendments
from services.db.engine import reading
from services.errors import InvalidError, NotFoundError

CODE = "liangjiang"


@pytest.fixture
def found(sqlite_desk):
    """Asks what changes touch."""

    def ask(*clauses, code=CODE, proposed=None):
        with reading(sqlite_desk.runtime.sessions) as session:
            return amendments.impact(
                session, sqlite_desk.runtime, code, clauses=clauses, proposed=proposed
            )

    return ask


@pytest.fixture
def rows(sqlite_desk):
    """The clauses as they are shipped."""
    path = sqlite_desk.runtime.library.jurisdictions[CODE].folder / "clauses.yaml"
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def of_kind(impact, kind, *, is_sure=True):
    """Return what is touched for sure, or what only cites the same article."""
    found = (t for t in impact["touched"] if t["kind"] == kind and t["is_sure"] == is_sure)
    return {each["element_id"] for each in found}


def test_a_longer_publicity_touches_parameter_nodes_papers_and_invariants(found, rows):
    [clause] = [row for row in rows if "profile.publicity.days" in (row.get("realised_by") or ())]

    impact = found(clause["id"])

    assert of_kind(impact, "parameter") == {"publicity.days"}
    assert of_kind(impact, "node") == {"publicity", "publicity_ends", "publish_notice"}
    assert of_kind(impact, "template") == {"notice"}
    assert of_kind(impact, "invariant") == {"LJ-INV-02"}
    assert "publicity.basis" in of_kind(impact, "parameter", is_sure=False)


def test_only_what_is_different_between_two_versions_counts(found, rows):
    changed = [dict(row) for row in rows]
    changed[3]["text"] += "（修订）"
    gone = changed.pop(5)
    changed.append({"id": "新.1", "article": "新", "strength": "must", "text": "新增的一条"})

    impact = found(proposed=changed)

    assert impact["changes"] == [
        {"clause": changed[3]["id"], "how": "修改"},
        {"clause": gone["id"], "how": "删除"},
        {"clause": "新.1", "how": "新增"},
    ]
    same = found(changed[3]["id"], gone["id"])
    assert impact["touched"] == same["touched"]


def test_a_case_under_way_is_touched_where_it_stands_or_still_comes_to(sqlite_desk, found):
    case = sqlite_desk.start("other")
    with reading(sqlite_desk.runtime.sessions) as session:
        node = sqlite_desk.task(case).node_id
    impact = found(*_clauses_of(sqlite_desk, node))

    [row] = [each for each in impact["cases"] if each["number"] == case.number]
    assert row["at"] == [node]
    assert node not in row["ahead"]


def _clauses_of(sqlite_desk, node):
    path = sqlite_desk.runtime.library.jurisdictions[CODE].folder / "clauses.yaml"
    listed = yaml.safe_load(path.read_text(encoding="utf-8"))
    return [row["id"] for row in listed if node in (row.get("realised_by") or ())]


def test_what_is_not_listed_is_refused_in_words(found):
    with pytest.raises(InvalidError) as unknown:
        found("没有的条款")
    with pytest.raises(InvalidError):
        found()
    with pytest.raises(NotFoundError):
        found("八.1", code="nowhere")

    assert "没有的条款" in unknown.value.fields["clauses"][0]


@pytest.mark.parametrize(
    "text",
    [
        "a: [",
        "[" * 50_000,
        "\ud800",
        "- 2026-13-45",
        "- {id: 5}",
        "- {id: a, realised_by: 5}",
        "- {id: a, realised_by: [[b]]}",
        "- {id: a, text: {b: c}}",
        "- {id: a, 其他: b}",
        "- &a [x, x]\n- &b [*a, *a]\n- {id: a, realised_by: [*b, *b]}",
    ],
    ids=["torn", "deep", "surrogate", "date", "number", "one", "nested", "map", "strange", "alias"],
)
def test_a_list_that_is_none_is_refused_in_words(text):
    with pytest.raises(InvalidError) as refused:
        amendments.read_clauses(text)

    assert not refused.value.fields["proposed"][0].isascii()


def test_what_shared_aliases_multiply_is_never_unfolded():
    laughs = ["- &l0 [ha]", *(f"- &l{n} [{', '.join([f'*l{n - 1}'] * 10)}]" for n in range(1, 60))]

    with pytest.raises(InvalidError):
        amendments.read_clauses("\n".join([*laughs, "- {id: a, realised_by: [*l59]}"]))


def test_the_command_tells_people_and_programs(sqlite_desk, monkeypatch):
    for name, value in {
        "LIANCHENG_DATABASE_URL": sqlite_desk.runtime.settings.database_url,
        "LIANCHENG_DATA_DIR": str(sqlite_desk.runtime.settings.data_dir),
    }.items():
        monkeypatch.setenv(name, value)

    told = CliRunner().invoke(main, ["impact", CODE, "--clause", "八.1", "--json"])
    wrong = CliRunner().invoke(main, ["impact", CODE, "--clause", "九十九"])

    assert told.exit_code == 0, told.output
    assert json.loads(told.output)["changes"] == [{"clause": "八.1", "how": "修改"}]
    assert wrong.exit_code == 1
    assert "九十九" in wrong.output


def test_every_shipped_list_is_one_that_may_be_sent(sqlite_desk):
    for jurisdiction in sqlite_desk.runtime.library.jurisdictions.values():
        text = (jurisdiction.folder / "clauses.yaml").read_text(encoding="utf-8")

        assert amendments.read_clauses(text) == yaml.safe_load(text)
