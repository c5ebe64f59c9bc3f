"""Joint confirmation and figures for leaders on the wire."""

from marshmallow import Schema, fields, validate

from api.schemas.common import Strict
from services.dashboard_tables import TABLES
from services.workbench.lights import Light


class SignatureSchema(Schema):
    """An opinion on a text; void once the text has changed."""

    decision = fields.UUID()
    person = fields.String()
    made_at = fields.AwareDateTime(format="iso")
    opinion = fields.String(allow_none=True)
    reason = fields.String(allow_none=True)
    hash = fields.String(allow_none=True)
    is_valid = fields.Boolean()
    voided_at = fields.AwareDateTime(format="iso", allow_none=True)
    voided_because = fields.String(allow_none=True)


class BoardLineSchema(Schema):
    """How one agency stands to the text, and who holds it since when."""

    code = fields.String()
    name = fields.String()
    state = fields.String(
        metadata={"description": "agree, disagree, signed; open: asked; pending: not asked now"}
    )
    task = fields.UUID(allow_none=True)
    party = fields.String(allow_none=True)
    holder = fields.String(allow_none=True)
    held_since = fields.AwareDateTime(format="iso", allow_none=True)
    held_working_days = fields.Integer(allow_none=True)
    remaining_working_days = fields.Integer(allow_none=True)
    light = fields.Enum(Light, by_value=True, allow_none=True)
    light_text = fields.String(allow_none=True)
    signatures = fields.List(fields.Nested(SignatureSchema))


class BoardSchema(Schema):
    """One text put to several agencies. ``hash`` goes into the form's ``hash_field``."""

    node_id = fields.String()
    name = fields.String()
    subject = fields.String(allow_none=True)
    hash = fields.String()
    hash_field = fields.String()
    agencies = fields.List(fields.Nested(BoardLineSchema))
    agreed = fields.Integer()
    total = fields.Integer()
    is_complete = fields.Boolean()


class DashboardQuery(Strict):
    """What is counted."""

    procedure = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=64))
    since = fields.Date(load_default=None, allow_none=True)
    rehearsals = fields.Boolean(load_default=False)


class DashboardExportQuery(DashboardQuery):
    """Figures as a file; CSV holds one table."""

    table = fields.String(load_default="steps", validate=validate.OneOf(TABLES, error="没有这张表"))
    format = fields.String(
        load_default="xlsx", validate=validate.OneOf(["csv", "xlsx"], error="只有 csv 和 xlsx")
    )


class LoadSchema(Schema):
    """Open tasks of one step with one person; null: claimed by nobody."""

    step = fields.String()
    person = fields.String(allow_none=True)
    open = fields.Integer()
    overdue = fields.Integer()
    due_soon = fields.Integer()


class FigureSchema(Schema):
    """A step: what waits there, and how many working days it took."""

    process_id = fields.String()
    node_id = fields.String()
    name = fields.String()
    open = fields.Integer()
    overdue = fields.Integer()
    done = fields.Integer()
    median_days = fields.Integer(allow_none=True)
    p90_days = fields.Integer(allow_none=True)
    longest_days = fields.Integer(allow_none=True)


class MonthSchema(Schema):
    """Cases begun and ended in a month."""

    month = fields.String()
    started = fields.Integer()
    finished = fields.Integer()


class QuestionSchema(Schema):
    """A question of a form: ``file`` and ``field`` as the studio opens them."""

    file = fields.String()
    field = fields.String()
    form = fields.String()
    label = fields.String()


class ReasonSchema(Schema):
    """What was asked for in 补正, how often, and which questions it may be about."""

    material = fields.String()
    article = fields.String()
    count = fields.Integer()
    questions = fields.List(fields.Nested(QuestionSchema))


class DashboardSchema(Schema):
    """Figures of one's agencies."""

    agencies = fields.List(fields.String())
    since = fields.Date()
    in_hand = fields.List(fields.Nested(LoadSchema), attribute="load")
    steps = fields.List(fields.Nested(FigureSchema))
    months = fields.List(fields.Nested(MonthSchema))
    supplements = fields.List(fields.Nested(ReasonSchema))


class OnDiagramSchema(Schema):
    """A procedure's diagrams with the figures of their steps."""

    files = fields.Dict(keys=fields.String(), values=fields.String())
    steps = fields.List(fields.Nested(FigureSchema))
