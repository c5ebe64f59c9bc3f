"""Operations on the wire: jobs, incidents, retries, suspensions, changed limits."""

from marshmallow import Schema, fields, validate

from api.schemas.common import Strict, text
from services.db.models import JobKind
from services.operations.bulk import MAX_AT_ONCE


def _instant(*, allow_none: bool = False) -> fields.AwareDateTime:
    return fields.AwareDateTime(format="iso", allow_none=allow_none)


class JobSchema(Schema):
    """A job that is not done."""

    id = fields.UUID()
    kind = fields.Enum(JobKind, by_value=True)
    case_id = fields.UUID(allow_none=True)
    case_number = fields.String(allow_none=True)
    summary = fields.String(metadata={"description": "What it is about, without personal data"})
    due_at = _instant()
    attempts = fields.Integer(metadata={"description": "Since it was last tried anew"})
    failed_at = _instant(allow_none=True)
    last_error = fields.String(allow_none=True)
    is_suspended = fields.Boolean(metadata={"description": "Waits for its case to be resumed"})


class IncidentQuery(Strict):
    """Which incidents."""

    code = fields.String(load_default=None, validate=validate.Length(max=32))
    node = fields.String(load_default=None, validate=validate.Length(max=64))
    procedure = fields.String(load_default=None, validate=validate.Length(max=64))
    min_age_hours = fields.Integer(
        load_default=0, validate=validate.Range(0, 24 * 365, error="0 至 8760 小时")
    )
    is_resolved = fields.Boolean(load_default=False)


class IncidentSchema(Schema):
    """Something no diagram provides for."""

    id = fields.UUID()
    case_id = fields.UUID(allow_none=True)
    case_number = fields.String(allow_none=True)
    case_title = fields.String(allow_none=True)
    procedure = fields.String(allow_none=True)
    job_id = fields.UUID(allow_none=True)
    code = fields.String()
    node_id = fields.String()
    node_name = fields.String(allow_none=True)
    message = fields.String()
    opened_at = _instant()
    resolved_at = _instant(allow_none=True)
    resolution = fields.String(
        allow_none=True, metadata={"description": "retried, or skipped with a reason"}
    )
    resolution_reason = fields.String(allow_none=True)


class FailureSchema(Schema):
    """A failed try."""

    attempt = fields.Integer()
    error = fields.String()
    at = _instant()


class IncidentPageSchema(IncidentSchema):
    """An incident with its cause."""

    job = fields.Nested(JobSchema, allow_none=True)
    failures = fields.List(fields.Nested(FailureSchema), metadata={"description": "Newest first"})
    may_skip = fields.Boolean()
    skip_reason = fields.String(metadata={"description": "Why it may not be skipped"})
    resolved_by = fields.String(allow_none=True)


class SkipSchema(Strict):
    """Why a failed job is given up, e.g. how a letter was delivered otherwise."""

    reason = text(1000)


class RetriesSchema(Strict):
    """The incidents to retry."""

    incidents = fields.List(
        fields.UUID(),
        required=True,
        validate=validate.Length(1, MAX_AT_ONCE, error=f"每次 1 至 {MAX_AT_ONCE} 项"),
    )


class RetryRunSchema(Schema):
    """How far a run of retries is."""

    id = fields.UUID()
    total = fields.Integer()
    done = fields.Integer()
    retried = fields.Integer(metadata={"description": "The others were resolved meanwhile"})
    started_at = _instant()
    finished_at = _instant(allow_none=True)


class SuspendSchema(Strict):
    """Why something is suspended, for officials, and for applicants and the public."""

    reason = text(2000)
    public_reason = text(500)


class ResumeSchema(Strict):
    """Why it goes on; applicants read it."""

    reason = text(500)


class SuspensionSchema(Schema):
    """A suspension."""

    id = fields.UUID()
    reason = fields.String(allow_none=True, metadata={"description": "Null but to officials"})
    public_reason = fields.String()
    suspended_at = _instant()
    suspended_by = fields.String(allow_none=True)
    resumed_at = _instant(allow_none=True)
    resume_reason = fields.String(allow_none=True)


class SuspensionsSchema(Schema):
    """The suspensions of a case or a procedure, newest first."""

    is_suspended = fields.Boolean()
    may_change = fields.Boolean()
    items = fields.List(fields.Nested(SuspensionSchema))


class ProposalSchema(Strict):
    """Another last day for a running limit."""

    deadline = fields.UUID(required=True)
    last_day = fields.Date(required=True)
    reason = text(1000)


class DecisionOnLimitSchema(Strict):
    """Whether somebody else's proposal holds."""

    is_approved = fields.Boolean(required=True)
    reason = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.Length(max=1000, error="不超过 1000 字"),
    )


class LimitChangeSchema(Schema):
    """A proposal to move a limit, and what was decided on it."""

    id = fields.UUID()
    deadline_id = fields.UUID()
    node_id = fields.String()
    old_due_at = _instant()
    new_due_at = _instant()
    reason = fields.String()
    proposed_by = fields.String()
    proposed_at = _instant()
    decided_by = fields.String(allow_none=True)
    decided_at = _instant(allow_none=True)
    is_approved = fields.Boolean(allow_none=True)
    decision_reason = fields.String(allow_none=True)
    may_decide = fields.Boolean()


class ChangeableLimitSchema(Schema):
    """A running limit, and whether it may be moved."""

    id = fields.UUID()
    name = fields.String()
    due_at = _instant()
    basis = fields.String()
    may_change = fields.Boolean()
    reason = fields.String()


class LimitsSchema(Schema):
    """The running limits of a case and the changes there were."""

    may_propose = fields.Boolean()
    running = fields.List(fields.Nested(ChangeableLimitSchema))
    changes = fields.List(fields.Nested(LimitChangeSchema))
