"""Trials of drafts on the wire: what a trial shows, what somebody does in it, how scenarios went."""

from marshmallow import Schema, fields, validate

from api.schemas.common import Instant, Strict, text

KINDS = ("start", "task", "message", "objection", "advance")
_PLACE = 300


class OpenTrialSchema(Strict):
    """A trial's name and where its calendar begins; by default today at nine."""

    name = text(100)
    starts_at = Instant(load_default=None, allow_none=True)


class TrialBriefSchema(Schema):
    """A trial in a list. ``version`` counts the changes of its steps."""

    id = fields.UUID()
    draft_id = fields.UUID()
    name = fields.String()
    starts_at = fields.AwareDateTime(format="iso")
    version = fields.Integer()
    step_count = fields.Integer()
    opened_by = fields.String()
    opened_at = fields.AwareDateTime(format="iso")
    is_mine = fields.Boolean(metadata={"description": "Only whoever opened it plays in it"})


class TrialStepSchema(Schema):
    """A step in words; ``at`` is the virtual instant right after it."""

    number = fields.Integer()
    at = fields.AwareDateTime(format="iso")
    kind = fields.String(validate=validate.OneOf(KINDS))
    login = fields.String()
    person = fields.String()
    party = fields.String()
    what = fields.String()
    node_id = fields.String(allow_none=True)


class TrialPersonSchema(Schema):
    """An invented person."""

    login = fields.String()
    name = fields.String()
    party = fields.String()
    kind = fields.String(validate=validate.OneOf(["unit", "agency", "expert"]))
    roles = fields.List(fields.String())


class TrialTaskSchema(Schema):
    """An open task; ``place`` names it to whoever does it, ``people`` are logins of who may."""

    place = fields.String()
    node_id = fields.String()
    activity_code = fields.String(allow_none=True)
    name = fields.String()
    role = fields.String(allow_none=True)
    party = fields.String(allow_none=True)
    due_at = fields.String(allow_none=True)
    people = fields.List(fields.String())


class TrialMessageSchema(Schema):
    """A message that the case waits for from a person, a withdrawal say."""

    name = fields.String()
    label = fields.String()
    people = fields.List(fields.String())


class TrialNoticeSchema(Schema):
    """A publicity to which anybody may object."""

    number = fields.String()
    title = fields.String()
    starts_on = fields.Date()
    ends_on = fields.Date()
    status = fields.String()


class TrialLimitSchema(Schema):
    """A time limit."""

    name = fields.String()
    amount = fields.Integer()
    unit = fields.String()
    due_on = fields.String()
    is_running = fields.Boolean()
    is_provisional = fields.Boolean()


class TrialTimerSchema(Schema):
    """A timer that runs."""

    name = fields.String()
    due_at = fields.AwareDateTime(format="iso")


class TrialDocumentSchema(Schema):
    """An official paper that was issued."""

    title = fields.String()
    number = fields.String(allow_none=True)
    issued_at = fields.AwareDateTime(format="iso")


class TrialNotificationSchema(Schema):
    """Who would have been told what."""

    person = fields.String()
    text = fields.String()
    sent_at = fields.AwareDateTime(format="iso")


class TrialIncidentSchema(Schema):
    """Something that the diagram does not provide for."""

    name = fields.String()
    message = fields.String()


class TrialBreakSchema(Schema):
    """The first step that does not go any more, since the draft was changed, and why."""

    step = fields.Integer()
    message = fields.String()


class TrialCaseSchema(Schema):
    """The case of the trial."""

    number = fields.String()
    status = fields.String()
    state = fields.String()
    outcome = fields.String(allow_none=True)


class TrialDiagramSchema(Schema):
    """A diagram of the draft: how many of its nodes are passed, how many hold a token."""

    path = fields.String()
    name = fields.String()
    visited = fields.Integer()
    current = fields.Integer()


class TrialSchema(TrialBriefSchema):
    """A trial as it stands: people and tasks, the calendar, where tokens are, what was sent."""

    now = fields.AwareDateTime(format="iso", metadata={"description": "On its own calendar"})
    steps = fields.List(fields.Nested(TrialStepSchema))
    untold = fields.Integer(metadata={"description": "Steps from the broken one on"})
    broken = fields.Nested(TrialBreakSchema, allow_none=True)
    people = fields.List(fields.Nested(TrialPersonSchema))
    starters = fields.List(fields.String())
    start_form = fields.String(allow_none=True)
    case = fields.Nested(TrialCaseSchema, allow_none=True)
    tasks = fields.List(fields.Nested(TrialTaskSchema))
    messages = fields.List(fields.Nested(TrialMessageSchema))
    notices = fields.List(fields.Nested(TrialNoticeSchema))
    limits = fields.List(fields.Nested(TrialLimitSchema))
    timers = fields.List(fields.Nested(TrialTimerSchema))
    next_due = fields.AwareDateTime(format="iso", allow_none=True)
    documents = fields.List(fields.Nested(TrialDocumentSchema))
    notifications = fields.List(fields.Nested(TrialNotificationSchema))
    incidents = fields.List(fields.Nested(TrialIncidentSchema))
    visited = fields.List(fields.String())
    current = fields.List(fields.String())
    diagrams = fields.List(fields.Nested(TrialDiagramSchema))


