"""The check of files that a process owner sends and that nobody has saved as a draft."""

from typing import Any

from flask.views import MethodView
from marshmallow import Schema, fields, validate

from api import auth
from api.schemas.common import Strict
from api.schemas.studio import DraftFindingSchema
from api.shell import read
from api.strict_json import Blueprint
from services.studio import outside
from workflows.bundles import bounds

blueprint = Blueprint(
    "studio_outside", __name__, url_prefix="/api/v1/studio", description="Drafts of procedures"
)


class BundleDraftSchema(Strict):
    """The files of a draft: all of them, or those that differ from the version in use."""

    files = fields.Dict(
        keys=fields.String(validate=validate.Length(1, bounds.MAX_PATH)),
        values=fields.String(allow_none=True),
        required=True,
        validate=validate.Length(1, bounds.MAX_FILES, error="1 至 600 个文件"),
        metadata={"description": "Path in the bundle -> text; null takes a file away"},
    )
    is_whole = fields.Boolean(
        load_default=True,
        truthy={True},
        falsy={False},
        metadata={"description": "False: on top of the version that new cases start with"},
    )


class CheckCountsSchema(Schema):
    """How many findings of each kind."""

    error = fields.Integer()
    warning = fields.Integer()
    info = fields.Integer()


class BundleCheckSchema(Schema):
    """What the check says."""

    hash = fields.String(metadata={"description": "Of the files and of the checker"})
    checker = fields.String(metadata={"description": "Version of what checks"})
    is_clean = fields.Boolean(metadata={"description": "No errors"})
    counts = fields.Nested(CheckCountsSchema)
    findings = fields.List(fields.Nested(DraftFindingSchema))
    left_off = fields.Integer(metadata={"description": "Findings beyond the 500 that are listed"})


@blueprint.route("/procedures/<procedure_id>/check")
class BundleCheck(MethodView):
    @blueprint.arguments(BundleDraftSchema)
    @blueprint.response(200, BundleCheckSchema)
    @blueprint.alt_response(403, description="Not a process owner there")
    @blueprint.alt_response(404, description="No such procedure")
    @blueprint.alt_response(413, description="Too large")
    @blueprint.alt_response(422, description="Files that no procedure has")
    def post(self, wanted: dict[str, Any], procedure_id: str) -> Any:
        """Check a draft as ``liancheng check`` does; nothing is kept of it."""
        given = read(
            lambda session, actor: outside.material(
                session, actor, procedure_id, wanted["files"], is_whole=wanted["is_whole"]
            )
        )
        return outside.judged(auth.runtime(), given)
