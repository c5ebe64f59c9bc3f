"""marshmallow schemas of a form: one for its top level, one for each group and table row."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from marshmallow import RAISE, Schema, ValidationError, missing

from forms.answer_fields import LEAVES, AnswerField
from forms.limits import MAX_ROWS
from forms.specs import FieldSpec

WHOLE_LEVEL: Final = "_schema"  # marshmallow's place for messages that belong to no field


class LevelSchema(Schema):
    """One level of answers; a key that the form does not have is refused."""

    class Meta:
        """Never INCLUDE: that would let anyone write any key."""

        unknown = RAISE

    def __init__(self) -> None:
        super().__init__()
        self.error_messages |= {
            "unknown": "表单中没有这一项，请删除后再提交。",
            "type": "填写的格式不对，请重新填写。",
        }


def build(specs: Iterable[FieldSpec]) -> LevelSchema:
    """The schema for one level of fields."""
    attributes: dict[str, Any] = {spec.key: _field(spec) for spec in specs}
    schema: LevelSchema = type("FormSchema", (LevelSchema,), attributes)()
    return schema


def _field(spec: FieldSpec) -> AnswerField:
    if spec.type == "group":
        return GroupAnswer(spec)
    if spec.type == "dynamiclist":
        return TableAnswer(spec)
    return LEAVES[spec.type](spec)


class GroupAnswer(AnswerField):
    """An object of answers; left out altogether it counts as all open."""

    def __init__(self, spec: FieldSpec) -> None:
        super().__init__(spec)
        self.level = build(spec.children)

    def is_empty(self, value: Any) -> bool:
        """Never: an absent group still has required fields."""
        return False

    def read(self, value: Any) -> dict[str, Any]:
        """Read every field of the group."""
        if value is missing or value is None:
            value = {}
        if not isinstance(value, Mapping):
            raise self.wrong("填写的格式不对，请重新填写")
        return _load(self.level, value)


class TableAnswer(AnswerField):
    """An editable table: a list of rows."""

    def __init__(self, spec: FieldSpec) -> None:
        super().__init__(spec)
        self.level = build(spec.children)

    def nothing(self) -> list[dict[str, Any]]:
        """A table without rows."""
        return []

    def required_message(self) -> str:
        """Ask for the first rows."""
        return f"“{self.spec.label}”至少填写 {self.spec.min_rows} 行。"

    def read(self, value: Any) -> list[dict[str, Any]]:
        """Read every row; errors stand under the number of their row, from 0."""
        if not isinstance(value, list):
            raise self.wrong("填写的格式不对，请重新填写")
        least, most = self.spec.min_rows, min(self.spec.max_rows, MAX_ROWS)
        if len(value) > most:
            raise self.wrong(f"最多 {most} 行，请删减")
        rows, errors = self._rows(value)
        if len(value) < least:
            errors[WHOLE_LEVEL] = [self.required_message()]
        if errors:
            raise ValidationError(errors)
        return rows

    def _rows(self, value: list[Any]) -> tuple[list[dict[str, Any]], dict[str | int, Any]]:
        rows: list[dict[str, Any]] = []
        errors: dict[str | int, Any] = {}
        for number, row in enumerate(value):
            try:
                rows.append(_load(self.level, row))
            except ValidationError as error:
                errors[number] = error.messages
        return rows, errors or self._repeated(rows)

    def _repeated(self, rows: list[dict[str, Any]]) -> dict[str | int, Any]:
        errors: dict[str | int, Any] = {}
        labels = {child.key: child.label for child in self.spec.children}
        for column in filter(labels.get, self.spec.unique_columns):
            label = labels[column]
            first: dict[Any, int] = {}
            for number, row in enumerate(rows):
                earlier = first.setdefault(row.get(column), number)
                if row.get(column) is not None and earlier != number:
                    message = f"“{label}”与第 {earlier + 1} 行重复，请更正或删除。"
                    errors.setdefault(number, {})[column] = [message]
        return errors


def _load(level: LevelSchema, value: Any) -> dict[str, Any]:
    clean: dict[str, Any] = level.load(value)
    return clean
