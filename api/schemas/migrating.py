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


class MoveSchema(Strict):
    """One case to be moved."""

    to = text(64)
    mapping = _mapping()
    reason = text(500)


class UndoSchema(Strict):
    """Why a move is undone."""

    reason = text(500)


class MigrationSchema(Schema):
    """A move that was made."""

    case_id = fields.UUID()
    from_version = fields.Integer()
    to_version = fields.Integer()
    reason = fields.String()
    at = fields.AwareDateTime(format="iso")
    undone_at = fields.AwareDateTime(format="iso", allow_none=True)
