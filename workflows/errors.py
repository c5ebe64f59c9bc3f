"""Errors that the workflow side raises; each says who can act on it."""

from uuid import UUID


class WorkflowError(Exception):
    """Anything the workflow side raises on purpose."""


class BusinessError(WorkflowError):
    """A service task's answer is no; the diagram's error boundary decides what follows.

    ``code`` is matched with the ``errorCode`` of an error boundary event.
    """

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(message or code)
        self.code = code
        self.message = message


class RetryableError(WorkflowError):
    """The outside world did not answer; the job queue tries again later."""


class ModelRefusedError(WorkflowError):
    """A diagram uses something that is not supported; nothing of it was run.

    ``element_id`` is the element to look at, ``message`` a Chinese sentence for its owner.
    """

    def __init__(self, element_id: str, message: str) -> None:
        super().__init__(f"{element_id}: {message}")
        self.element_id = element_id
        self.message = message


class StateFormatError(WorkflowError):
    """A stored state has a format number other than ours; it was not read."""


class TaskNotWaitingError(WorkflowError):
    """The task is not waiting (any more): completed, cancelled, or never there."""


class NoReceiverError(WorkflowError):
    """Nothing in the case waits for this message."""


class IncidentError(WorkflowError):
    """The run met something its diagram does not provide for; a person must look.

    The state it was raised from is untouched: the caller rolls back.
    ``node_id`` is where it happened, ``code`` a stable word for programs; ``case_id`` is added
    by whoever knows the case.
    """

    case_id: UUID | None = None

    def __init__(self, code: str, node_id: str, message: str) -> None:
        super().__init__(f"{code} at {node_id}: {message}")
        self.code = code
        self.node_id = node_id
        self.message = message
