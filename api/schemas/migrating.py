"""Moving cases to another version, on the wire: the plan, one move, undoing it."""

from marshmallow import Schema, fields, validate

from api.schemas.common import Strict, text

_STEP = text(64)
_MAPPING = {
    "description": "Ids of steps that have gone -> ids of the steps that take over",
    "example": {"first_review": "formal_review"},
}


def _mapping() -> fields.Dict:
    few = validate.Length(max=200, error="一次最多指定 200 个步骤")
    return fields.Dict(keys=_STEP, values=_STEP, load_default=dict, validate=few, metadata=_MAPPING)


class PlanWantedSchema(Strict):
    """What to take as given."""

    mapping = _mapping()


class ReportWantedSchema(Strict):
    """As which file."""

    format = fields.String(load_default="csv", validate=validate.OneOf(["csv", "xlsx"]))


class MovingStepSchema(Schema):
    """A step of a diagram."""

    id = fields.String()
    name = fields.String()


class StayingReasonSchema(Schema):
    """Why cases do not move as they are, and the steps to choose from."""

    step = fields.Nested(MovingStepSchema, allow_none=True)
    code = fields.String()
    message = fields.String()
    choices = fields.List(fields.Nested(MovingStepSchema))


class NumberedCaseSchema(Schema):
    """A case by its number; what is in it is nobody's business here."""

    id = fields.UUID()
    number = fields.String()


class MovingGroupSchema(Schema):
    """Cases of one version that stand on the same steps and fare the same."""

    version = fields.Integer()
    standing = fields.List(fields.Nested(MovingStepSchema))
    light = fields.String(validate=validate.OneOf(["green", "amber", "red"]))
    reasons = fields.List(fields.Nested(StayingReasonSchema))
    cases = fields.List(fields.Nested(NumberedCaseSchema))


class MigrationPlanSchema(Schema):
    """How every running case fares against the version that new cases start with."""

    to = fields.String(metadata={"description": "Hash of that version; each move names it"})
    version = fields.Integer()
    groups = fields.List(fields.Nested(MovingGroupSchema))
    is_whole = fields.Boolean(metadata={"description": "False: there are more than were judged"})


class RehearsalWantedSchema(Strict):
    """One case whose move is to be rehearsed."""

    to = text(64)
    mapping = _mapping()


class MoveSchema(RehearsalWantedSchema):
    """One case to be moved."""

    reason = text(500)
    rehearsed = text(
        64,
        required=False,
        load_default=None,
        allow_none=True,
        metadata={"description": "Digest of its rehearsal; the move is refused where it differs"},
    )


class UndoSchema(Strict):
    """Why a move is undone."""

    reason = text(500)


class OpenTaskThenSchema(Schema):
    """A task that is open: its step, and who has it."""

    id = fields.UUID()
    step = fields.Nested(MovingStepSchema)
    form = fields.String()
    role = fields.String()
    who = fields.String()
    due_at = fields.String(allow_none=True)


class DueThenSchema(Schema):
    """A limit or a timer that runs."""

    step = fields.Nested(MovingStepSchema)
    due_at = fields.String()


class StandingSchema(Schema):
    """How a case stands: what is open and with whom, what runs, what is awaited."""

    tasks = fields.List(fields.Nested(OpenTaskThenSchema))
    limits = fields.List(fields.Nested(DueThenSchema))
    timers = fields.List(fields.Nested(DueThenSchema))
    messages = fields.List(fields.String())
    services = fields.List(
        fields.String(), metadata={"description": "What workers are still to do, by its label"}
    )
    state = fields.String()
    is_finished = fields.Boolean()
    outcome = fields.String(allow_none=True)


class MoveProblemSchema(Schema):
    """What keeps a case from moving, or would open an incident."""

    code = fields.String()
    message = fields.String()


class BesideSchema(Schema):
    """An instant before and after."""

    step = fields.String()
    before = fields.String()
    after = fields.String(allow_none=True)


class SameSchema(Schema):
    """The hash of a part of the case before and after."""

    what = fields.String(metadata={"description": "decisions, document, papers or people"})
    before = fields.String()
    after = fields.String()


class ProofSchema(Schema):
    """What a move left as it was, and what was judged; sealed in the case's audit chain."""

    limits = fields.List(fields.Nested(BesideSchema))
    notices = fields.List(fields.Nested(BesideSchema))
    hashes = fields.List(fields.Nested(SameSchema))
    invariants = fields.List(fields.String(), metadata={"description": "Ids; none was broken"})
    begun = fields.List(
        fields.String(), metadata={"description": "Steps that began anew and passed the gate"}
    )
    is_whole = fields.Boolean()


class LaterSchema(Schema):
    """Where a copy stands at an instant at which something was due."""

    at = fields.AwareDateTime(format="iso")
    problem = fields.Nested(MoveProblemSchema, allow_none=True)
    standing = fields.Nested(StandingSchema, allow_none=True)


class RehearsedSchema(Schema):
    """What a move came to on a copy that nobody keeps."""

    problem = fields.Nested(MoveProblemSchema, allow_none=True)
    after = fields.Nested(StandingSchema, allow_none=True)
    digest = fields.String(allow_none=True)
    proof = fields.Nested(ProofSchema, allow_none=True)
    later = fields.List(fields.Nested(LaterSchema))


class MigrationSchema(Schema):
    """A move that was made, with its proof."""

    case_id = fields.UUID()
    from_version = fields.Integer()
    to_version = fields.Integer()
    reason = fields.String()
    at = fields.AwareDateTime(format="iso")
    undone_at = fields.AwareDateTime(format="iso", allow_none=True)
    audit_seq = fields.Integer(allow_none=True)
    undone_seq = fields.Integer(allow_none=True)
    rehearsed = fields.String(allow_none=True)
    proof = fields.Nested(ProofSchema, allow_none=True)


class MovedSchema(MigrationSchema):
    """A move just made, and how the case stands after it."""

    after = fields.Nested(StandingSchema)
    digest = fields.String()