class NamedFileSchema(Strict):
    """A file by name and size only: what is in it never comes to a trial."""

    name = text(200)
    bytes = fields.Integer(required=True, strict=True, validate=validate.Range(0, 1_000_000_000))


class TrialActSchema(Strict):
    """Something that somebody does. ``files`` are by the ids that stand for them in ``answers``."""

    version = fields.Integer(required=True, strict=True, validate=validate.Range(0, 1_000_000))
    kind = fields.String(required=True, validate=validate.OneOf(KINDS, error="没有这种步骤"))
    login = text(64, required=False, load_default="")
    place = text(_PLACE, required=False, load_default="")
    answers = fields.Dict(keys=fields.String(), load_default=dict)
    files = fields.Dict(
        keys=fields.UUID(),
        values=fields.Nested(NamedFileSchema),
        load_default=dict,
        validate=validate.Length(max=100, error="文件过多"),
    )
    advance = text(
        40,
        required=False,
        load_default="",
        metadata={"description": "An instant, days:5 (working days), or until due"},
    )


class TrialVersionQuery(Strict):
    """The version of the trial that somebody has before them."""

    version = fields.Integer(required=True, strict=False, validate=validate.Range(0, 1_000_000))


class AskQuery(Strict):
    """Whose form is wanted, and of what."""

    kind = fields.String(required=True, validate=validate.OneOf(KINDS[:-1], error="没有这种步骤"))
    place = text(_PLACE, required=False, load_default="")
    login = text(64, required=False, load_default="")


class TrialFormSchema(Schema):
    """A form with what it begins with, and sample answers that it takes."""

    form = fields.Raw(allow_none=True)
    context = fields.Dict(keys=fields.String())
    prefill = fields.Dict(keys=fields.String())
    sample = fields.Dict(keys=fields.String())
    files = fields.Dict(keys=fields.String(), values=fields.Nested(NamedFileSchema))


class MonthQuery(Strict):
    """A month, 2026-10; by default that of the trial's today."""

    month = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.Regexp(r"^20[0-8][0-9]-(0[1-9]|1[0-2])\Z", error="应为 2026-10 的样子"),
    )


class CalendarPageSchema(Schema):
    """A day of a calendar: whether it is worked, and why not."""

    on = fields.Date()
    is_working = fields.Boolean()
    reason = fields.String()


class KeepSchema(Strict):
    """The name of the scenario that a trial becomes."""

    version = fields.Integer(required=True, strict=True, validate=validate.Range(0, 1_000_000))
    name = text(60)


class KeptSchema(Schema):
    """The file that holds the scenario."""

    path = fields.String()
    revision = fields.Integer()
    name = fields.String()


class RunSchema(Strict):
    """The scenario to be played."""

    path = text(200)


class ScenarioLineSchema(Schema):
    """A scenario of a draft and how it went against the draft as it is; ``open``: not yet played."""

    path = fields.String()
    name = fields.String()
    is_own = fields.Boolean(metadata={"description": "New or changed in this draft"})
    state = fields.String(validate=validate.OneOf(["open", "passed", "failed"]))
    step = fields.Integer(allow_none=True)
    message = fields.String()
    milliseconds = fields.Integer(allow_none=True)
    played_at = fields.AwareDateTime(format="iso", allow_none=True)


class CoverageCountSchema(Schema):
    """How many of a kind were passed: by this trial, by the scenarios."""

    kind = fields.String(validate=validate.OneOf(["nodes", "flows", "rows"]))
    total = fields.Integer()
    by_trial = fields.Integer()
    by_scenarios = fields.Integer()


class PassedSchema(Schema):
    """What was passed, by ids."""

    nodes = fields.List(fields.String())
    flows = fields.List(fields.String())
    rows = fields.List(fields.String())


class CoveredRowSchema(Schema):
    """A row of a decision table."""

    key = fields.String()
    number = fields.Integer()
    note = fields.String()
    by_trial = fields.Boolean()
    by_scenarios = fields.Boolean()


class CoveredTableSchema(Schema):
    """A decision table."""

    decision = fields.String()
    name = fields.String()
    rows = fields.List(fields.Nested(CoveredRowSchema))


class CoveredDiagramSchema(Schema):
    """A diagram's nodes and flows."""

    path = fields.String()
    nodes = fields.List(fields.String())
    flows = fields.List(fields.String())


class CoverageSchema(Schema):
    """How much of a draft was passed."""

    counts = fields.List(fields.Nested(CoverageCountSchema))
    trial = fields.Nested(PassedSchema)
    scenarios = fields.Nested(PassedSchema)
    diagrams = fields.List(fields.Nested(CoveredDiagramSchema))
    tables = fields.List(fields.Nested(CoveredTableSchema))
