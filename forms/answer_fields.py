"""Fields for single answers.

Stricter than marshmallow's own, which accept ``"1_000"``, cut 1.9 to 1 and take ``"on"`` for true.

An answer not given (absent, null, "" or []) becomes the field's empty value, or an error
when it is required. Every reading raises; none returns False.
"""

import math
import re
from collections.abc import Collection, Mapping
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any, ClassVar, Final

from marshmallow import ValidationError, fields, missing

from forms.limits import MAX_NUMBER_DIGITS
from forms.runs import current
from forms.specs import FieldSpec
from forms.texts import clean
from workflows import feel

HIDDEN: Final = object()  # stands for the answer of a hidden field; no JSON value equals it

_LONGEST_NUMBER = 40  # characters, before anything is computed
_PLAIN_NUMBER: Final = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?")
_PLAIN_DATE: Final = re.compile(r"(19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}")
_PLAIN_INSTANT: Final = re.compile(
    _PLAIN_DATE.pattern + r"T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})"
)
_UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class AnswerField(fields.Field[Any]):
    """One answer. Subclasses say what is empty and read the rest."""

    empty: ClassVar[Any] = None

    def __init__(self, spec: FieldSpec) -> None:
        super().__init__(allow_none=True)
        self.spec = spec

    def deserialize(
        self,
        value: Any,
        attr: str | None = None,
        data: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ) -> Any:
        """Return the clean answer, or ``missing`` for a hidden field."""
        if value is HIDDEN:
            return missing
        if self.spec.is_held:  # put in by the server, as the case holds it
            return self.nothing() if value is missing else value
        if self.spec.is_readonly:
            if value is missing or value in (None, "", []):  # form-js sends it, still empty
                return missing
            raise self.wrong("由系统填写，请不要提交")
        if self.is_empty(value):
            if self.spec.is_required:
                raise ValidationError([self.required_message()])
            return self.nothing()
        return self.read(value)

    def is_empty(self, value: Any) -> bool:
        """Whether ``value`` means that nothing was answered."""
        return value is missing or value is None or value in ("", [])

    def nothing(self) -> Any:
        """What is stored for a question left open."""
        return self.empty

    def required_message(self) -> str:
        """The sentence for a required answer left open."""
        return f"请填写“{self.spec.label}”。"

    def read(self, value: Any) -> Any:
        """The clean value of an answer that is not empty. Raises ValidationError."""
        raise NotImplementedError

    def wrong(self, what_to_do: str) -> ValidationError:
        """An error naming the label and what to do."""
        return ValidationError([f"“{self.spec.label}”{what_to_do}。"])


class TextAnswer(AnswerField):
    """Text, counted in Unicode code points after NFC, without blanks around it."""

    def is_empty(self, value: Any) -> bool:
        """Blanks alone are no answer."""
        return super().is_empty(value) or (isinstance(value, str) and not value.strip())

    def read(self, value: Any) -> str:
        """Check characters, length and the named pattern."""
        if not isinstance(value, str):
            raise self.wrong("请填写文字")
        try:
            text = clean(value)
        except ValueError as exc:
            raise self.wrong("含有无法保存的控制字符，请删除后重新填写") from exc
        if self.spec.type == "textfield" and "\n" in text:
            raise self.wrong("只能写一行，请去掉换行")
        self._check_length(text)
        return self._match(text)

    def _check_length(self, text: str) -> None:
        least, most = self.spec.validation("minLength") or 0, self.spec.max_length
        if len(text) > most:
            raise self.wrong(f"不能超过 {most} 个字，现有 {len(text)} 个字，请精简")
        if len(text) < least:
            raise self.wrong(f"不能少于 {least} 个字，现有 {len(text)} 个字，请补充")

    def _match(self, text: str) -> str:
        if (pattern := self.spec.pattern) is None:
            return text
        try:
            return pattern.read(text)
        except ValueError as exc:
            raise self.wrong(f"的格式不对，{pattern.hint}") from exc


class NumberAnswer(AnswerField):
    """A JSON number or a plain decimal string; stored as int when integral, else float."""

    def read(self, value: Any) -> int | float:
        """Check form, digits and bounds; nothing is rounded."""
        number = self._decimal(value)
        digits = int(self.spec.component["decimalDigits"])
        if -int(number.as_tuple().exponent) > digits:
            kind = f"最多保留 {digits} 位小数" if digits else "请填写整数"
            raise self.wrong(kind)
        least, most = self.spec.validation("min"), self.spec.validation("max")
        if least is not None and number < Decimal(str(least)):
            raise self.wrong(f"不能小于 {least}")
        if most is not None and number > Decimal(str(most)):
            raise self.wrong(f"不能大于 {most}")
        return int(number) if number == number.to_integral_value() else float(number)

    def _decimal(self, value: Any) -> Decimal:
        number = _parse_number(value)
        if number is None:
            raise self.wrong("请用阿拉伯数字填写，不要带单位、千分位或空格")
        if (
            abs(number) >= 10**MAX_NUMBER_DIGITS
            or len(number.as_tuple().digits) > MAX_NUMBER_DIGITS
        ):
            raise self.wrong(f"的数字过长，最多 {MAX_NUMBER_DIGITS} 位")
        return number


