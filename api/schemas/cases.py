"""Cases and tasks on the wire."""

from marshmallow import Schema, fields, validate

from api.schemas.common import Instant, PageQuery, Strict, text
from api.schemas.files import FileSchema
from services.db.models import CaseStatus, TaskStatus


class RehearsalSchema(Strict):
    """What a rehearsal (演练) assumes."""

    starts_at = Instant(format="iso", load_default=None, allow_none=True)
    legal_basis = fields.String(
        load_default=None, allow_none=True, validate=validate.Length(max=32)
    )
    as_production = fields.Boolean(load_default=False)
    group = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.Length(max=64),
        metadata={"description": "Rehearsals of one group find each other's cases"},
    )


class CaseStartSchema(Strict):
    """A new case."""

    procedure = text(64)
    party = fields.UUID(required=True, metadata={"description": "The unit or agency that starts"})
    answers = fields.Dict(keys=fields.String(), load_default=dict)
    rehearsal = fields.Nested(RehearsalSchema, load_default=None, allow_none=True)


class CaseSchema(Schema):
    """A case, as everyone it has come to sees it."""

    id = fields.UUID()
    number = fields.String()
    procedure = fields.String(attribute="procedure_id")
    jurisdiction = fields.String()
    bundle = fields.String(attribute="bundle_hash")
    title = fields.String()
    status = fields.Enum(
        CaseStatus,
        by_value=True,
        allow_none=True,
        metadata={"description": "Null to whom the case's present state is not disclosed"},
    )
    state = fields.String(allow_none=True)
    outcome = fields.String(allow_none=True)
    started_at = fields.AwareDateTime(format="iso")
    finished_at = fields.AwareDateTime(format="iso", allow_none=True)
    is_rehearsal = fields.Boolean()
    progress_code = fields.String(
        allow_none=True, metadata={"description": "Follows the case without login"}
    )
    version = fields.Integer(allow_none=True)


class TaskSchema(Schema):
    """A task in a list."""

    id = fields.UUID()
    case_id = fields.UUID()
    node_id = fields.String()
    activity_code = fields.String(allow_none=True)
    name = fields.String()
    form = fields.String(attribute="form_id")
    role = fields.String()
    party_id = fields.UUID(allow_none=True)
    item_key = fields.String(allow_none=True)
    status = fields.Enum(TaskStatus, by_value=True)
    claimed_by = fields.UUID(allow_none=True)
    opened_at = fields.AwareDateTime(format="iso")
    due_at = fields.AwareDateTime(format="iso", metadata={"description": "9999: no limit"})
    case_number = fields.String()
    case_title = fields.String()


class TaskListSchema(Schema):
    """A page of tasks; ``next`` is the cursor of the next one."""

    items = fields.List(fields.Nested(TaskSchema))
    next = fields.String(allow_none=True)


class CaseListSchema(Schema):
    """A page of cases."""

    items = fields.List(fields.Nested(CaseSchema))
    next = fields.String(allow_none=True)


class InboxQuery(PageQuery):
    """Which tasks."""

    mine = fields.Boolean(load_default=False)
    case = fields.UUID(load_default=None, allow_none=True)


class DraftSchema(Schema):
    """A draft as saved."""

    answers = fields.Dict(keys=fields.String())
    saved_at = fields.AwareDateTime(format="iso")
    version = fields.Integer()


class DraftSaveSchema(Strict):
    """What is typed so far; ``version`` is the one it was begun from."""

    answers = fields.Dict(keys=fields.String(), required=True)
    version = fields.Integer(load_default=None, allow_none=True)


class ClauseSchema(Schema):
    """A clause of the regulation; ``text`` is our paraphrase, not its wording."""

    id = fields.String()
    article = fields.String()
    strength = fields.String()
    text = fields.String()


class NodeSchema(Schema):
    """A step of the case's diagrams in business words."""

    id = fields.String()
    process_id = fields.String()
    name = fields.String()
    kind = fields.String()
    called = fields.String(allow_none=True)
    activity_code = fields.String(allow_none=True)
    clauses = fields.List(fields.Nested(ClauseSchema))
    articles = fields.List(fields.String())
    assumptions = fields.List(fields.String())


class DiagramsSchema(Schema):
    """The BPMN files of a case by path; ``main`` is the process that the case runs."""

    main = fields.String()
    files = fields.Dict(keys=fields.String(), values=fields.String())
    visited = fields.List(fields.String())
    current = fields.List(fields.String())
    nodes = fields.List(fields.Nested(NodeSchema))


class TaskPageSchema(Schema):
    """A task with its form."""

    task = fields.Nested(TaskSchema)
    case = fields.Nested(CaseSchema)
    form = fields.Dict(keys=fields.String())
    context = fields.Dict(keys=fields.String())
    prefill = fields.Dict(
        keys=fields.String(),
        metadata={"description": "Answers to begin with where there is no draft"},
    )
    draft = fields.Nested(DraftSchema, allow_none=True)
    files = fields.List(
        fields.Nested(FileSchema), metadata={"description": "What the draft's file fields name"}
    )
    clauses = fields.List(fields.Nested(ClauseSchema))
    may_act = fields.Boolean()
    may_prepare = fields.Boolean(
        metadata={"description": "One may write a draft: to decide, or to hand it back (委派)"}
    )
    on_behalf_of = fields.String(
        allow_none=True, metadata={"description": "The absent person one would do it for (代)"}
    )
    reason = fields.String()


class AnswersSchema(Strict):
    """Answers to a form."""

    answers = fields.Dict(keys=fields.String(), required=True)


