"""How a scenario fails, and how the product refuses one of its steps."""


class ScenarioError(AssertionError):
    """A step could not be played, or an expectation was not met."""


class RefusedError(Exception):
    """The product refused a step. ``code`` is its stable word, ``message`` what people read."""

    def __init__(self, code: str, message: str, fields: dict[str, list[str]] | None = None) -> None:
        super().__init__(f"{code}: {message} {fields or ''}")
        self.code = code
        self.message = message
        self.fields = fields or {}
