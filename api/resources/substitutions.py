"""Absences and substitutes (代理), and the colleagues to choose from."""

from typing import Any
from uuid import UUID

from flask import Response
from flask.views import MethodView

from api import auth
from api.schemas import handling as schemas
from api.shell import command, read
from api.strict_json import Blueprint
from services import colleagues, substitutions

blueprint = Blueprint(
    "substitutions",
    __name__,
    url_prefix="/api/v1",
    description="Absences and who stands in (代理)",
)


@blueprint.route("/substitutions")
class Substitutions(MethodView):
    @blueprint.response(200, schemas.SubstitutionSchema(many=True))
    def get(self) -> Any:
        """List the substitutions one is part of, and those of agencies one is process owner of."""
        return read(substitutions.listed)

    @blueprint.arguments(schemas.SubstitutionSetSchema)
    @blueprint.response(201, schemas.SubstitutionSchema)
    @blueprint.alt_response(403, description="Neither one's own nor as process owner")
    @blueprint.alt_response(409, description="There is one for these days and procedures")
    def post(self, body: dict[str, Any]) -> Response:
        """Set one's absence (or, as process owner, somebody's) and the substitute."""
        return command(
            schemas.SubstitutionSchema,
            lambda session, actor: substitutions.set_absence(
                session,
                auth.runtime(),
                actor,
                substitutions.Absence(**body | {"principal": body["principal"] or actor.person_id}),
            ),
            status=201,
        )


@blueprint.route("/substitutions/<uuid:substitution_id>")
class OneSubstitution(MethodView):
    @blueprint.response(200, schemas.SubstitutionSchema)
    @blueprint.alt_response(403, description="The substitute may not end it")
    @blueprint.alt_response(404, description="No such substitution")
    def delete(self, substitution_id: UUID) -> Response:
        """End a substitution at once; it stays in the list."""
        return command(
            schemas.SubstitutionSchema,
            lambda session, actor: substitutions.end(
                session, auth.runtime(), actor, substitution_id
            ),
        )


@blueprint.route("/parties/<uuid:party_id>/colleagues")
class Colleagues(MethodView):
    @blueprint.arguments(schemas.SearchQuery, location="query")
    @blueprint.response(200, schemas.ColleagueSchema(many=True))
    @blueprint.alt_response(403, description="Not one's own agency or unit")
    def get(self, query: dict[str, Any], party_id: UUID) -> Any:
        """List the people of one's own agency or unit, by part of their name."""
        return read(
            lambda session, actor: colleagues.of_party(session, actor, party_id, query["q"])
        )
