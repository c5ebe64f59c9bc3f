"""/metrics, for the monitoring: from this host, or with the token of the installation."""

from secrets import compare_digest

from flask import Blueprint, Response, request

from api import auth, metrics
from services.errors import NotFoundError

blueprint = Blueprint("metrics", __name__)

_HERE = frozenset({"127.0.0.1", "::1"})
_FORWARDED = ("X-Forwarded-For", "Forwarded", "X-Real-Ip")


@blueprint.get("/metrics")
def figures() -> Response:
    """Return the figures. Raises NotFoundError for all who have no business with them."""
    if not (_is_from_here() or _has_token()):
        raise NotFoundError("没有这个地址")
    return metrics.page(auth.runtime())


def _is_from_here() -> bool:
    """Tell whether the monitoring of this host asks, not a proxy on it for somebody else."""
    is_direct = not any(name in request.headers for name in _FORWARDED)
    return is_direct and request.remote_addr in _HERE


def _has_token() -> bool:
    token = auth.runtime().settings.metrics_token
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return token is not None and compare_digest(given.encode(), token.encode())
