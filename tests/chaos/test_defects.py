"""The harness can fail: it finds each of twelve faults, and finds nothing without them."""

import pytest

from tests.chaos.defects import DEFECTS
from tests.chaos.pairs.table import Table


@pytest.fixture
def table(request, make_desk):
    """A desk on the database the fault concerns."""

    def make(kind):
        name = "sqlite_runtime" if kind == "sqlite" else "postgresql_runtime"
        return Table(make_desk(request.getfixturevalue(name)))

    return make


def test_there_are_twelve():
    assert len({defect.name for defect in DEFECTS}) == 12


@pytest.mark.timeout(300)
@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.name)
def test_a_fault_put_in_on_purpose_is_found(defect, table, monkeypatch):
    sound = table(defect.kind)
    defect.hunt(sound)  # finds nothing where nothing is wrong

    broken = defect.sow(monkeypatch, sound) or sound
    with pytest.raises(Exception) as found:  # noqa: PT011 - whatever the fault shows itself as
        defect.hunt(broken)
    monkeypatch.undo()
    print(f"{defect.name}: {type(found.value).__name__}: {str(found.value)[:200]}")
