"""Draws of experts on the wire."""

from marshmallow import Schema, fields


class DrawnExpertSchema(Schema):
    """An expert who took part in a lot."""

    person_id = fields.String()
    name = fields.String()
    unit_name = fields.String()


class ExcludedExpertSchema(Schema):
    """An expert who was left out of a lot, and why."""

    person_id = fields.String()
    name = fields.String()
    reason = fields.String()


class ExpertDrawSchema(Schema):
    """One lot: the candidates ordered by SHA-256 of ``seed/person_id``, the first ones drawn."""

    at = fields.AwareDateTime(format="iso")
    node = fields.String()
    seed = fields.String()
    fields_wanted = fields.List(fields.String(), attribute="fields")
    wanted = fields.Integer()
    shortfall = fields.Integer()
    kept = fields.List(
        fields.Nested(DrawnExpertSchema), metadata={"description": "On the panel already"}
    )
    drawn = fields.List(fields.Nested(DrawnExpertSchema))
    candidates = fields.List(
        fields.Nested(DrawnExpertSchema), metadata={"description": "In the order of the lot"}
    )
    excluded = fields.List(fields.Nested(ExcludedExpertSchema))
