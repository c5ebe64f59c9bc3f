"""The doorbell: tells Celery's workers that something is due, and never holds up who rings it."""

import logging
import threading

import redis
from kombu.exceptions import OperationalError

from services.background import messages

log = logging.getLogger(__name__)

ENOUGH_BELLS = 100  # waiting messages: more would not wake anybody else
REST_SECONDS = 5.0  # after a failure
TIMEOUT_SECONDS = 1.0


class Doorbell:
    """Sends ``look`` from a thread of its own; what is rung meanwhile is one ring.

    Nothing is lost with a ring that does not arrive: the sweepers look by themselves. While Redis
    is away it is tried once in a while, and logged once when it goes and once when it is back.
    """

    def __init__(self, redis_url: str) -> None:
        self._app = messages.make_app(redis_url, timeout_seconds=TIMEOUT_SECONDS)
        self._redis = redis.Redis.from_url(
            redis_url,
            socket_timeout=TIMEOUT_SECONDS,
            socket_connect_timeout=TIMEOUT_SECONDS,
        )
        self._rung = threading.Event()
        self._stopping = threading.Event()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None
        self._is_broken = False

    def ring(self) -> None:
        """Ask for a message to be sent, and return at once."""
        if self._thread is None:
            self._start()
        self._rung.set()

    def stop(self) -> None:
        """Send what was rung, but do not wait long for it."""
        self._stopping.set()
        self._rung.set()
        if self._thread is not None:
            self._thread.join(2 * TIMEOUT_SECONDS)

    def _start(self) -> None:
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="doorbell", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._rung.wait()
            self._rung.clear()
            if not self._try() and self._stopping.wait(REST_SECONDS):
                return

    def _try(self) -> bool:
        try:
            self._send()
        except (redis.RedisError, OperationalError, OSError) as error:
            if not self._is_broken:
                log.warning("doorbell.silent", extra={"error": type(error).__name__})
            self._is_broken = True
            return False
        if self._is_broken:
            log.info("doorbell.rings_again")
        self._is_broken = False
        return True

    def _send(self) -> None:
        if self._redis.llen(messages.QUEUE) < ENOUGH_BELLS:
            self._app.send_task(messages.LOOK, retry=False, ignore_result=True)
