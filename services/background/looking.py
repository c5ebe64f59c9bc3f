"""One look for due work: the same in sweepers, in Celery's workers and in the embedded server."""

import logging
import os
import socket

from services import jobs
from services.gateways import clock
from services.runtime import Runtime

log = logging.getLogger(__name__)


def own_name() -> str:
    """Return how this process is called in claims and in the table of sweeps."""
    return f"{socket.gethostname()}/{os.getpid()}"


def may_act(runtime: Runtime, worker: str) -> bool:
    """Tell whether host and database agree on the time; if not, log it and leave jobs to others."""
    if clock.is_trusted(runtime.clock):
        return True
    skew = runtime.clock.skew_seconds()
    log.error("clock.skewed", extra={"worker": worker, "host_ahead_seconds": round(skew, 1)})
    return False


def look(runtime: Runtime, worker: str) -> bool:
    """Run the job that has been due longest; tell whether there was one.

    Rings before it runs the job, so that as many look at once as there is work for.
    """
    claimed = jobs.claim_next(runtime, worker)
    if claimed is None:
        return False
    runtime.ring()
    jobs.run(runtime, claimed)
    return True