class ClockSchema(Strict):
    """Where a rehearsal's clock is to stand."""

    to = Instant(format="iso", required=True)


class StepSchema(Schema):
    """A task of a case: what, for whom, since when, how it ended."""

    id = fields.UUID()
    node_id = fields.String()
    process_id = fields.String()
    activity_code = fields.String(allow_none=True)
    name = fields.String()
    role = fields.String()
    status = fields.Enum(TaskStatus, by_value=True)
    item_key = fields.String(allow_none=True)
    party = fields.String(allow_none=True)
    holder = fields.String(allow_none=True, metadata={"description": "For officials only"})
    opened_at = fields.AwareDateTime(format="iso")
    due_at = fields.AwareDateTime(format="iso", metadata={"description": "9999: no limit"})
    closed_at = fields.AwareDateTime(format="iso", allow_none=True)


class OfferedMessageSchema(Schema):
    """A message that one may send the case now."""

    name = fields.String()
    label = fields.String()
    form = fields.Dict(keys=fields.String())


class CasePartySchema(Schema):
    """A role of the case and the party it is bound to."""

    role = fields.String()
    name = fields.String()
    kind = fields.String()
    uscc = fields.String(allow_none=True)


class WaiverSchema(Schema):
    """A soft rule let pass, or not, with the reason."""

    rule_id = fields.String()
    fact_value = fields.String()
    justification = fields.String()
    is_granted = fields.Boolean()
    proposed_by = fields.String(allow_none=True, metadata={"description": "For officials only"})
    decided_by = fields.String(allow_none=True, metadata={"description": "For officials only"})
    decided_at = fields.AwareDateTime(format="iso")


class DecisionSchema(Schema):
    """A decision (办理意见). ``answers`` is null where they are not yours to read."""

    id = fields.UUID()
    task_id = fields.UUID()
    node_id = fields.String()
    activity_code = fields.String(allow_none=True)
    name = fields.String()
    form = fields.String()
    person = fields.String()
    on_behalf_of = fields.String(
        allow_none=True, metadata={"description": "The absent person whose substitute made it (代)"}
    )
    role = fields.String()
    made_at = fields.AwareDateTime(format="iso")
    withdrawn_at = fields.AwareDateTime(
        format="iso", allow_none=True, metadata={"description": "Taken back (撤回) since then"}
    )
    answers = fields.Dict(keys=fields.String(), allow_none=True)
    answers_sha256 = fields.String()
    files = fields.List(fields.Nested(FileSchema))


class CommentSchema(Schema):
    """A comment."""

    id = fields.UUID(dump_only=True)
    person = fields.String(dump_only=True)
    audience = fields.String()
    text = fields.String()
    files = fields.List(fields.Nested(FileSchema), dump_only=True)
    made_at = fields.AwareDateTime(format="iso", dump_only=True)


class CommentAddSchema(Strict):
    """A new comment."""

    audience = fields.String(
        required=True,
        validate=validate.OneOf(["agency", "applicant", "experts"], error="请选择可见范围"),
    )
    text = text(2000)
    files = fields.List(
        fields.UUID(), load_default=list, validate=validate.Length(max=10, error="附件不超过 10 个")
    )


class DeadlineSchema(Schema):
    """A time limit with the ledger that explains every day of it."""

    node_id = fields.String()
    activity_code = fields.String(allow_none=True)
    amount = fields.Integer()
    unit = fields.String()
    basis = fields.String(metadata={"description": "Article, or assumption id (系统假定)"})
    started_at = fields.String()
    due_at = fields.String()
    due_on = fields.String()
    calendar_version = fields.String()
    is_provisional = fields.Boolean()
    ended_at = fields.String(allow_none=True)
    ledger = fields.List(fields.List(fields.String()))


class InspectedObjectionSchema(Schema):
    """An objection to one of the case's notices."""

    number = fields.String()
    received_at = fields.String()
    is_within_period = fields.Boolean()
    finding = fields.String(allow_none=True)


class InspectionSchema(Schema):
    """A rehearsal seen whole, its document too."""

    id = fields.String()
    number = fields.String()
    procedure = fields.String()
    status = fields.String()
    state = fields.String()
    outcome = fields.String(allow_none=True)
    now = fields.String()
    document = fields.Dict(keys=fields.String())
    tasks = fields.List(fields.Dict())
    timers = fields.List(fields.String())
    pending = fields.Integer(metadata={"description": "Jobs due that still have to move it"})
    visited = fields.List(fields.String())
    deadlines = fields.List(fields.Nested(DeadlineSchema))
    objections = fields.List(fields.Nested(InspectedObjectionSchema))


class FiredRuleSchema(Schema):
    """A rule of a decision table that decided."""

    decision = fields.String(metadata={"description": "Id of the decision"})
    name = fields.String(metadata={"description": "Name of the decision"})
    rule = fields.String(metadata={"description": "Id of the rule"})
    row = fields.Integer(metadata={"description": "Its row in the table, from 1"})
    note = fields.String(metadata={"description": "What its author says of it"})


class PassageSchema(Schema):
    """One entry of the case's time line."""

    seq = fields.Integer()
    at = fields.AwareDateTime(format="iso")
    what = fields.String()
    actor = fields.String()
    on_behalf_of = fields.String(
        allow_none=True, metadata={"description": "The absent person a substitute stood in for"}
    )
    node = fields.String(allow_none=True, metadata={"description": "The step it was about"})
    passed = fields.List(fields.List(fields.String()))
    rules = fields.List(
        fields.Nested(FiredRuleSchema),
        metadata={"description": "The rules that decided; officials only"},
    )
    state = fields.String(allow_none=True)
    hash = fields.String()
