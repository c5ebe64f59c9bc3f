"""Errors of the domain; ``api/errors.py`` alone knows which HTTP status each becomes.

Messages are Chinese sentences for the person who acted; ``code`` is a stable word for programs.
"""

from typing import Any


class DomainError(Exception):
    """A refusal with a reason. ``details`` are JSON and safe to show to the person who acted."""

    code = "ERROR"

    def __init__(self, message: str, code: str | None = None, **details: Any) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or type(self).code
        self.details = details


class NotFoundError(DomainError):
    """There is no such thing, or the actor may not know of it."""

    code = "NOT_FOUND"


class NotSignedInError(DomainError):
    """Nobody is signed in, or the session has ended."""

    code = "NOT_SIGNED_IN"


class NotAllowedError(DomainError):
    """The actor sees the thing but may not do this to it."""

    code = "NOT_ALLOWED"


class ConflictError(DomainError):
    """The state of things has moved on, or does not admit this."""

    code = "CONFLICT"


class TaskTakenError(ConflictError):
    """Somebody was faster; ``details`` name who and when, so that nothing typed is lost."""

    code = "TASK_TAKEN"


class LegalBasisError(ConflictError):
    """The law behind the procedure does not carry a production case today."""

    code = "LEGAL_BASIS_NOT_IN_FORCE"


class ProcessFaultError(ConflictError):
    """The diagram could not go on; an incident has been opened, nothing was changed."""

    code = "PROCESS_FAULT"


class InvalidError(DomainError):
    """The input breaks a rule. ``fields`` maps a path to Chinese sentences."""

    code = "INVALID"

    def __init__(self, message: str, fields: dict[str, list[str]] | None = None) -> None:
        super().__init__(message)
        self.fields = fields or {}


class HandoffRefusedError(InvalidError):
    """An envelope or a receipt that is not taken in; ``code`` says why."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code


class KeyReusedError(DomainError):
    """An idempotency key came back with a different request."""

    code = "IDEMPOTENCY_KEY_REUSED"


class TooManyAttemptsError(DomainError):
    """Too many failures; ``details['retry_after_seconds']`` says how long to wait."""

    code = "TOO_MANY_ATTEMPTS"


class TooLargeError(DomainError):
    """The upload exceeds a limit."""

    code = "TOO_LARGE"


class UnavailableError(DomainError):
    """The installation lacks something that only its administrator can supply."""

    code = "UNAVAILABLE"
