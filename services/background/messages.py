"""How Celery is set up on Redis, for those who ring and for those who work.

A message says only "look": what is due stands in the database. So a lost message costs the time
to the next sweep, one that comes twice finds nothing, and no message waits for its time.
"""

from typing import Any

from celery import Celery

QUEUE = "liancheng"
LOOK = "liancheng.look"


def make_app(redis_url: str, *, timeout_seconds: float, job_seconds: int = 0) -> Celery:
    """Return the Celery application. ``job_seconds`` is the hard limit of a worker's task.

    ``timeout_seconds`` is how long an answer of Redis is waited for; a worker's is longer than
    its blocking read.
    """
    app = Celery("liancheng", broker=redis_url, set_as_current=False, fixups=[])
    app.conf.update(_MESSAGES | _transport(timeout_seconds, job_seconds))
    if job_seconds:
        app.conf.update(_WORK | {"task_time_limit": job_seconds})
    return app


_MESSAGES: dict[str, Any] = {
    "task_serializer": "json",
    "accept_content": ["json"],
    "task_ignore_result": True,
    "result_backend": None,
    "task_default_queue": QUEUE,
    "enable_utc": True,
    "timezone": "UTC",
}

_WORK: dict[str, Any] = {
    "task_acks_late": True,
    "task_reject_on_worker_lost": True,
    "worker_prefetch_multiplier": 1,
    "worker_max_tasks_per_child": 5000,
    "worker_hijack_root_logger": False,
    "worker_redirect_stdouts": False,
    "worker_enable_remote_control": False,
    "worker_send_task_events": False,
    "broker_connection_retry_on_startup": True,
    "broker_connection_max_retries": None,  # for ever
}


def _transport(timeout_seconds: float, job_seconds: int) -> dict[str, Any]:
    return {
        "broker_connection_timeout": timeout_seconds,
        "broker_transport_options": {
            "visibility_timeout": 2 * job_seconds + 60,
            "socket_connect_timeout": timeout_seconds,
            "socket_timeout": timeout_seconds,
            "socket_keepalive": True,
            "health_check_interval": 10,
            "max_retries": 0 if job_seconds == 0 else None,
        },
    }
