"""Bounds on what one submission may hold, checked before anything else looks at it."""

from collections.abc import Mapping
from typing import Any, Final

from forms.errors import WHOLE_FORM, FormInvalidError

MAX_ROWS: Final = 200
MAX_TEXT_BYTES: Final = 64 * 1024  # UTF-8, of all answers together
MAX_KEY_LENGTH: Final = 64
MAX_DEPTH: Final = 8
MAX_VALUES: Final = 20_000
MAX_FILES: Final = 50
DEFAULT_TEXT_LENGTH: Final = 2_000  # Unicode code points; system assumption of procedures.md 7.8
MAX_NUMBER_DIGITS: Final = 15  # a float holds these exactly

_Pending = list[tuple[Any, int]]


def guard(answers: object) -> dict[str, Any]:
    """Return ``answers`` as a dict if it is JSON-like and of bearable size.

    Raises FormInvalidError under the path ``_form``.
    """
    if not isinstance(answers, Mapping):
        raise _refused("提交的内容不是一份表单，请刷新页面后重新填写。")
    pending: _Pending = [(answers, 1)]
    text_bytes = values = 0
    while pending:
        value, depth = pending.pop()
        values += 1
        if values > MAX_VALUES:
            raise _refused("填写的项数过多，请删减表格的行数。")
        if depth > MAX_DEPTH:
            raise _refused("提交的内容层次过深，请刷新页面后重新填写。")
        text_bytes += _expand(value, depth, pending)
        if text_bytes > MAX_TEXT_BYTES:
            raise _refused(
                f"全部文字合计不能超过 {MAX_TEXT_BYTES // 1024} KB（约 2 万个汉字），"
                "请精简文字，或改为上传附件。"
            )
    return dict(answers)


def _expand(value: object, depth: int, pending: _Pending) -> int:
    """Queue what ``value`` holds; return the bytes of its own text."""
    if isinstance(value, str):
        return len(value.encode("utf-8", "surrogatepass"))
    if isinstance(value, Mapping):
        if not all(isinstance(key, str) and len(key) <= MAX_KEY_LENGTH for key in value):
            raise _refused("提交的内容格式不对，请刷新页面后重新填写。")
        pending.extend((child, depth + 1) for child in value.values())
    elif isinstance(value, list):
        if len(value) > MAX_ROWS:
            raise _refused(f"每张表格不能超过 {MAX_ROWS} 行，请删减后再提交。")
        pending.extend((child, depth + 1) for child in value)
    elif value is not None and not isinstance(value, (bool, int, float)):
        raise _refused("提交的内容格式不对，请刷新页面后重新填写。")
    return 0


def _refused(message: str) -> FormInvalidError:
    return FormInvalidError({WHOLE_FORM: [message]})
