"""The workbench: lists with filters, counts, saved views, claiming several, exports."""

from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Response
from flask.views import MethodView

from api import auth
from api.schemas import workbench as schemas
from api.schemas.common import as_instant, decode_cursor, encode_cursor
from api.shell import command, read
from api.strict_json import Blueprint
from services.errors import NotFoundError
from services.workbench import claiming, exports, following, list_tables, lists, saved_views
from services.workbench.case_lists import ListKind

blueprint = Blueprint("workbench", __name__, url_prefix="/api/v1", description="Workbench (工作台)")


def _kind(name: str) -> ListKind:
    try:
        return ListKind(name)
    except ValueError as error:
        raise NotFoundError("没有这个列表") from error


@blueprint.route("/workbench/counts")
class Counts(MethodView):
    @blueprint.response(200, schemas.CountsSchema)
    def get(self) -> Any:
        """Count each list, and the open tasks by light."""
        found = read(lambda session, actor: lists.counts(session, auth.runtime(), actor))
        return found | {"yellow_working_days": auth.runtime().settings.yellow_working_days}


@blueprint.route("/workbench/choices")
class Choices(MethodView):
    @blueprint.response(200, schemas.ChoicesSchema)
    def get(self) -> Any:
        """List what the filters of the open tasks may be set to."""
        return read(lists.choices)


@blueprint.route("/workbench/views")
class Views(MethodView):
    @blueprint.response(200, schemas.ViewSchema(many=True))
    def get(self) -> Any:
        """List one's saved views."""
        return read(saved_views.mine)

    @blueprint.arguments(schemas.ViewSaveSchema)
    @blueprint.response(201, schemas.ViewSchema)
    @blueprint.alt_response(409, description="The name is taken, or there are too many")
    def post(self, body: dict[str, Any]) -> Response:
        """Save a view."""
        return command(
            schemas.ViewSchema,
            lambda session, actor: saved_views.save(session, actor, body),
            status=201,
        )


@blueprint.route("/workbench/views/<uuid:view_id>")
class OneView(MethodView):
    @blueprint.arguments(schemas.ViewSaveSchema)
    @blueprint.response(200, schemas.ViewSchema)
    @blueprint.alt_response(404, description="No such view of yours")
    @blueprint.alt_response(409, description="The name is taken")
    def put(self, body: dict[str, Any], view_id: UUID) -> Response:
        """Change a view."""
        return command(
            schemas.ViewSchema,
            lambda session, actor: saved_views.change(session, actor, view_id, body),
        )

    @blueprint.response(200, schemas.ViewSchema)
    @blueprint.alt_response(404, description="No such view of yours")
    def delete(self, view_id: UUID) -> Response:
        """Remove a view."""
        return command(
            schemas.ViewSchema,
            lambda session, actor: saved_views.remove(session, actor, view_id),
        )


@blueprint.route("/workbench/claims")
class Claims(MethodView):
    @blueprint.arguments(schemas.ClaimAllSchema)
    @blueprint.response(200, schemas.ClaimedSchema(many=True))
    def post(self, body: dict[str, Any]) -> Response:
        """Claim several tasks; each has its own answer."""
        return command(
            schemas.ClaimedSchema,
            lambda session, actor: claiming.claim_all(
                session, auth.runtime(), actor, body["tasks"]
            ),
            many=True,
        )


@blueprint.route("/workbench/<list_name>")
class OneList(MethodView):
    @blueprint.arguments(schemas.ListQuery, location="query")
    @blueprint.response(200, schemas.RowListSchema)
    @blueprint.alt_response(404, description="No such list")
    def get(self, query: dict[str, Any], list_name: str) -> dict[str, Any]:
        """Read a page of a list: todo, done, started or followed."""
        kind = _kind(list_name)
        kinds = lists.cursor_kinds(kind, query["sort"], as_instant)
        after = decode_cursor(query["cursor"], *kinds)
        rows, place = read(
            lambda session, actor: lists.page(
                session,
                auth.runtime(),
                actor,
                kind,
                filters=schemas.filters_of(query),
                sort=query["sort"],
                after=after,
                limit=query["limit"],
            )
        )
        return {"items": rows, "next": encode_cursor(*map(_plain, place)) if place else None}


def _plain(part: Any) -> str:
    return part.isoformat() if isinstance(part, datetime) else str(part)


@blueprint.route("/workbench/<list_name>/export")
class Export(MethodView):
    @blueprint.arguments(schemas.ExportQuery, location="query")
    @blueprint.response(200)
    @blueprint.alt_response(404, description="No such list")
    def get(self, query: dict[str, Any], list_name: str) -> Response:
        """Download a list as CSV or XLSX, at most 5,000 rows."""
        kind, filters = _kind(list_name), schemas.filters_of(query)
        table = read(
            lambda session, actor: list_tables.table(
                session, auth.runtime(), actor, kind, filters, query["sort"]
            )
        )
        return download([table], query["format"], f"workbench-{kind.value}")


def download(tables: list[exports.Table], kind: str, name: str) -> Response:
    """Answer with tables as a file; CSV holds the first of them."""
    if kind == "csv":
        reply = Response(exports.to_csv(tables[0]), content_type=exports.CSV_TYPE)
    else:
        reply = Response(exports.to_xlsx(tables), content_type=exports.XLSX_TYPE)
    reply.headers["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    return reply


@blueprint.route("/cases/<uuid:case_id>/follow")
class Follow(MethodView):
    @blueprint.response(200, schemas.FollowSchema)
    @blueprint.alt_response(404, description="No such case")
    def get(self, case_id: UUID) -> Any:
        """Tell whether one follows a case."""
        found = read(lambda session, actor: following.is_followed(session, actor, case_id))
        return {"is_followed": found}

    @blueprint.response(200, schemas.FollowSchema)
    @blueprint.alt_response(404, description="No such case")
    def put(self, case_id: UUID) -> Response:
        """Follow a case one sees."""

        def act(session: Any, actor: Any) -> dict[str, bool]:
            following.follow(session, auth.runtime(), actor, case_id)
            return {"is_followed": True}

        return command(schemas.FollowSchema, act)

    @blueprint.response(200, schemas.FollowSchema)
    @blueprint.alt_response(404, description="No such case")
    def delete(self, case_id: UUID) -> Response:
        """Follow a case no more."""

        def act(session: Any, actor: Any) -> dict[str, bool]:
            following.unfollow(session, actor, case_id)
            return {"is_followed": False}

        return command(schemas.FollowSchema, act)
