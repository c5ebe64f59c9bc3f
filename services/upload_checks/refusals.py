"""How an upload is refused: a sentence that says what to do, under the field ``file``."""

from services.errors import InvalidError


def refusal(sentence: str) -> InvalidError:
    """Return the error to raise."""
    return InvalidError(sentence, {"file": [sentence]})
