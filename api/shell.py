"""The shell around service calls: transactions for reading and for commands."""

from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar

from flask import Response, g, jsonify, request
from marshmallow import Schema
from sqlalchemy.orm import Session

from api import auth
from services import commands
from services.actors import Actor
from services.db.engine import discarded, reading
from services.errors import InvalidError

MAX_KEY = 100

T = TypeVar("T")


def read(query: Callable[[Session, Actor], T]) -> T:
    """Run a query as the signed-in person, in a transaction of its own."""
    with reading(auth.runtime().sessions) as session:
        return query(session, auth.actor(session))


def read_publicly(query: Callable[[Session], T]) -> T:
    """Run a query that needs no login."""
    with reading(auth.runtime().sessions) as session:
        return query(session)


def pretend(act: Callable[[Session, Actor], T]) -> T:
    """Run a command as the signed-in person to see what it comes to; nothing of it is kept."""
    with discarded(auth.runtime().sessions) as session:
        return act(session, auth.actor(session))


def command(
    schema: type[Schema] | None,
    act: Callable[[Session, Actor], Any],
    *,
    status: int = 200,
    many: bool = False,
) -> Response:
    """Run a command as the signed-in person: once for each Idempotency-Key, then commit.

    The answer is serialised inside the transaction and stored with the key.
    """

    def who(session: Session) -> str:
        return auth.actor(session).key

    def run(session: Session) -> commands.Answer:
        return commands.Answer(status, _dumped(schema, act(session, g.actor), many=many))

    return _reply(commands.execute(auth.runtime(), _request(who), run))


def command_publicly(
    schema: type[Schema], act: Callable[[Session], Any], *, status: int = 200
) -> Response:
    """Run a command that needs no login; keys are told apart by the asker's address."""

    def who(_session: Session) -> str:
        return f"public:{request.remote_addr}"[:64]

    def run(session: Session) -> commands.Answer:
        return commands.Answer(status, _dumped(schema, act(session)))

    return _reply(commands.execute(auth.runtime(), _request(who), run))


def _dumped(schema: type[Schema] | None, result: Any, *, many: bool = False) -> Any:
    return _schema(schema).dump(result, many=many) if schema is not None else result


@cache
def _schema(schema: type[Schema]) -> Schema:
    """Return a schema made once: making one copies all its fields; dumping changes nothing of it."""
    return schema()


def _reply(answer: commands.Answer) -> Response:
    reply = jsonify(answer.body)
    reply.status_code = answer.status
    return reply


def _request(who: Callable[[Session], str]) -> commands.Request:
    """Return the request as idempotency sees it: who, with which key, asks what."""
    key = request.headers.get("Idempotency-Key") or None
    if key is not None and (len(key) > MAX_KEY or not key.isascii() or not key.isprintable()):
        message = f"应为不超过 {MAX_KEY} 个可见的英文字符"
        raise InvalidError("幂等键有误", {"Idempotency-Key": [message]})
    g.idempotency_key = key
    content = b"\0".join([request.method.encode(), request.path.encode(), request.get_data()])
    return commands.Request(who, key, content)
