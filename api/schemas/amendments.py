"""Amendments of a regulation on the wire: what changes and what it touches."""

from marshmallow import Schema, fields, validate

from api.schemas.common import Strict


class AmendmentSchema(Strict):
    """Clauses that change, by id or article, or a whole new version of the list."""

    clauses = fields.List(
        fields.String(validate=validate.Length(1, 64)),
        load_default=list,
        validate=validate.Length(max=200),
    )
    proposed = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.Length(max=1_000_000),
        metadata={"description": "A new version of clauses.yaml"},
    )


class ClauseChangeSchema(Schema):
    """A clause that changes, and how."""

    clause = fields.String()
    how = fields.String()


class TouchedSchema(Schema):
    """One thing that an amendment touches, and how it hangs together with the clause."""

    procedure = fields.String()
    kind = fields.String()
    file = fields.String()
    element_id = fields.String()
    name = fields.String()
    why = fields.String()
    is_sure = fields.Boolean(
        metadata={"description": "False: it only cites the same article; a person must look"}
    )


class TouchedCaseSchema(Schema):
    """A running case that stands at a touched element, or has not passed all of them."""

    number = fields.String()
    procedure = fields.String()
    at = fields.List(fields.String())
    ahead = fields.List(fields.String())


class ImpactSchema(Schema):
    """What an amendment touches."""

    changes = fields.List(fields.Nested(ClauseChangeSchema))
    touched = fields.List(fields.Nested(TouchedSchema))
    cases = fields.List(fields.Nested(TouchedCaseSchema))
