"""The clauses beside what realises them, on the wire."""

from marshmallow import Schema, fields, validate

from api.schemas.amendments import ClauseChangeSchema, TouchedSchema
from api.schemas.common import Strict
from api.schemas.common import text as words
from api.schemas.studio import DraftBriefSchema


class RealiserSchema(Schema):
    """Something that realises a clause. ``where``: here, elsewhere (another procedure), missing."""

    id = fields.String(metadata={"description": "The name that the clause uses"})
    kind = fields.String(
        metadata={
            "description": "step, decision, rule, form, field, parameter, invariant, procedure"
        }
    )
    name = fields.String()
    file = fields.String()
    element_id = fields.String()
    where = fields.String()


class CitingStepSchema(Schema):
    """A step that cites a clause."""

    name = fields.String()
    file = fields.String()
    element_id = fields.String()


class ClauseRowSchema(Schema):
    """A clause with what realises it, or why nothing does."""

    id = fields.String()
    article = fields.String()
    strength = fields.String(metadata={"description": "must, should or may"})
    text = fields.String(metadata={"description": "Our paraphrase"})
    not_modelled = fields.String()
    things = fields.List(fields.Nested(RealiserSchema))
    citing = fields.List(fields.Nested(CitingStepSchema))


class LegalStepSchema(CitingStepSchema):
    """A step with the clauses and assumptions that it rests on."""

    clauses = fields.List(fields.String())
    assumptions = fields.List(fields.String())


class ClauseMatrixSchema(Schema):
    """The matrix, read from both ends."""

    clauses = fields.List(fields.Nested(ClauseRowSchema))
    steps = fields.List(fields.Nested(LegalStepSchema))


class AmendedClauseSchema(Strict):
    """A clause as the amended regulation has it. What realised it is taken over by its id."""

    id = words(64)
    article = words(64)
    strength = fields.String(required=True, validate=validate.OneOf(["must", "should", "may"]))
    text = words(2_000)
    not_modelled = words(2_000, required=False, load_default="")


class PrepareAmendmentSchema(Strict):
    """The whole list of clauses after the amendment."""

    rows = fields.List(
        fields.Nested(AmendedClauseSchema), required=True, validate=validate.Length(1, 2_000)
    )


class ListedClauseSchema(Schema):
    """A clause as it is listed."""

    id = fields.String()
    article = fields.String()
    strength = fields.String()
    text = fields.String()
    not_modelled = fields.String(load_default="")


class ClauseListSchema(Schema):
    """The clauses as the newest versions say them."""

    rows = fields.List(fields.Nested(ListedClauseSchema))


class PreparedSchema(Schema):
    """What the amendment touches, and the drafts that were opened for it."""

    changes = fields.List(fields.Nested(ClauseChangeSchema))
    touched = fields.List(fields.Nested(TouchedSchema))
    case_count = fields.Integer(metadata={"description": "Running cases that it touches"})
    drafts = fields.List(fields.Nested(DraftBriefSchema))
