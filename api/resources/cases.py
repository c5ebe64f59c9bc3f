"""Cases: starting, reading, messages, comments, rehearsal clocks."""

from typing import Any
from uuid import UUID, uuid4

from flask import Response, g, jsonify
from flask.views import MethodView
from sqlalchemy.orm import Session

from api import auth
from api.schemas import cases as schemas
from api.schemas.acts import AudienceSchema
from api.schemas.common import PageQuery, as_instant, decode_cursor, encode_cursor
from api.schemas.expert_draws import ExpertDrawSchema
from api.shell import command, read
from api.strict_json import Blueprint
from services import case_messages, case_pages, case_parts, cases, comments, expert_draws, jobs
from services.actors import Actor
from services.lookup import get_case

blueprint = Blueprint("cases", __name__, url_prefix="/api/v1/cases", description="Cases (办件)")


@blueprint.route("")
class Cases(MethodView):
    @blueprint.arguments(PageQuery, location="query")
    @blueprint.response(200, schemas.CaseListSchema)
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """List the cases one sees, newest first."""
        limit = query["limit"]
        before = decode_cursor(query["cursor"], as_instant, UUID)
        found = read(
            lambda session, actor: case_pages.mine(session, actor, before=before, limit=limit + 1)
        )
        more = found[limit - 1] if len(found) > limit else None
        cursor = encode_cursor(more.started_at.isoformat(), more.id) if more else None
        return {"items": found[:limit], "next": cursor}

    @blueprint.arguments(schemas.CaseStartSchema)
    @blueprint.response(201, schemas.CaseSchema)
    @blueprint.alt_response(403, description="The person may not start this for that party")
    @blueprint.alt_response(404, description="No such procedure")
    @blueprint.alt_response(409, description="The legal basis is not in force")
    def post(self, body: dict[str, Any]) -> Response:
        """Start a case."""
        given = body["rehearsal"]
        rehearsal = cases.Rehearsal(**given) if given is not None else None
        return command(
            schemas.CaseSchema,
            lambda session, actor: cases.start_case(
                session,
                auth.runtime(),
                actor,
                procedure_id=body["procedure"],
                party_id=body["party"],
                answers=body["answers"],
                rehearsal=rehearsal,
            ),
            status=201,
        )


@blueprint.route("/<uuid:case_id>")
class OneCase(MethodView):
    @blueprint.response(200, schemas.CaseSchema)
    @blueprint.alt_response(404, description="No such case, or it has not come to you")
    def get(self, case_id: UUID) -> Any:
        """Read a case."""
        return read(lambda session, actor: case_pages.one(session, actor, case_id))


@blueprint.route("/<uuid:case_id>/messages")
class OfferedMessages(MethodView):
    @blueprint.response(200, schemas.OfferedMessageSchema(many=True))
    @blueprint.alt_response(404, description="No such case")
    def get(self, case_id: UUID) -> Any:
        """List what one may tell the case now, for example a withdrawal, each with its form."""
        return read(
            lambda session, actor: case_messages.offered(session, auth.runtime(), actor, case_id)
        )


@blueprint.route("/<uuid:case_id>/messages/<name>")
class Messages(MethodView):
    @blueprint.arguments(schemas.AnswersSchema)
    @blueprint.response(200, schemas.CaseSchema)
    @blueprint.alt_response(403, description="Not your role in this case")
    @blueprint.alt_response(404, description="No such case")
    @blueprint.alt_response(409, description="The case does not wait for this message")
    def post(self, body: dict[str, Any], case_id: UUID, name: str) -> Response:
        """Send a case a message its diagram lets one's role send, for example a withdrawal."""
        return command(
            schemas.CaseSchema,
            lambda session, actor: case_pages.shown(
                session,
                actor,
                cases.send_by_person(
                    session,
                    auth.runtime(),
                    actor,
                    case_id=case_id,
                    name=name,
                    answers=body["answers"],
                    key=g.idempotency_key or str(uuid4()),
                ),
            ),
        )


@blueprint.route("/<uuid:case_id>/clock")
class Clock(MethodView):
    @blueprint.arguments(schemas.ClockSchema)
    @blueprint.response(200, schemas.CaseSchema)
    @blueprint.alt_response(404, description="No such case")
    @blueprint.alt_response(409, description="Not a rehearsal, or a step back in time")
    def post(self, body: dict[str, Any], case_id: UUID) -> Response:
        """Move a rehearsal's clock forward and run what has become due in it."""
        reply = command(
            schemas.CaseSchema,
            lambda session, actor: cases.advance_rehearsal(
                session, auth.runtime(), actor, case_id=case_id, to=body["to"]
            ),
        )
        jobs.run_due(auth.runtime(), "clock", only_case=case_id)
        return reply


@blueprint.route("/<uuid:case_id>/inspection")
class Inspection(MethodView):
    @blueprint.response(200, schemas.InspectionSchema)
    @blueprint.alt_response(404, description="No such case")
    @blueprint.alt_response(409, description="Only rehearsals are shown whole")
    def get(self, case_id: UUID) -> Any:
        """See a rehearsal whole, once nothing is due in it any more."""
        read(lambda session, actor: case_pages.visible(session, actor, case_id))
        jobs.run_due(auth.runtime(), "inspection", only_case=case_id)
        return read(
            lambda session, actor: case_pages.inspection(session, auth.runtime(), actor, case_id)
        )


