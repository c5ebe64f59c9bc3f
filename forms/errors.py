"""What can be wrong with a form: its definition (the process owner) or the answers (the person)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

WHOLE_FORM: Final = "_form"  # path of a message that belongs to no single field


class FormError(Exception):
    """Anything this package raises on purpose."""


class FormInvalidError(FormError):
    """The answers break a rule of the form.

    ``fields`` maps a path such as ``members.3.uscc`` (rows from 0) to Chinese sentences that
    name the field's label and say what to do; ``_form`` holds what belongs to no field.
    The sentences never repeat an answer.
    """

    def __init__(self, fields: Mapping[str, list[str]]) -> None:
        super().__init__(f"有 {len(fields)} 处填写有误，请按提示修改")
        self.fields: dict[str, list[str]] = dict(fields)


@dataclass(frozen=True, slots=True)
class DefinitionProblem:
    """One fault of a definition: where (``components.2.validate``) and a Chinese sentence."""

    path: str
    message: str


class FormDefinitionError(FormError):
    """A form definition uses something that is not supported; it was not compiled."""

    def __init__(self, problems: Iterable[DefinitionProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(f"{p.path}: {p.message}" for p in self.problems[:5]))


class FormNotFoundError(FormError):
    """No form with this id in the jurisdiction's folder or in ``shared``."""

    def __init__(self, form_id: str) -> None:
        super().__init__(f"no form {form_id[:64]!r}")
        self.form_id = form_id
