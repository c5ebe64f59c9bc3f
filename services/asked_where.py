"""Which questions of a procedure's forms a material or a reason is about, by their words."""

from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Any

from sqlalchemy.orm import Session

from forms import CompiledForm as Form
from services import procedures

MOST = 3
_ALIKE = 0.6  # of the letters


def questions(session: Session, procedure_id: str | None, texts: list[str]) -> list[list[Any]]:
    """Return for each text the questions most like it in the version new cases start with.

    At most three each, the likest first, as file, field, form and label; where the words are a
    form's title the form as a whole, its field and label empty. None where no procedure is named.
    Raises NotFoundError.
    """
    if procedure_id is None:
        return [[] for _text in texts]
    ready = procedures.ready(session, procedures.get(session, procedure_id).bundle_hash)
    asked = [question for form in ready.forms.values() for question in _of(form)]
    return [list(_likest(text, asked)) for text in texts]


def _of(form: Form) -> Iterator[dict[str, str]]:
    here = {"file": f"forms/{form.id}.json", "form": form.title}
    yield {**here, "field": "", "label": ""}
    yield from (
        {**here, "field": each.path, "label": each.label or each.path} for each in form.fields
    )


def _likest(text: str, asked: list[dict[str, str]]) -> Iterator[dict[str, str]]:
    if not text:
        return
    scored = [(_score(text, each["label"] or each["form"]), each) for each in asked]
    good = sorted((each for each in scored if each[0] >= _ALIKE), key=lambda each: -each[0])
    yield from (each for _score_of, each in good[:MOST])


def _score(text: str, label: str) -> float:
    if text in label or label in text:
        return 1.0
    return SequenceMatcher(None, text, label, autojunk=False).ratio()
