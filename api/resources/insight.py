"""What a case and an agency's cases show: differences, joint confirmation, figures for leaders."""

from typing import Any
from uuid import UUID

from flask import Response
from flask.views import MethodView

from api import auth
from api.resources.workbench import download
from api.schemas import ahead, boards
from api.shell import read
from api.strict_json import Blueprint
from services import boards as joint
from services import dashboard_tables, dashboards, differences

blueprint = Blueprint("insight", __name__, url_prefix="/api/v1", description="Insight (分析)")


@blueprint.route("/cases/<uuid:case_id>/differences")
class Differences(MethodView):
    @blueprint.arguments(ahead.DifferencesQuery, location="query")
    @blueprint.response(200, ahead.DifferencesSchema)
    @blueprint.alt_response(404, description="No such case or submission")
    def get(self, query: dict[str, Any], case_id: UUID) -> Any:
        """Compare two submissions on one form, by default the last two."""
        return read(
            lambda session, actor: differences.of_case(
                session, actor, case_id, old_id=query["old"], new_id=query["new"]
            )
        )


@blueprint.route("/cases/<uuid:case_id>/supplements")
class Supplements(MethodView):
    @blueprint.response(200, ahead.MarkedSchema(many=True))
    @blueprint.alt_response(404, description="No such case")
    def get(self, case_id: UUID) -> Any:
        """Read what each review marked for supplementing, newest first."""
        return read(lambda session, actor: differences.marked(session, actor, case_id))


@blueprint.route("/cases/<uuid:case_id>/confirmation-board")
class Board(MethodView):
    @blueprint.response(200, boards.BoardSchema(many=True))
    @blueprint.alt_response(403, description="Only officials of agencies that the case is with")
    @blueprint.alt_response(404, description="No such case")
    def get(self, case_id: UUID) -> Any:
        """Read how several agencies stand to one text, one board for each text."""
        return read(lambda session, actor: joint.of_case(session, auth.runtime(), actor, case_id))


def _period(query: dict[str, Any]) -> dashboards.Period:
    return dashboards.Period(query["procedure"], query["since"], query["rehearsals"])


@blueprint.route("/dashboard")
class Dashboard(MethodView):
    @blueprint.arguments(boards.DashboardQuery, location="query")
    @blueprint.response(200, boards.DashboardSchema)
    @blueprint.alt_response(403, description="Only leaders and process owners of an agency")
    def get(self, query: dict[str, Any]) -> Any:
        """Read the figures of one's agencies: load, durations, throughput, 补正 reasons."""
        return read(
            lambda session, actor: dashboards.of_agency(
                session, auth.runtime(), actor, _period(query)
            )
        )


@blueprint.route("/dashboard/export")
class DashboardExport(MethodView):
    @blueprint.arguments(boards.DashboardExportQuery, location="query")
    @blueprint.response(200)
    @blueprint.alt_response(403, description="Only leaders and process owners of an agency")
    def get(self, query: dict[str, Any]) -> Response:
        """Download the figures: XLSX holds all tables, CSV the one asked for."""
        figures = read(
            lambda session, actor: dashboards.of_agency(
                session, auth.runtime(), actor, _period(query)
            )
        )
        tables = dashboard_tables.tables(figures, query["table"])
        return download(tables, query["format"], f"dashboard-{query['table']}")


@blueprint.route("/dashboard/procedures/<procedure_id>")
class OnDiagram(MethodView):
    @blueprint.arguments(boards.DashboardQuery, location="query")
    @blueprint.response(200, boards.OnDiagramSchema)
    @blueprint.alt_response(403, description="Only leaders and process owners of an agency")
    @blueprint.alt_response(404, description="No such procedure")
    def get(self, query: dict[str, Any], procedure_id: str) -> Any:
        """Read a procedure's diagrams with the figures of their steps."""
        period = dashboards.Period(procedure_id, query["since"], query["rehearsals"])
        return read(
            lambda session, actor: dashboards.on_diagram(
                session, auth.runtime(), actor, procedure_id, period
            )
        )
