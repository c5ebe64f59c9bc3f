"""Who is asking: a session cookie with its CSRF token, or a bearer token."""

from secrets import compare_digest
from uuid import UUID

from flask import current_app, g, request
from sqlalchemy.orm import Session

from services import accounts
from services.actors import Actor
from services.errors import NotAllowedError, NotSignedInError
from services.runtime import Runtime

COOKIE = "liancheng_session"
CSRF_HEADER = "X-CSRF-Token"
PARTY_HEADER = "X-Acting-For"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def runtime() -> Runtime:
    """Return the runtime this application was made with."""
    found: Runtime = current_app.extensions["liancheng"]
    return found


def token() -> str | None:
    """Return the request's token, from the bearer header or else the cookie."""
    header = request.headers.get("Authorization", "")
    if header.startswith("Bearer "):
        return header.removeprefix("Bearer ").strip()
    return request.cookies.get(COOKIE)


def require_token() -> None:
    """Refuse a request that brings no token before anything else of it is looked at."""
    if token() is None:
        raise NotSignedInError("请先登录")


def actor(session: Session) -> Actor:
    """Return who is asking, with the rights of this moment, read in this transaction.

    A cookie alone proves nothing on unsafe methods: the CSRF token must come too.
    Raises NotSignedInError, NotAllowedError.
    """
    given = token()
    now = runtime().clock.now()
    known = accounts.identify(session, now, given) if given else None
    if known is None:
        raise NotSignedInError("请先登录，或登录已过期")
    csrf, who = known
    if request.method not in _SAFE and not _is_bearer():
        given_csrf = request.headers.get(CSRF_HEADER, "")
        if csrf is None or not compare_digest(given_csrf.encode(), csrf.encode()):
            raise NotAllowedError("请求缺少安全令牌，请刷新页面后再试")
    g.actor = who = _narrowed(who)
    return who


def _narrowed(who: Actor) -> Actor:
    """Return the actor with the roles for the party they say they act for now, if they say so.

    Whoever names a party that is not theirs is refused, not silently let act for all.
    """
    given = request.headers.get(PARTY_HEADER, "")
    if not given:
        return who
    if given not in {str(party_id) for party_id in who.parties}:
        raise NotAllowedError("您不属于所选的单位，请重新选择当前身份")
    return who.acting_for(UUID(given))


def _is_bearer() -> bool:
    return request.headers.get("Authorization", "").startswith("Bearer ")
