"""What somebody needs to know before starting a procedure, on the wire."""

from marshmallow import Schema, fields


class MaterialSchema(Schema):
    """Something to hand in."""

    code = fields.String(allow_none=True)
    text = fields.String(allow_none=True)
    article = fields.String(allow_none=True)
    assumption = fields.String(allow_none=True)


class ConditionSchema(Schema):
    """A rule: what is said when it is broken."""

    rule_id = fields.String()
    strength = fields.String()
    text = fields.String(allow_none=True)
    article = fields.String(allow_none=True)
    judged_by = fields.String(metadata={"description": "table, official, or expert"})


class TimeLimitSchema(Schema):
    """A time limit of the procedure."""

    label = fields.String(allow_none=True)
    value = fields.Raw()
    unit = fields.String()
    article = fields.String(allow_none=True)
    assumption = fields.String(allow_none=True)


class GuideCallSchema(Schema):
    """An application notice."""

    id = fields.UUID()
    number = fields.String()
    title = fields.String()
    opens_on = fields.Date()
    closes_on = fields.Date(allow_none=True)
    status = fields.String()


class StarterSchema(Schema):
    """A party for which one may start it."""

    id = fields.UUID()
    name = fields.String()
