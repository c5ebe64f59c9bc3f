"""A procedure beside its law: the clause matrix, and its description on paper."""

from typing import Any
from urllib.parse import quote
from uuid import UUID

from flask import Response
from flask.views import MethodView

from api import auth
from api.schemas import studio_law as schemas
from api.shell import command, read
from api.strict_json import Blueprint
from services.db.models import DraftState
from services.studio import amending, clause_matrix, description, drafts
from workflows.bundles import Bundle

blueprint = Blueprint(
    "studio_law", __name__, url_prefix="/api/v1", description="Procedures and their law"
)
_PDF = {"type": "string", "format": "binary"}


@blueprint.route("/studio/drafts/<uuid:draft_id>/clauses")
class Clauses(MethodView):
    @blueprint.response(200, schemas.ClauseMatrixSchema)
    @blueprint.alt_response(404, description="No such draft")
    def get(self, draft_id: UUID) -> Any:
        """Read each clause with what realises it, and each step with the clauses it cites."""
        return read(
            lambda session, actor: clause_matrix.of_draft(
                session, auth.runtime(), drafts.find(session, actor, draft_id)
            )
        )


@blueprint.route("/studio/drafts/<uuid:draft_id>/description")
class DraftDescription(MethodView):
    @blueprint.response(200, _PDF, content_type="application/pdf")
    @blueprint.alt_response(404, description="No such draft")
    def get(self, draft_id: UUID) -> Response:
        """Download a draft's description (流程说明书) with its diagrams as PDF."""

        def query(session: Any, actor: Any) -> tuple[Bundle, bool]:
            draft = drafts.find(session, actor, draft_id)
            return description.material(session, draft), draft.state is DraftState.PUBLISHED

        bundle, is_published = read(query)
        return _pdf(bundle, () if is_published else ("草稿",))


@blueprint.route("/procedures/<procedure_id>/description")
class Description(MethodView):
    @blueprint.response(200, _PDF, content_type="application/pdf")
    @blueprint.alt_response(404, description="No such procedure")
    def get(self, procedure_id: str) -> Response:
        """Download the description of the version that new cases start with."""
        return _pdf(read(lambda session, _actor: description.version(session, procedure_id)), ())


@blueprint.route("/studio/jurisdictions/<jurisdiction>/clauses")
class JurisdictionClauses(MethodView):
    @blueprint.response(200, schemas.ClauseListSchema)
    @blueprint.alt_response(403, description="Not a process owner there")
    @blueprint.alt_response(404, description="No such jurisdiction")
    def get(self, jurisdiction: str) -> Any:
        """Read the clauses of a jurisdiction as its newest versions say them."""
        return read(lambda session, actor: {"rows": amending.listed(session, actor, jurisdiction)})


@blueprint.route("/studio/jurisdictions/<jurisdiction>/amendments")
class Amendments(MethodView):
    @blueprint.arguments(schemas.PrepareAmendmentSchema)
    @blueprint.response(201, schemas.PreparedSchema)
    @blueprint.alt_response(403, description="Not a process owner there")
    @blueprint.alt_response(404, description="No such jurisdiction")
    @blueprint.alt_response(422, description="Nothing changes, or a clause is listed twice")
    def post(self, body: dict[str, Any], jurisdiction: str) -> Response:
        """Open drafts with the amended clauses; what they touch is commented in them."""
        return command(
            schemas.PreparedSchema,
            lambda session, actor: amending.prepare(
                session, auth.runtime(), actor, jurisdiction, body["rows"]
            ),
            status=201,
        )


def _pdf(bundle: Bundle, marks: tuple[str, ...]) -> Response:
    """Render after the transaction has ended."""
    reply = Response(
        description.pdf(auth.runtime(), bundle, marks=marks), mimetype="application/pdf"
    )
    name = quote(f"{bundle.procedure_id}.pdf")
    reply.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    return reply
