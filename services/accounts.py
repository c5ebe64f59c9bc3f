"""Signing in and out: argon2, sessions kept by the server, bearer tokens, throttling."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from services import substitutions
from services.actors import Actor
from services.db.models import LoginAttempt, LoginSession, Membership, Person
from services.errors import InvalidError, NotSignedInError, TooManyAttemptsError

MAX_FAILURES = 5
BLOCK_SECONDS = 60
LONGEST_BLOCK_SECONDS = 3600
TOKEN_DAYS = 90
MIN_PASSWORD = 10

_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)  # OWASP's minimum
_NOBODY = _HASHER.hash("nobody has this password")


_WHO_IT_IS = (  # made once: it is asked at every request
    select(
        LoginSession.csrf,
        Person.id,
        Person.name,
        substitutions.IS_ASKED,
        Membership.party_id,
        Membership.role,
    )
    .join(Person, Person.id == LoginSession.person_id)
    .outerjoin(Membership, Membership.person_id == Person.id)
    .where(
        LoginSession.token_sha256 == bindparam("token"),
        LoginSession.expires_at > bindparam("now"),
        Person.is_active,
    )
)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A fresh session. ``token`` is shown once; only its hash is kept."""

    person: Person
    token: str
    csrf: str | None
    expires_at: datetime


def hash_password(password: str) -> str:
    """Return the argon2id hash. Raises InvalidError for one that is too short."""
    if len(password) < MIN_PASSWORD:
        raise InvalidError("密码过短", {"password": [f"至少 {MIN_PASSWORD} 个字符"]})
    return _HASHER.hash(password)


def sign_in(
    session: Session, now: datetime, *, login: str, password: str, address: str, seconds: int
) -> SignedIn:
    """Check a password and open a session.

    A wrong login and a wrong password cost the same time and give the same answer. The caller
    commits on failure too, so that failures count. Raises NotSignedInError, TooManyAttemptsError.
    """
    keys = (f"login:{login}"[:120], f"address:{address}"[:120])
    for key in keys:
        _refuse_blocked(session, key, now)
    person = session.scalars(select(Person).where(Person.login == login)).first()
    if not _matches(person, password):
        for key in keys:
            _count_failure(session, key, now)
        raise NotSignedInError("账号或密码不对", "WRONG_CREDENTIALS")
    assert person is not None
    session.execute(delete(LoginAttempt).where(LoginAttempt.key == keys[0]))
    return _open(session, person, now, timedelta(seconds=seconds), csrf=secrets.token_urlsafe(24))


def _matches(person: Person | None, password: str) -> bool:
    usable = person is not None and person.is_active
    try:
        _HASHER.verify(person.password_hash if person and usable else _NOBODY, password)
    except (VerifyMismatchError, InvalidHashError):
        return False
    return usable


def _refuse_blocked(session: Session, key: str, now: datetime) -> None:
    attempt = session.get(LoginAttempt, key)
    if attempt and attempt.blocked_until and attempt.blocked_until > now:
        seconds = int((attempt.blocked_until - now).total_seconds()) + 1
        raise TooManyAttemptsError(
            f"失败次数过多，请 {seconds} 秒后再试", retry_after_seconds=seconds
        )


def _count_failure(session: Session, key: str, now: datetime) -> None:
    """Count, and block for twice as long each time past the limit. An hour of peace forgives."""
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    session.execute(
        dialect.insert(LoginAttempt)
        .values(key=key, failures=0, last_at=now)
        .on_conflict_do_nothing()
    )
    attempt = session.get_one(LoginAttempt, key, with_for_update=True, populate_existing=True)
    if now - attempt.last_at > timedelta(seconds=LONGEST_BLOCK_SECONDS):
        attempt.failures = 0
    attempt.failures += 1
    attempt.last_at = now
    limit = MAX_FAILURES if key.startswith("login:") else MAX_FAILURES * 10
    excess = attempt.failures - limit
    if excess >= 0:
        seconds = min(BLOCK_SECONDS * 2**excess, LONGEST_BLOCK_SECONDS)
        attempt.blocked_until = now + timedelta(seconds=seconds)


def _open(
    session: Session,
    person: Person,
    now: datetime,
    lasts: timedelta,
    *,
    csrf: str | None,
    label: str | None = None,
) -> SignedIn:
    token = secrets.token_urlsafe(32)
    row = LoginSession(
        token_sha256=_digest(token),
        person_id=person.id,
        csrf=csrf,
        label=label,
        created_at=now,
        expires_at=now + lasts,
    )
    session.add(row)
    session.flush()
    return SignedIn(person, token, csrf, row.expires_at)


def _digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()


def create_token(session: Session, now: datetime, person_id: UUID, label: str) -> SignedIn:
    """Make a bearer token for a program acting as a person; shown once, valid for 90 days."""
    person = session.get_one(Person, person_id)
    return _open(session, person, now, timedelta(days=TOKEN_DAYS), csrf=None, label=label)


def find_session(session: Session, now: datetime, token: str) -> LoginSession | None:
    """Return the living session of a token, read fresh: signing out takes effect at once."""
    row = session.get(LoginSession, _digest(token))
    return row if row is not None and row.expires_at > now else None


def identify(session: Session, now: datetime, token: str) -> tuple[str | None, Actor] | None:
    """Return a living session's CSRF token and its person as they are now, in one query or two.

    None for a session that is over, or a person switched off.
    """
    today = substitutions.day_of(now)
    asked = {"token": _digest(token), "now": now, "today": today}
    rows = session.connection().execute(_WHO_IT_IS, asked).all()
    if not rows:
        return None
    csrf, person_id, name, is_asked, _party, _role = rows[0]
    held = frozenset((party, role) for *_who, party, role in rows if party is not None)
    stand_ins = substitutions.standing_in(session, person_id, now) if is_asked else ()
    return csrf, Actor(person_id, name, held, stand_ins)


def sign_out(session: Session, token: str) -> None:
    """End a session; the second time changes nothing."""
    session.execute(delete(LoginSession).where(LoginSession.token_sha256 == _digest(token)))


def actor_of(session: Session, person_id: UUID, now: datetime | None = None) -> Actor:
    """Return the person as an actor with the memberships of this moment.

    With ``now`` also with the roles they fill for absent colleagues. Raises NotSignedInError if they are unknown or switched off.
    """
    person = session.get(Person, person_id)
    if person is None or not person.is_active:
        raise NotSignedInError("账号不存在或已停用")
    rows = session.execute(
        select(Membership.party_id, Membership.role).where(Membership.person_id == person_id)
    )
    stand_ins = substitutions.standing_in(session, person_id, now) if now is not None else ()
    held = frozenset((party, role) for party, role in rows)
    return Actor(person.id, person.name, held, stand_ins)


def names_of(session: Session, ids: Iterable[UUID]) -> dict[UUID, str]:
    """Return the names of people by id; of unknown ids nothing."""
    rows = session.execute(select(Person.id, Person.name).where(Person.id.in_(set(ids)))).all()
    return dict(rows)
