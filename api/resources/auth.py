"""Signing in and out, bearer tokens, who one is."""

from typing import Any

from flask import Response, jsonify, request
from flask.views import MethodView
from marshmallow import Schema, fields
from sqlalchemy import select
from sqlalchemy.orm import Session

from api import auth
from api.schemas.common import Strict, text
from api.shell import command, read
from api.strict_json import Blueprint
from services import accounts
from services.actors import Actor
from services.db.engine import unit_of_work
from services.db.models import Party, Person
from services.errors import NotSignedInError

blueprint = Blueprint("auth", __name__, url_prefix="/api/v1/auth", description="Signing in")


class SignInSchema(Strict):
    """Login and password."""

    login = text(64)
    password = text(200)


class MembershipSchema(Schema):
    """A role one holds for a party."""

    party = fields.UUID()
    party_code = fields.String()
    party_name = fields.String()
    kind = fields.String()
    role = fields.String()


class WhoSchema(Schema):
    """Who is signed in. ``csrf`` goes into the X-CSRF-Token header of unsafe requests."""

    id = fields.UUID()
    login = fields.String()
    name = fields.String()
    csrf = fields.String(allow_none=True)
    memberships = fields.List(fields.Nested(MembershipSchema))


class TokenAskSchema(Strict):
    """What the token is for."""

    label = text(100)


class TokenSchema(Schema):
    """A bearer token, shown this once."""

    token = fields.String()
    expires_at = fields.AwareDateTime(format="iso")


def _who(session: Session, actor: Actor, csrf: str | None) -> dict[str, Any]:
    parties = {
        party.id: party
        for party in session.scalars(select(Party).where(Party.id.in_(actor.parties)))
    }
    return {
        "id": actor.person_id,
        "login": session.get_one(Person, actor.person_id).login,
        "name": actor.name,
        "csrf": csrf,
        "memberships": [
            {
                "party": party_id,
                "party_code": parties[party_id].code,
                "party_name": parties[party_id].name,
                "kind": parties[party_id].kind.value,
                "role": role,
            }
            for party_id, role in sorted(actor.memberships)
        ],
    }


@blueprint.route("/sign-in")
class SignIn(MethodView):
    @blueprint.arguments(SignInSchema)
    @blueprint.response(200, WhoSchema)
    @blueprint.alt_response(401, description="Wrong login or password")
    @blueprint.alt_response(429, description="Too many failures; see Retry-After")
    @blueprint.doc(security=[])
    def post(self, body: dict[str, Any]) -> Response:
        """Open a session; the cookie is HttpOnly and SameSite=Lax."""
        settings = auth.runtime().settings
        with auth.runtime().sessions() as session:
            try:
                signed = accounts.sign_in(
                    session,
                    auth.runtime().clock.now(),
                    login=body["login"],
                    password=body["password"],
                    address=request.remote_addr or "?",
                    seconds=settings.session_seconds,
                )
            except NotSignedInError:
                session.commit()  # failures count
                raise
            actor = accounts.actor_of(session, signed.person.id)
            content = WhoSchema().dump(_who(session, actor, signed.csrf))
            session.commit()
        reply = jsonify(content)
        reply.set_cookie(
            auth.COOKIE,
            signed.token,
            max_age=settings.session_seconds,
            httponly=True,
            samesite="Lax",
            secure=settings.secure_cookies,
        )
        return reply


@blueprint.route("/session")
class OneSession(MethodView):
    @blueprint.response(200, WhoSchema)
    def get(self) -> dict[str, Any]:
        """Tell who is signed in."""

        def query(session: Session, actor: Actor) -> dict[str, Any]:
            now = auth.runtime().clock.now()
            found = accounts.find_session(session, now, auth.token() or "")
            return _who(session, actor, found.csrf if found else None)

        return read(query)

    @blueprint.response(204)
    def delete(self) -> Response:
        """Sign out; it takes effect at once everywhere."""
        with unit_of_work(auth.runtime().sessions) as session:
            auth.actor(session)
            accounts.sign_out(session, auth.token() or "")
        reply = Response(status=204)
        reply.delete_cookie(auth.COOKIE)
        return reply


@blueprint.route("/tokens")
class Tokens(MethodView):
    @blueprint.arguments(TokenAskSchema)
    @blueprint.response(201, TokenSchema)
    def post(self, body: dict[str, Any]) -> Response:
        """Make a bearer token for a program acting as oneself."""
        return command(
            TokenSchema,
            lambda session, actor: accounts.create_token(
                session, auth.runtime().clock.now(), actor.person_id, body["label"]
            ),
            status=201,
        )
