"""The named patterns a text field may ask for; free regular expressions are refused.

A definition names one in ``properties.pattern``, or writes its expression in
``validate.pattern`` so that form-js checks it in the browser too.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Final

from stdnum.cn import uscc


@dataclass(frozen=True, slots=True)
class NamedPattern:
    """A pattern both sides understand, and the Chinese sentence that asks for it."""

    name: str
    expression: str
    hint: str
    normalise: Callable[[str], str] = str
    is_valid: Callable[[str], bool] = bool

    def read(self, text: str) -> str:
        """Return ``text`` as it is stored. Raises ValueError."""
        candidate = self.normalise(text)
        if not re.fullmatch(self.expression, candidate) or not self.is_valid(candidate):
            raise ValueError(self.name)
        return candidate


def _uscc_is_valid(number: str) -> bool:
    return bool(uscc.is_valid(number))


def _is_a_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _by_name(*patterns: NamedPattern) -> MappingProxyType[str, NamedPattern]:
    return MappingProxyType({pattern.name: pattern for pattern in patterns})


PATTERNS: Final = _by_name(
    NamedPattern(
        "phone",
        r"^(\+86[- ]?)?(1[3-9][0-9]{9}|0[0-9]{2,3}-?[0-9]{7,8}(-[0-9]{1,6})?)$",
        "请填写手机号或带区号的固定电话",
    ),
    NamedPattern(
        "uscc",
        r"^[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}$",
        "请填写 18 位统一社会信用代码，并核对校验码",
        str.upper,
        _uscc_is_valid,
    ),
    NamedPattern(
        "email",
        r"^[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63}){1,4}$",
        "请填写电子邮箱地址",
    ),
    NamedPattern(
        "date",
        r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$",
        "请按 2026-01-31 的格式填写日期",
        is_valid=_is_a_day,
    ),
    NamedPattern("postcode", r"^[0-9]{6}$", "请填写 6 位邮政编码"),
    NamedPattern("sha256", r"^[0-9a-f]{64}$", "应为 64 位十六进制校验值", str.lower),
)


def named(expression: str) -> NamedPattern | None:
    """The pattern whose name or expression this is."""
    if expression in PATTERNS:
        return PATTERNS[expression]
    return next((p for p in PATTERNS.values() if p.expression == expression), None)