@blueprint.route("/<uuid:case_id>/timeline")
class Timeline(MethodView):
    @blueprint.response(200, schemas.PassageSchema(many=True))
    @blueprint.alt_response(404, description="No such case")
    def get(self, case_id: UUID) -> Any:
        """Read what happened in a case, from its audit chain."""
        return read(lambda session, actor: case_pages.timeline(session, actor, case_id))


@blueprint.route("/<uuid:case_id>/decisions")
class Decisions(MethodView):
    @blueprint.response(200, schemas.DecisionSchema(many=True))
    @blueprint.alt_response(404, description="No such case")
    def get(self, case_id: UUID) -> Any:
        """Read the decisions (办理意见) of a case, answers where they are yours to read."""
        return read(lambda session, actor: case_pages.decisions(session, actor, case_id))


@blueprint.route("/<uuid:case_id>/deadlines")
class Deadlines(MethodView):
    @blueprint.response(200, schemas.DeadlineSchema(many=True))
    @blueprint.alt_response(404, description="No such case")
    def get(self, case_id: UUID) -> Any:
        """Read the time limits of a case with the ledger of every day."""
        return read(lambda session, actor: case_pages.deadlines(session, actor, case_id))


@blueprint.route("/<uuid:case_id>/deadlines/recomputation")
class Recomputation(MethodView):
    @blueprint.response(200, schemas.CaseSchema)
    @blueprint.alt_response(403, description="Only process owners of the handling agency")
    @blueprint.alt_response(404, description="No such case")
    def post(self, case_id: UUID) -> Response:
        """Compute the running limits anew by today's calendar; nothing moves earlier."""
        return command(
            schemas.CaseSchema,
            lambda session, actor: case_pages.recompute(session, auth.runtime(), actor, case_id),
        )


@blueprint.route("/<uuid:case_id>/diagrams")
class Diagrams(MethodView):
    @blueprint.response(200, schemas.DiagramsSchema)
    @blueprint.alt_response(404, description="No such case")
    def get(self, case_id: UUID) -> Any:
        """Read the BPMN files a case runs on, by path, and where it has been and stands."""

        def query(session: Session, actor: Actor) -> dict[str, Any]:
            drawn = case_pages.diagrams(session, actor, case_id)
            return drawn | {"nodes": case_parts.nodes(session, get_case(session, case_id))}

        return read(query)


@blueprint.route("/<uuid:case_id>/tasks")
class Steps(MethodView):
    @blueprint.response(200, schemas.StepSchema(many=True))
    @blueprint.alt_response(404, description="No such case")
    def get(self, case_id: UUID) -> Any:
        """List the tasks of a case, open and closed: for whom, since when, how they ended."""
        return read(lambda session, actor: case_parts.tasks(session, actor, case_id))


@blueprint.route("/<uuid:case_id>/parties")
class CaseParties(MethodView):
    @blueprint.response(200, schemas.CasePartySchema(many=True))
    @blueprint.alt_response(404, description="No such case")
    def get(self, case_id: UUID) -> Any:
        """List which party each role of the case is bound to."""
        return read(lambda session, actor: case_parts.parties(session, actor, case_id))


@blueprint.route("/<uuid:case_id>/waivers")
class Waivers(MethodView):
    @blueprint.response(200, schemas.WaiverSchema(many=True))
    @blueprint.alt_response(404, description="No such case")
    def get(self, case_id: UUID) -> Any:
        """List the soft rules let pass, or not, with the reasons."""
        return read(lambda session, actor: case_parts.waivers(session, actor, case_id))


@blueprint.route("/<uuid:case_id>/expert-draws")
class ExpertDraws(MethodView):
    @blueprint.response(200, ExpertDrawSchema(many=True))
    @blueprint.alt_response(404, description="No such case")
    def get(self, case_id: UUID) -> Any:
        """List the draws of experts: who, who was left out and why, the seed. For officials."""
        return read(lambda session, actor: expert_draws.of_case(session, actor, case_id))


@blueprint.route("/<uuid:case_id>/forms/<form_id>")
class CaseForm(MethodView):
    @blueprint.response(200, {"type": "object"})
    @blueprint.alt_response(404, description="No such case, or no such form in its bundle")
    def get(self, case_id: UUID, form_id: str) -> Any:
        """Read a form of the case's bundle, to show answers by."""
        return jsonify(
            read(lambda session, actor: case_parts.form(session, actor, case_id, form_id))
        )


@blueprint.route("/<uuid:case_id>/comments")
class Comments(MethodView):
    @blueprint.response(200, schemas.CommentSchema(many=True))
    @blueprint.alt_response(404, description="No such case")
    def get(self, case_id: UUID) -> Any:
        """Read the comments addressed to one's audience."""
        return read(lambda session, actor: comments.of_case(session, actor, case_id))

    @blueprint.arguments(schemas.CommentAddSchema)
    @blueprint.response(201, schemas.CommentSchema)
    @blueprint.alt_response(404, description="No such case")
    def post(self, body: dict[str, Any], case_id: UUID) -> Response:
        """Add a comment for an audience."""
        return command(
            schemas.CommentSchema,
            lambda session, actor: comments.add(
                session, auth.runtime(), actor, case_id, comments.Remark(**body)
            ),
            status=201,
        )


@blueprint.route("/<uuid:case_id>/comments/audiences")
class Audiences(MethodView):
    @blueprint.response(200, AudienceSchema(many=True))
    @blueprint.alt_response(404, description="No such case")
    def get(self, case_id: UUID) -> Any:
        """Read for whom one may write comments."""
        return read(lambda session, actor: comments.audiences(session, actor, case_id))