def _parse_number(value: Any) -> Decimal | None:
    """The exact number, without trailing zeros of its fraction; None when it is not one."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        limit = 10**MAX_NUMBER_DIGITS
        return Decimal(max(-limit, min(value, limit)))
    if isinstance(value, float) and math.isfinite(value):
        number = Decimal(repr(value))
    elif (
        isinstance(value, str) and len(value) <= _LONGEST_NUMBER and _PLAIN_NUMBER.fullmatch(value)
    ):
        number = Decimal(value)
    else:
        return None
    if number == number.to_integral_value() and abs(number) < 10**MAX_NUMBER_DIGITS:
        return number.quantize(Decimal(1))
    return number.normalize()


class DateAnswer(AnswerField):
    """A date as ISO text, or with subtype ``datetime`` an instant with its offset."""

    def read(self, value: Any) -> str:
        """Accept only the one ISO form that form-js writes."""
        if self.spec.component.get("subtype") == "datetime":
            return self._instant(value)
        if isinstance(value, str) and _PLAIN_DATE.fullmatch(value):
            try:
                return date.fromisoformat(value).isoformat()
            except ValueError:
                pass
        raise self.wrong("请按 2026-01-31 的格式填写一个存在的日期")

    def _instant(self, value: Any) -> str:
        if isinstance(value, str) and _PLAIN_INSTANT.fullmatch(value):
            try:
                return datetime.fromisoformat(value).isoformat()
            except ValueError:
                pass
        raise self.wrong("请按 2026-01-31T09:30+08:00 的格式填写时间，须带时区")


class FlagAnswer(AnswerField):
    """A checkbox: true or false and nothing else. Required means that it must be ticked."""

    empty: ClassVar[Any] = False

    def is_empty(self, value: Any) -> bool:
        """A required box that is not ticked counts as not answered."""
        return value is missing or value is None or (value is False and self.spec.is_required)

    def required_message(self) -> str:
        """Ask for the tick."""
        return f"请确认并勾选“{self.spec.label}”。"

    def read(self, value: Any) -> bool:
        """Refuse everything but the two JSON booleans."""
        if isinstance(value, bool):
            return value
        raise self.wrong("只能勾选或不勾选")


class ChoiceAnswer(AnswerField):
    """One of the listed values (select, radio)."""

    def __init__(self, spec: FieldSpec) -> None:
        super().__init__(spec)
        self._values = frozenset(value for value, _ in spec.options)

    def required_message(self) -> str:
        """Ask for a choice."""
        return f"请选择“{self.spec.label}”。"

    def read(self, value: Any) -> Any:
        """Refuse what is not listed."""
        if isinstance(value, str) and value in self.allowed():
            return value
        raise self.wrong("只能从所列选项中选择")

    def allowed(self) -> Collection[str]:
        """The values that may be chosen now."""
        return self._values if self.spec.choices is None else _listed(self.spec.choices)


def _listed(source: feel.Expression) -> frozenset[str]:
    found = feel.to_json(current().evaluate(source))
    options = found if isinstance(found, list) else []
    values = [o.get("value") if isinstance(o, dict) else o for o in options]
    return frozenset(value for value in values if isinstance(value, str))


class ChoicesAnswer(ChoiceAnswer):
    """Several of the listed values (checklist)."""

    def nothing(self) -> list[str]:
        """No choice is an empty list."""
        return []

    def read(self, value: Any) -> list[str]:
        """Refuse what is not listed or listed twice."""
        allowed = self.allowed()
        if not isinstance(value, list):
            raise self.wrong("只能从所列选项中选择")
        if not all(isinstance(choice, str) and choice in allowed for choice in value):
            raise self.wrong("只能从所列选项中选择")
        if len(set(value)) < len(value):
            raise self.wrong("有重复的选项，请去掉重复的")
        return list(value)


class FilesAnswer(AnswerField):
    """Ids of uploaded files; what the files are is the file service's business."""

    def nothing(self) -> list[str]:
        """No file is an empty list."""
        return []

    def required_message(self) -> str:
        """Ask for the file."""
        return f"请上传“{self.spec.label}”。"

    def read(self, value: Any) -> list[str]:
        """Check the ids and their number."""
        if not isinstance(value, list) or not all(_is_file_id(item) for item in value):
            raise self.wrong("的附件无效，请重新上传")
        if len(value) > self.spec.max_files:
            raise self.wrong(f"最多上传 {self.spec.max_files} 个文件，请删减")
        if len(set(value)) < len(value):
            raise self.wrong("的附件重复，请删去重复的")
        return list(value)


def _is_file_id(value: Any) -> bool:
    return isinstance(value, str) and _UUID.fullmatch(value) is not None


LEAVES: Final[Mapping[str, type[AnswerField]]] = MappingProxyType(
    {
        "textfield": TextAnswer,
        "textarea": TextAnswer,
        "number": NumberAnswer,
        "datetime": DateAnswer,
        "checkbox": FlagAnswer,
        "select": ChoiceAnswer,
        "radio": ChoiceAnswer,
        "checklist": ChoicesAnswer,
        "filepicker": FilesAnswer,
    }
)
