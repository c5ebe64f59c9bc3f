"""Tasks: the inbox, the task page, claiming, drafts, completion."""

from typing import Any
from uuid import UUID

from flask import Response
from flask.views import MethodView

from api import auth
from api.schemas import cases as schemas
from api.schemas.common import as_instant, decode_cursor, encode_cursor
from api.shell import command, read
from api.strict_json import Blueprint
from services import case_pages, cases, inbox, tasks

blueprint = Blueprint("tasks", __name__, url_prefix="/api/v1/tasks", description="Tasks (任务)")


def _row(task: Any, case: Any) -> dict[str, Any]:
    columns = {c.key: getattr(task, c.key) for c in task.__table__.columns}
    return columns | {"case_number": case.number, "case_title": case.title}


@blueprint.route("")
class Tasks(MethodView):
    @blueprint.arguments(schemas.InboxQuery, location="query")
    @blueprint.response(200, schemas.TaskListSchema)
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """List the open tasks addressed to one, most urgent first."""
        limit = query["limit"]
        place = decode_cursor(query["cursor"], as_instant, UUID)
        after = inbox.Place(*place) if place else None
        found = read(
            lambda session, actor: inbox.todo(
                session,
                actor,
                after=after,
                limit=limit + 1,
                only_mine=query["mine"],
                only_case=query["case"],
            )
        )
        last = found[limit - 1][0] if len(found) > limit else None
        return {
            "items": [_row(task, case) for task, case in found[:limit]],
            "next": encode_cursor(last.due_at.isoformat(), last.id) if last else None,
        }


@blueprint.route("/<uuid:task_id>")
class OneTask(MethodView):
    @blueprint.response(200, schemas.TaskPageSchema)
    @blueprint.alt_response(404, description="No such task, or its case has not come to you")
    def get(self, task_id: UUID) -> dict[str, Any]:
        """Read a task with its form, context and one's own draft."""

        def query(session: Any, actor: Any) -> dict[str, Any]:
            page = tasks.page(session, auth.runtime(), actor, task_id)
            return page | {"task": _row(page["task"], page["case"])}

        return read(query)


@blueprint.route("/<uuid:task_id>/claim")
class Claim(MethodView):
    @blueprint.response(200, schemas.TaskSchema)
    @blueprint.alt_response(403, description="Not addressed to you, or duties are separate")
    @blueprint.alt_response(404, description="No such task")
    @blueprint.alt_response(409, description="Somebody was faster")
    def post(self, task_id: UUID) -> Response:
        """Claim a task."""
        return command(
            schemas.TaskSchema,
            lambda session, actor: tasks.claim(session, auth.runtime(), actor, task_id),
        )

    @blueprint.response(200, schemas.TaskSchema)
    @blueprint.alt_response(404, description="No such task")
    @blueprint.alt_response(409, description="You do not hold it")
    def delete(self, task_id: UUID) -> Response:
        """Give a claimed task back."""
        return command(
            schemas.TaskSchema,
            lambda session, actor: tasks.release(session, auth.runtime(), actor, task_id),
        )


@blueprint.route("/<uuid:task_id>/draft")
class Draft(MethodView):
    @blueprint.arguments(schemas.DraftSaveSchema)
    @blueprint.response(200, schemas.DraftSchema)
    @blueprint.alt_response(403, description="Not addressed to you")
    @blueprint.alt_response(404, description="No such task")
    @blueprint.alt_response(409, description="A newer draft exists, or the task has ended")
    @blueprint.alt_response(413, description="More than a draft may hold")
    def put(self, body: dict[str, Any], task_id: UUID) -> Response:
        """Save what is typed so far, unchecked."""
        return command(
            schemas.DraftSchema,
            lambda session, actor: tasks.save_draft(
                session, auth.runtime(), actor, task_id, body["answers"], body["version"]
            ),
        )


@blueprint.route("/<uuid:task_id>/completion")
class Completion(MethodView):
    @blueprint.arguments(schemas.AnswersSchema)
    @blueprint.response(200, schemas.CaseSchema)
    @blueprint.alt_response(403, description="Not addressed to you, or duties are separate")
    @blueprint.alt_response(404, description="No such task")
    @blueprint.alt_response(409, description="Somebody was faster; details name the winner")
    def post(self, body: dict[str, Any], task_id: UUID) -> Response:
        """Complete a task with its form's answers."""
        return command(
            schemas.CaseSchema,
            lambda session, actor: case_pages.shown(
                session,
                actor,
                cases.complete_task(
                    session, auth.runtime(), actor, task_id=task_id, answers=body["answers"]
                ),
            ),
        )
