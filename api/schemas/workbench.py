"""The workbench on the wire: rows, filters, counts, saved views, claims."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from api.schemas.cases import CaseSchema, TaskSchema
from api.schemas.common import PageQuery, Strict, text
from services.workbench.case_lists import ListKind
from services.workbench.claiming import MAX_AT_ONCE
from services.workbench.filters import CLAIMS, MAX_FACTS, Filters
from services.workbench.lights import Light
from services.workbench.todo import ORDERS

_LISTS = [kind.value for kind in ListKind]


class FactField(fields.String):
    """``key:value`` as a pair."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        key, colon, wanted = super()._deserialize(value, *args, **kwargs).partition(":")
        if not (key and colon and wanted) or len(wanted) > 200:  # noqa: PLR2004 - a fact's length
            raise ValidationError("条件应写成“名称:值”")
        return key, wanted


class CommonFilterSchema(Strict):
    """How a list is narrowed, but for what is written differently in a saved view."""

    text = fields.String(load_default="", validate=validate.Length(max=100, error="不超过 100 字"))
    procedure = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=64))
    jurisdiction = fields.String(
        load_default=None, allow_none=True, validate=validate.Length(max=64)
    )
    activity = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.Length(max=64),
        metadata={"description": "Activity code, or node id"},
    )
    claim = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.OneOf(CLAIMS, error="没有这种签收状态"),
    )


class FilterSchema(CommonFilterSchema):
    """How a list is narrowed."""

    light = fields.Enum(Light, by_value=True, load_default=None, allow_none=True)
    fact = fields.List(
        FactField(),
        load_default=list,
        validate=validate.Length(max=MAX_FACTS, error=f"最多 {MAX_FACTS} 个条件"),
        metadata={"description": "key:value; several must all hold"},
    )


def filters_of(query: dict[str, Any]) -> Filters:
    """Return the filters of a loaded query."""
    names = ("text", "procedure", "jurisdiction", "activity", "light", "claim")
    return Filters(**{name: query[name] for name in names}, facts=tuple(query["fact"]))


class ListQuery(PageQuery, FilterSchema):
    """A page of a list."""

    sort = fields.String(
        load_default="due",
        validate=validate.OneOf(list(ORDERS), error="没有这种排序"),
        metadata={"description": "Only for todo; the others are newest first"},
    )


class ExportQuery(FilterSchema):
    """A list as a file."""

    sort = fields.String(load_default="due", validate=validate.OneOf(list(ORDERS)))
    format = fields.String(
        load_default="xlsx", validate=validate.OneOf(["csv", "xlsx"], error="只有 csv 和 xlsx")
    )


class FactSchema(Schema):
    """A fact of a case."""

    key = fields.String()
    label = fields.String()
    value = fields.String()
    text = fields.String()


class ListedTaskSchema(TaskSchema):
    """A task in a list of the workbench."""

    party = fields.String(allow_none=True)
    claimed_by_name = fields.String(allow_none=True)


class RowSchema(Schema):
    """A row: its case, and its task where the list is one of tasks."""

    id = fields.UUID(metadata={"description": "Of the task, the decision, or the case"})
    at = fields.AwareDateTime(format="iso")
    case = fields.Nested(CaseSchema)
    task = fields.Nested(ListedTaskSchema, allow_none=True)
    decision = fields.UUID(allow_none=True)
    on_behalf_of = fields.String(
        allow_none=True, metadata={"description": "The absent person one stands in for (代)"}
    )
    applicant = fields.String(allow_none=True)
    facts = fields.List(fields.Nested(FactSchema))
    light = fields.Enum(Light, by_value=True)
    light_text = fields.String()
    remaining_working_days = fields.Integer(
        allow_none=True,
        metadata={"description": "0: the last day, or over since a rest day; negative: over"},
    )
    paused_days = fields.Integer(metadata={"description": "Days the limit has stood still"})
    is_followed = fields.Boolean()
    waiting_for = fields.List(fields.String())


class RowListSchema(Schema):
    """A page of rows."""

    items = fields.List(fields.Nested(RowSchema))
    next = fields.String(allow_none=True)


class CountSchema(Schema):
    """How many; ``text`` is 999+ where there are more."""

    count = fields.Integer()
    is_capped = fields.Boolean()
    text = fields.String()


class CountsSchema(Schema):
    """The length of each list, and of 待办 by light."""

    lists = fields.Dict(keys=fields.String(), values=fields.Nested(CountSchema))
    lights = fields.Dict(keys=fields.String(), values=fields.Nested(CountSchema))
    yellow_working_days = fields.Integer(
        metadata={"description": "Yellow from so many working days left on"}
    )


class ProcedureChoiceSchema(Schema):
    """A procedure to filter by."""

    id = fields.String()
    title = fields.String()
    jurisdiction = fields.String()


class ChoiceSchema(Schema):
    """An activity to filter by."""

    id = fields.String()
    title = fields.String()


class FactValueSchema(Schema):
    """A value of a fact to filter by."""

    value = fields.String()
    text = fields.String()


class FactChoiceSchema(Schema):
    """A fact to filter by."""

    key = fields.String()
    label = fields.String()
    values = fields.List(fields.Nested(FactValueSchema))


class ChoicesSchema(Schema):
    """What the filters may be set to."""

    procedures = fields.List(fields.Nested(ProcedureChoiceSchema))
    activities = fields.List(fields.Nested(ChoiceSchema))
    facts = fields.List(fields.Nested(FactChoiceSchema))


class SavedFiltersSchema(CommonFilterSchema):
    """The filters of a saved view."""

    light = fields.String(
        load_default=None, allow_none=True, validate=validate.OneOf([each.value for each in Light])
    )
    fact = fields.List(
        fields.String(validate=validate.Length(max=300)),
        load_default=list,
        validate=validate.Length(max=MAX_FACTS),
    )


class ViewSaveSchema(Strict):
    """A view to keep."""

    name = text(60)
    kind = fields.String(required=True, validate=validate.OneOf(_LISTS, error="没有这个列表"))
    filters = fields.Nested(SavedFiltersSchema, load_default=dict)
    sort = fields.String(
        load_default="due", validate=validate.OneOf([*ORDERS], error="没有这种排序")
    )
    columns = fields.List(
        fields.String(validate=validate.Length(max=64)),
        load_default=list,
        validate=validate.Length(max=40, error="最多 40 列"),
    )
    is_default = fields.Boolean(load_default=False)


class ViewSchema(Schema):
    """A saved view."""

    id = fields.UUID()
    name = fields.String()
    kind = fields.String(attribute="list_kind")
    filters = fields.Dict(keys=fields.String())
    sort = fields.String()
    columns = fields.List(fields.String())
    is_default = fields.Boolean()


class ClaimAllSchema(Strict):
    """The tasks to claim."""

    tasks = fields.List(
        fields.UUID(),
        required=True,
        validate=validate.Length(1, MAX_AT_ONCE, error=f"每次 1 至 {MAX_AT_ONCE} 项"),
    )


class ClaimedSchema(Schema):
    """What became of one task."""

    task = fields.UUID()
    outcome = fields.String(
        metadata={"description": "claimed, taken (by whom), refused, or missing"}
    )
    message = fields.String()
    by = fields.String(allow_none=True)


class FollowSchema(Schema):
    """Whether one follows a case."""

    is_followed = fields.Boolean()
