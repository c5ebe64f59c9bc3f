"""Texts: counted per character, normalised, without what no database can hold."""

import pytest

NAME = {"type": "textfield", "key": "name", "label": "名称", "validate": {"maxLength": 5}}
GOALS = {
    "type": "textarea",
    "key": "goals",
    "label": "技术创新目标",
    "validate": {"maxLength": 500},
}


@pytest.mark.parametrize("character", ["字", "a", "𠮷", "😀", "é"], ids=str)
def test_500_characters_pass_and_501_fail_whatever_their_bytes(a_form, errors, character):
    form = a_form(GOALS)

    assert errors(form, {"goals": character * 500}) == {}
    assert errors(form, {"goals": character * 501}) == {
        "goals": ["“技术创新目标”不能超过 500 个字，现有 501 个字，请精简。"]
    }


def test_characters_are_counted_after_nfc(a_form):
    decomposed = "e\u0301" * 500

    clean = a_form(GOALS).check({"goals": decomposed}, {})

    assert clean["goals"] == "\u00e9" * 500


def test_the_default_limit_is_2000_characters(a_form, errors):
    form = a_form({"type": "textarea", "key": "t", "label": "说明"})

    assert errors(form, {"t": "字" * 2000}) == {}
    assert set(errors(form, {"t": "字" * 2001})) == {"t"}


def test_a_minimum_length_is_asked_for(a_form, errors):
    form = a_form(
        {"type": "textarea", "key": "t", "label": "放宽理由", "validate": {"minLength": 20}}
    )

    assert errors(form, {"t": "字" * 20}) == {}
    assert errors(form, {"t": "字" * 19}) == {
        "t": ["“放宽理由”不能少于 20 个字，现有 19 个字，请补充。"]
    }


@pytest.mark.parametrize(
    "bad",
    ["\x00", "\x01", "\x0b", "\x0c", "\r", "\x1b", "\x1f", "\x7f", "\x85", "\ud800"],
)
def test_control_characters_and_lone_surrogates_are_refused(a_form, errors, bad):
    for component in (NAME, GOALS):
        found = errors(a_form(component), {component["key"]: f"a{bad}b"})
        assert "控制字符" in found[component["key"]][0]


def test_line_feeds_and_tabs_are_kept_and_windows_line_ends_are_made_line_feeds(a_form):
    assert a_form(GOALS).check({"goals": "一\r\n二\n\t三"}, {}) == {"goals": "一\n二\n\t三"}


def test_a_text_field_takes_one_line_only(a_form, errors):
    assert "只能写一行" in errors(a_form(NAME), {"name": "一\n二"})["name"][0]


def test_blanks_around_are_taken_off(a_form):
    assert a_form(NAME).check({"name": " \u3000甲 乙\t"}, {}) == {"name": "甲 乙"}


@pytest.mark.parametrize("blank", ["", "  ", "\u3000", "\n", None])
def test_blanks_alone_are_no_answer(a_form, errors, blank):
    required = {"type": "textarea", "key": "t", "label": "说明", "validate": {"required": True}}

    assert errors(a_form(required), {"t": blank}) == {"t": ["请填写“说明”。"]}
    assert a_form({**required, "validate": {}}).check({"t": blank}, {}) == {"t": None}


@pytest.mark.parametrize("value", [1, True, ["甲"], {"甲": 1}])
def test_only_texts_are_texts(a_form, errors, value):
    assert errors(a_form(NAME), {"name": value}) == {"name": ["“名称”请填写文字。"]}


def test_messages_never_repeat_the_answer(a_form, errors):
    found = errors(a_form(NAME), {"name": "秘密秘密秘密"})

    assert "秘密" not in str(found)


USCC = {"type": "textfield", "key": "uscc", "label": "信用代码", "properties": {"pattern": "uscc"}}


@pytest.mark.parametrize("number", ["91110000600037341L", "91110000600037341l"])
def test_a_unified_social_credit_code_is_stored_in_capitals(a_form, number):
    assert a_form(USCC).check({"uscc": number}, {}) == {"uscc": "91110000600037341L"}


@pytest.mark.parametrize(
    "number",
    [
        "91110000600037341M",
        "9111000060003734",
        "91110000600037341L0",
        "９1110000600037341L",
        "I" * 18,
    ],
)
def test_a_wrong_check_character_length_or_digit_is_refused(a_form, errors, number):
    found = errors(a_form(USCC), {"uscc": number})

    assert found == {"uscc": ["“信用代码”的格式不对，请填写 18 位统一社会信用代码，并核对校验码。"]}


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("phone", "13800138000", "12800138000"),
        ("phone", "+86 13800138000", "１3800138000"),
        ("phone", "023-67881234", "67881234"),
        ("email", "a.b@example.cn", "a@b"),
        ("date", "2028-02-29", "2026-02-29"),
        ("postcode", "401120", "40112"),
        ("sha256", "ab" * 32, "xy" * 32),
    ],
)
def test_named_patterns_accept_and_refuse(a_form, errors, name, good, bad):
    form = a_form({"type": "textfield", "key": "t", "label": "项", "properties": {"pattern": name}})

    assert errors(form, {"t": good}) == {}
    assert set(errors(form, {"t": bad})) == {"t"}
