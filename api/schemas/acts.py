"""What people do with tasks and cases besides deciding them, on the wire."""

from marshmallow import Schema, fields, validate

from api.schemas.cases import CaseSchema
from api.schemas.common import PageQuery, Strict, text
from api.schemas.handling import ColleagueSchema, SearchQuery
from services.db.models import CountersignOpinion, CountersignTiming
from workflows.bundles.handling import Act


def when(*, allow_none: bool = False) -> fields.AwareDateTime:
    """Return an instant of an answer."""
    return fields.AwareDateTime(format="iso", allow_none=allow_none)


class ActSchema(Schema):
    """An act on a task: whether it is possible now, and if not, why not."""

    act = fields.String()
    label = fields.String()
    is_offered = fields.Boolean(
        metadata={"description": "It is this person's to ask for, be it allowed or not"}
    )
    is_allowed = fields.Boolean()
    reason = fields.String()
    basis = fields.String(metadata={"description": "Article, or assumption id (系统假定)"})


class TransferSchema(Schema):
    """A task handed on."""

    by = fields.String()
    to = fields.String()
    reason = fields.String()
    at = when()


class DelegationSchema(Schema):
    """A task that a colleague prepares."""

    id = fields.UUID()
    case_id = fields.UUID()
    task_id = fields.UUID()
    by = fields.String()
    to = fields.String()
    note = fields.String()
    at = when()
    reply = fields.String(
        allow_none=True, metadata={"description": "Null while open, or taken back unanswered"}
    )
    answers = fields.Dict(keys=fields.String(), allow_none=True)
    ended_at = when(allow_none=True)


class OfTaskSchema(Schema):
    """Which task of which case."""

    task_name = fields.String()
    case_number = fields.String()
    case_title = fields.String()
    due_at = when()


class AskedDelegationSchema(DelegationSchema, OfTaskSchema):
    """What one is asked to prepare."""


class CountersignSchema(Schema):
    """An opinion asked of a colleague (加签). Null where it is not yours to read yet."""

    id = fields.UUID()
    case_id = fields.UUID()
    task_id = fields.UUID()
    asker = fields.String()
    person = fields.String()
    is_mine = fields.Boolean()
    may_withdraw = fields.Boolean()
    timing = fields.Enum(CountersignTiming, by_value=True)
    question = fields.String()
    shown = fields.Dict(
        keys=fields.String(),
        allow_none=True,
        metadata={"description": "The asker's draft as it was when asked (后加签)"},
    )
    asked_at = when()
    opinion = fields.Enum(CountersignOpinion, by_value=True, allow_none=True)
    text = fields.String(allow_none=True)
    given_at = when(allow_none=True)
    withdrawn_at = when(allow_none=True)


class AskedCountersignSchema(CountersignSchema, OfTaskSchema):
    """On what one is asked for an opinion."""


class HandlingSchema(Schema):
    """What may be done with a task, and what was."""

    acts = fields.List(fields.Nested(ActSchema))
    on_behalf_of = fields.String(allow_none=True)
    holder = fields.String(allow_none=True)
    may_hand_back = fields.Boolean()
    may_take_back = fields.Boolean()
    waits_for = fields.Integer(metadata={"description": "Opinions outstanding"})
    transfers = fields.List(fields.Nested(TransferSchema))
    delegations = fields.List(fields.Nested(DelegationSchema))
    countersigns = fields.List(fields.Nested(CountersignSchema))


class AskedSchema(Schema):
    """What colleagues ask of one."""

    delegations = fields.List(fields.Nested(AskedDelegationSchema))
    countersigns = fields.List(fields.Nested(AskedCountersignSchema))


class ReceiverSchema(ColleagueSchema):
    """A colleague to choose; ``refused`` says why not them."""

    refused = fields.String()


class ReceiverQuery(SearchQuery):
    """For which act."""

    act = fields.Enum(Act, by_value=True, required=True)


class TransferAddSchema(Strict):
    """To whom, and why."""

    to = fields.UUID(required=True)
    reason = text(500)


class DelegationAddSchema(Strict):
    """Whom to ask to prepare, and what."""

    to = fields.UUID(required=True)
    note = text(500)


class DelegationReplySchema(Strict):
    """What was prepared."""

    answers = fields.Dict(keys=fields.String(), required=True)
    note = text(2000)


class CountersignAddSchema(Strict):
    """Whom to ask, before or after one has written, and what."""

    to = fields.UUID(required=True)
    timing = fields.Enum(CountersignTiming, by_value=True, required=True)
    question = text(1000)


class CountersignGiveSchema(Strict):
    """An opinion; other than agreement needs a reason."""

    opinion = fields.Enum(CountersignOpinion, by_value=True, required=True)
    text = text(2000, required=False, load_default="")


class WithdrawalSchema(Strict):
    """Why it is taken back."""

    reason = text(500)


class ReminderSchema(Schema):
    """A reminder (催办)."""

    id = fields.UUID()
    person = fields.String()
    note = fields.String(allow_none=True)
    at = when()


class RemindersSchema(Schema):
    """Reminders of a case, and whether one may remind now."""

    items = fields.List(fields.Nested(ReminderSchema))
    may_remind = fields.Boolean()
    reason = fields.String()
    again_at = when(allow_none=True)


class NoteSchema(Strict):
    """A remark that may be left out."""

    note = text(500, required=False, load_default=None, allow_none=True)


class ReaderSchema(Schema):
    """Somebody who sees the case."""

    id = fields.UUID()
    name = fields.String()
    party = fields.String()


class ReceiptSchema(Schema):
    """Who got a copy, and when they read it."""

    person = fields.String()
    read_at = when(allow_none=True)


class SentCopySchema(Schema):
    """A copy as its sender sees it."""

    id = fields.UUID()
    note = fields.String(allow_none=True)
    sent_at = when()
    receipts = fields.List(fields.Nested(ReceiptSchema))


class CopyAddSchema(NoteSchema):
    """To whom."""

    people = fields.List(
        fields.UUID(), required=True, validate=validate.Length(1, 50, error="请选择 1 至 50 人")
    )


class CopySchema(Schema):
    """A copy as its receiver sees it."""

    id = fields.UUID()
    case = fields.Nested(CaseSchema)
    sender = fields.String()
    note = fields.String(allow_none=True)
    sent_at = when()
    read_at = when(allow_none=True)


class CopyListSchema(Schema):
    """A page of copies; ``unread`` counts all of them."""

    items = fields.List(fields.Nested(CopySchema))
    next = fields.String(allow_none=True)
    unread = fields.Integer()


class CopyQuery(PageQuery):
    """Which copies."""


class AudienceSchema(Schema):
    """For whom one may write."""

    value = fields.String()
    label = fields.String()
