"""Rules over several fields of a form."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from forms import specs
from workflows import feel


@dataclass(frozen=True, slots=True)
class CrossCheck:
    """A rule over several fields: what must be true, and whom to tell otherwise."""

    expression: feel.Expression
    field: str
    message: str

    def reads(self, path: str) -> bool:
        """Tell whether the rule reads a field, or one part of a row by its name."""
        *around, name = path.replace("[]", "").split(".")
        names = self.expression.names()
        if any(each[: len(around) + 1] == (*around, name) for each in names):
            return True
        is_around = any(each and each == tuple(around[: len(each)]) for each in names)
        return is_around and re.search(rf"\b{name}\b", self.expression.source) is not None

    def broken(self, names: Mapping[str, Any], context: feel.Context) -> str | None:
        """Return the sentence for a rule that does not hold; only true is true."""
        try:
            is_kept = self.expression.evaluate(names, context) is True
        except feel.FeelBudgetError:
            return "填写的行数过多，系统无法核对，请减少行数，其余内容改为上传附件。"
        return None if is_kept else self.message


def cross_check(rule: Mapping[str, str]) -> CrossCheck:
    """Read one of a definition's ``checks``. Raises FeelSyntaxError."""
    return CrossCheck(specs.expression(rule["assert"]), rule["field"], rule["message"])
