"""Looking ahead on the wire: next steps, self-checks, differences."""

from marshmallow import Schema, fields

from api.schemas.common import Strict


class BranchSchema(Schema):
    """A question at a gateway and the answer taken; a boundary event has no question."""

    question = fields.String()
    answer = fields.String()


class NextStepSchema(Schema):
    """Where the case may rest next."""

    kind = fields.String(metadata={"description": "task, wait, or end"})
    process_id = fields.String()
    node_id = fields.String()
    name = fields.String()
    activity_code = fields.String(allow_none=True)
    within = fields.List(fields.String(), metadata={"description": "Stages around it"})
    conditions = fields.List(fields.Nested(BranchSchema))
    role = fields.String(allow_none=True)
    is_by_name = fields.Boolean(metadata={"description": "Given to people by name"})
    is_for_each = fields.Boolean(metadata={"description": "One for each of several"})
    parties = fields.List(fields.String())
    people = fields.List(fields.String(), metadata={"description": "Only within one's own parties"})
    due_amount = fields.Integer(allow_none=True)
    due_unit = fields.String(allow_none=True)


class CheckStartSchema(Strict):
    """Answers to the first form of a procedure."""

    party = fields.UUID(required=True)
    answers = fields.Dict(keys=fields.String(), required=True)


class MissingSchema(Schema):
    """Something the form refuses."""

    field = fields.String(metadata={"description": "Path; _form for the form as a whole"})
    label = fields.String(allow_none=True)
    article = fields.String(allow_none=True)
    assumption = fields.String(allow_none=True)
    messages = fields.List(fields.String())


class RuleSchema(Schema):
    """What one rule says to the answers."""

    rule_id = fields.String()
    decision = fields.String(metadata={"description": "Name of its table"})
    status = fields.String(metadata={"description": "passed, failed, soft, or unknown"})
    strength = fields.String(metadata={"description": "HARD or SOFT (原则上)"})
    curable = fields.Boolean(allow_none=True)
    message = fields.String()
    article = fields.String(allow_none=True)
    fact = fields.Raw(allow_none=True)
    fields_ = fields.List(fields.String(), attribute="fields", data_key="fields")


class CheckSchema(Schema):
    """A self-check: nothing of it is kept."""

    is_ready = fields.Boolean(
        metadata={"description": "The form is complete and no hard rule is broken"}
    )
    missing = fields.List(fields.Nested(MissingSchema))
    rules = fields.List(fields.Nested(RuleSchema))


class DifferencesQuery(Strict):
    """Which two submissions; by default the last two on one form."""

    old = fields.UUID(load_default=None, allow_none=True, data_key="from")
    new = fields.UUID(load_default=None, allow_none=True, data_key="to")


class SubmissionSchema(Schema):
    """A decision that can be compared."""

    id = fields.UUID()
    task_id = fields.UUID()
    name = fields.String()
    person = fields.String()
    made_at = fields.AwareDateTime(format="iso")


class ChangeSchema(Schema):
    """One change, in words."""

    path = fields.String()
    label = fields.String()
    labels = fields.List(fields.String(), metadata={"description": "From the outermost group"})
    row = fields.String(allow_none=True, metadata={"description": "Of which row of a table"})
    kind = fields.String(metadata={"description": "added, removed, or changed"})
    old = fields.String(allow_none=True)
    new = fields.String(allow_none=True)


class PairSchema(Schema):
    """Two submissions on one form."""

    form = fields.String()
    old = fields.Nested(SubmissionSchema)
    new = fields.Nested(SubmissionSchema)


class DifferencesSchema(Schema):
    """What has changed between two submissions; ``form`` is null where there are no two."""

    form = fields.String(allow_none=True)
    title = fields.String(allow_none=True)
    old = fields.Nested(SubmissionSchema, allow_none=True)
    new = fields.Nested(SubmissionSchema, allow_none=True)
    changes = fields.List(fields.Nested(ChangeSchema))
    pairs = fields.List(fields.Nested(PairSchema))


class MarkedItemSchema(Schema):
    """Something to be supplemented."""

    material = fields.String(allow_none=True)
    requirement = fields.String(allow_none=True)
    article = fields.String(allow_none=True)


class MarkedSchema(Schema):
    """What one review marked for supplementing (补正)."""

    decision = fields.UUID()
    made_at = fields.AwareDateTime(format="iso")
    items = fields.List(fields.Nested(MarkedItemSchema))
    amends_form = fields.Boolean()
