"""Celery's consumer made to notice what it overlooks: an acknowledgement that got lost.

A message that could not be acknowledged, since Redis was away just then, keeps its place among
the prefetched ones for ever; when all places are taken so, the worker stands there and consumes
nothing (celery#8030, #8091, #9054). Here the consumer connects anew instead, with all places free.
"""

from typing import Any

from celery import bootsteps
from celery.worker.request import Request

CHECK_SECONDS = 1.0


class WatchedRequest(Request):  # type: ignore[misc] # Celery carries no types
    """A task's message that remembers when it was answered for."""

    answered: list[Any] = []  # noqa: RUF012 - one list for the process, emptied by LostAcks

    def acknowledge(self) -> None:
        """Acknowledge; the answer goes out a moment later."""
        self.answered.append(self.message)
        super().acknowledge()

    def reject(self, requeue: bool = False) -> None:  # noqa: FBT001, FBT002 - Celery's signature
        """Give back; the answer goes out a moment later."""
        self.answered.append(self.message)
        super().reject(requeue)


class LostAcks(bootsteps.StartStopStep):  # type: ignore[misc]
    """Looks each second whether what was answered a second ago has gone out."""

    requires = ("celery.worker.consumer.tasks:Tasks",)

    def start(self, consumer: Any) -> None:
        """Begin with a new connection."""
        WatchedRequest.answered.clear()
        self._earlier: list[Any] = []
        self._timer = consumer.timer.call_repeatedly(CHECK_SECONDS, self._check, (consumer,))

    def stop(self, consumer: Any) -> None:
        """End with the connection."""
        self._timer.cancel()

    def _check(self, consumer: Any) -> None:
        """Raise ConnectionError, which the consumer answers by connecting anew."""
        channel = consumer.task_consumer.channel
        lost = [m for m in self._earlier if m.channel is channel and not m.acknowledged]
        self._earlier = WatchedRequest.answered[:]
        WatchedRequest.answered.clear()
        if lost:
            raise ConnectionError(f"{len(lost)} acknowledgements were lost")
