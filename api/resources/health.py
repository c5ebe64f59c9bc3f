"""Whether the process lives and can work."""

from flask import Response, jsonify
from flask.views import MethodView
from marshmallow import Schema, fields
from sqlalchemy import text

from api.auth import runtime
from api.strict_json import Blueprint

blueprint = Blueprint("health", __name__, url_prefix="/api/v1/health", description="Health")


class HealthSchema(Schema):
    """How it is."""

    status = fields.String()


@blueprint.route("/live")
class Live(MethodView):
    @blueprint.response(200, HealthSchema)
    @blueprint.doc(security=[])
    def get(self) -> dict[str, str]:
        """Answer at all."""
        return {"status": "ok"}


@blueprint.route("/ready")
class Ready(MethodView):
    @blueprint.response(200, HealthSchema)
    @blueprint.doc(security=[])
    def get(self) -> Response:
        """Answer once the database does."""
        with runtime().sessions() as session:
            session.execute(text("SELECT 1"))
        return jsonify({"status": "ok"})
