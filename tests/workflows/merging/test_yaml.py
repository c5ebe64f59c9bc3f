"""Lists and settings in YAML merged entry by entry; comments and layout stay with their entries."""

import random
from pathlib import Path

import pytest

from workflows.merging import merge, names_in, touched

ROOT = Path(__file__).parents[3]
FILES = sorted(
    path
    for name in ("clauses", "invariants", "handling")
    for path in ROOT.glob(f"workflows/bpmn/*/{name}.yaml")
)
CLAUSES = b"""\
# \xe6\x9d\xa1\xe6\xac\xbe
- id: a
  text: one   # why
  things: [x, y]
# about b
- id: b
  text: two
  where:
    # inside
    step: s1
    form: f1
"""


def merged(base, mine, theirs, **choices):
    return merge("clauses.yaml", base, mine, theirs, choices)


def test_what_only_one_side_changed_is_taken_with_its_comments():
    mine = CLAUSES.replace(b"one   # why", b"1   # because")
    theirs = CLAUSES.replace(b"step: s1", b"step: s2 # moved").replace(b"about b", b"all about b")

    both = mine.replace(b"step: s1", b"step: s2 # moved").replace(b"about b", b"all about b")
    assert merged(CLAUSES, mine, theirs).data == both
    assert merged(CLAUSES, theirs, mine).data == both


def test_entries_come_and_go_in_their_places():
    mine = CLAUSES.replace(b"# about b", b"# new\n- {id: n, text: new}\n# about b")
    theirs = CLAUSES.replace(b"- id: a\n  text: one   # why\n  things: [x, y]\n", b"")

    assert merged(CLAUSES, mine, theirs).data == (
        mine.replace(b"- id: a\n  text: one   # why\n  things: [x, y]\n", b"")
    )


def test_what_both_changed_is_asked_entry_by_entry():
    mine = CLAUSES.replace(b"one", b"1").replace(b"step: s1", b"step: s2")
    theirs = CLAUSES.replace(b"one", b"I").replace(b"two", b"II")

    [conflict] = merged(CLAUSES, mine, theirs).conflicts

    assert (conflict.element, conflict.what) == ("a", ("text",))
    assert (conflict.mine, conflict.theirs) == ("1", "I")
    chosen = merged(CLAUSES, mine, theirs, a="mine").data
    assert chosen == mine.replace(b"two", b"II")
    assert b"text: I " in merged(CLAUSES, mine, theirs, a="theirs").data


def test_an_entry_on_one_line_that_both_changed_in_places_of_their_own_stays_on_one_line():
    base = b"kinds:\n  # first\n  agency: {allowed: true, basis: A, note: x}\n  unit: {allowed: false}\n"
    mine, theirs = base.replace(b"basis: A", b"basis: B"), base.replace(b"note: x", b"note: y")

    assert merged(base, mine, theirs).data == mine.replace(b"note: x", b"note: y")


def test_texts_of_many_lines_and_what_looks_like_a_comment_in_them_stay():
    base = b"a:\n  text: |\n    # no comment\n    one\n\n  more: 1\n# last\nb: >-\n  two\n  words\n"
    mine = base.replace(b"more: 1", b"more: 2")
    theirs = base.replace(b"words", b"words # too").replace(b"# last", b"# the last")

    data = merged(base, mine, theirs).data

    assert data == theirs.replace(b"more: 1", b"more: 2")


def test_a_list_without_names_is_one_value():
    base = b"id: s\nsteps:\n  - do: a\n  - do: b\nclock: 2026-09-01\n"
    mine, theirs = base.replace(b"do: a", b"do: c"), base.replace(b"do: b", b"do: d")

    [conflict] = merged(base, mine, theirs).conflicts
    assert conflict.what == ("steps",)
    later = base.replace(b"2026-09-01", b"2026-09-02")
    assert merged(base, mine, later).data == later.replace(b"do: a", b"do: c")


def test_locks_know_entries_by_their_ids():
    after = CLAUSES.replace(b"step: s1", b"step: s2")

    assert "b" in touched("clauses.yaml", CLAUSES, after)
    assert "a" not in touched("clauses.yaml", CLAUSES, after)
    assert names_in("x.yaml", b"- {id: a, name: A}\n- [") == {}
    assert names_in("x.yaml", b"- {id: a, name: A}\n") == {"a": "A"}


def plain_lines(data: bytes) -> list[tuple[int, bytes, bytes]]:
    """Lines that say a short text under a key: number, what stands before it, the text."""
    rows = [(n, *line.partition(b": ")[::2]) for n, line in enumerate(data.splitlines())]
    return [(n, key, text) for n, key, text in rows if text.isalnum() and b'"' not in key]


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_edits_far_apart_in_what_is_shipped_keep_every_other_byte(path):
    base, rng = path.read_bytes(), random.Random(path.name)
    assert merge(path.name, base, base, base, {}).data == base
    places = [
        each for each in plain_lines(base) if b" id" not in each[1] and b"code" not in each[1]
    ]
    first, second = rng.sample(places, 2)

    def edited(*edits):
        lines = base.splitlines(keepends=True)
        for number, key, _text in edits:
            lines[number] = key + b": changed" + str(number).encode() + b"\n"
        return b"".join(lines)

    assert merge(path.name, base, edited(first), edited(second), {}).data == edited(first, second)
