"""Forms on disk."""

import json

import pytest

from forms import FormDefinitionError, FormNotFoundError, files, find, load, parse


@pytest.fixture
def root(tmp_path, define):
    for folder, title in (("shared", "共用"), ("somewhere", "本地"), ("elsewhere", "别处")):
        (tmp_path / folder).mkdir()
        definition = define({"type": "textfield", "key": "a", "label": "项"})
        definition["liancheng"]["title"] = title
        (tmp_path / folder / "T-1.json").write_text(json.dumps(definition), "utf-8")
    (tmp_path / "elsewhere" / "T-1.json").unlink()
    return tmp_path


def test_the_jurisdictions_own_form_wins_over_the_shared_one(root):
    assert find("somewhere", "T-1", root).title == "本地"
    assert find("elsewhere", "T-1", root).title == "共用"
    assert set(files("elsewhere", root)) == {"T-1"}


@pytest.mark.parametrize("form_id", ["T-2", "../shared/T-1", "", "T-1.json/../T-1", "T" * 100])
def test_an_unknown_or_odd_id_is_not_found(root, form_id):
    with pytest.raises(FormNotFoundError):
        find("somewhere", form_id, root)


def test_a_file_named_otherwise_than_its_form_is_refused(root):
    path = root / "shared" / "T-2.json"
    path.write_bytes((root / "shared" / "T-1.json").read_bytes())

    with pytest.raises(FormDefinitionError):
        load(path)


@pytest.mark.parametrize(
    "source",
    [
        b"",
        b"{",
        b"[]",
        b'{"a": NaN}',
        b'{"a": 1, "a": 2}',
        b"\xff\xfe{}",
        b"[" * 100_000,
        b" " * 600_000,
    ],
    ids=["empty", "cut", "list", "NaN", "repeated key", "UTF-16", "deep", "long"],
)
def test_only_strict_json_is_read(source):
    with pytest.raises(FormDefinitionError):
        parse(source)
