"""The studio on the wire: drafts, their files, findings, differences, reviews."""

from marshmallow import Schema, fields, validate

from api.schemas.common import Strict, text
from services.db.models import DraftState

MAX_TEXT = 900_000


class DraftBriefSchema(Schema):
    """A draft in a list."""

    id = fields.UUID()
    jurisdiction = fields.String()
    procedure = fields.String()
    title = fields.String()
    state = fields.Enum(DraftState, by_value=True)
    opened_by = fields.String()
    opened_at = fields.AwareDateTime(format="iso")


class PendingSchema(Schema):
    """A published version that waits for its date."""

    version = fields.Integer()
    effective_on = fields.Date()


class StudioProcedureSchema(Schema):
    """A procedure of one's own jurisdiction with its open drafts; ``version`` None: not yet one."""

    id = fields.String()
    jurisdiction = fields.String()
    title = fields.String()
    version = fields.Integer(allow_none=True)
    pending = fields.List(fields.Nested(PendingSchema))
    drafts = fields.List(fields.Nested(DraftBriefSchema))


class DraftFileSchema(Schema):
    """A file of a draft and who changed it last."""

    path = fields.String()
    revision = fields.Integer()
    sha256 = fields.String()
    changed_by = fields.String()
    changed_at = fields.AwareDateTime(format="iso")


class DraftReviewSchema(Schema):
    """A draft sent to a second person, and what they decided."""

    id = fields.UUID()
    effective_on = fields.Date()
    note = fields.String()
    sent_by = fields.String()
    sent_at = fields.AwareDateTime(format="iso")
    decided_by = fields.String(allow_none=True)
    decided_at = fields.AwareDateTime(format="iso", allow_none=True)
    is_approved = fields.Boolean(allow_none=True)
    reason = fields.String(allow_none=True)


class StudioDraftSchema(DraftBriefSchema):
    """A draft with its files and reviews. ``digest`` stands for what all files say now."""

    base_version = fields.Integer(allow_none=True)
    is_outdated = fields.Boolean(
        metadata={"description": "Another version was published since; merge before sending"}
    )
    digest = fields.String()
    files = fields.List(fields.Nested(DraftFileSchema))
    reviews = fields.List(fields.Nested(DraftReviewSchema))


class OpenDraftSchema(Strict):
    """``version``: go back to what that version says; none: change the newest."""

    version = fields.Integer(
        load_default=None, allow_none=True, strict=True, validate=validate.Range(1, 1_000_000)
    )


class BlankDraftSchema(Strict):
    """A new procedure: its name within the jurisdiction, and its title."""

    name = text(31)
    title = text(100)


class FileTextSchema(Schema):
    """A file's text as it is saved."""

    path = fields.String()
    revision = fields.Integer()
    sha256 = fields.String()
    text = fields.String()


class SavedSchema(Schema):
    """The revision that a save made; the same as before where nothing changed."""

    path = fields.String()
    revision = fields.Integer()
    sha256 = fields.String()


def choices_by_element() -> fields.Dict:
    """Element id to whose version stays."""
    return fields.Dict(
        keys=fields.String(validate=validate.Length(1, 200)),
        values=fields.String(validate=validate.OneOf(["mine", "theirs"])),
        load_default=dict,
        validate=validate.Length(max=1_000),
        metadata={"description": "Element id: mine or theirs"},
    )


def _base() -> fields.Integer:
    return fields.Integer(
        required=True,
        validate=validate.Range(0, 1_000_000),
        metadata={"description": "The revision it was edited from; 0: a new file"},
    )


class SaveSchema(Strict):
    """The whole text of a file and the revision it was edited from."""

    text = fields.String(required=True, validate=validate.Length(max=MAX_TEXT))
    base = _base()


class BaseQuery(Strict):
    """The revision that is meant."""

    base = _base()


class DigestQuery(Strict):
    """What stands for the files that are meant, as the draft told."""

    digest = text(64)


class DraftCheckSchema(Strict):
    """Edits that are not saved yet: path to text."""

    edits = fields.Dict(
        keys=fields.String(validate=validate.Length(1, 200)),
        values=fields.String(validate=validate.Length(max=MAX_TEXT)),
        load_default=dict,
        validate=validate.Length(max=20),
    )


class DraftFindingSchema(Schema):
    """What is wrong: a sentence about the element, and the elements to draw that lead there."""

    procedure = fields.String()
    severity = fields.String()
    rule = fields.String(metadata={"description": "Stable code"})
    file = fields.String()
    element_id = fields.String()
    article = fields.String(metadata={"description": "What it rests on, as people cite it"})
    message = fields.String(metadata={"description": "Chinese sentence about this element"})
    message_en = fields.String(metadata={"description": "English sentence about the rule"})
    path = fields.List(fields.String(), metadata={"description": "Elements to draw, in order"})
    example = fields.List(
        fields.String(), metadata={"description": "The path, or inputs of a decision table"}
    )


class DraftFindingsSchema(Schema):
    """The findings of a draft, the worst first."""

    findings = fields.List(fields.Nested(DraftFindingSchema))


class DraftChangeSchema(Schema):
    """One difference from the version the draft began from, in a sentence."""

    file = fields.String()
    element_id = fields.String()
    kind = fields.String(metadata={"description": "added, removed or changed"})
    text = fields.String()


class DraftChangesSchema(Schema):
    """All differences."""

    changes = fields.List(fields.Nested(DraftChangeSchema))


class SendSchema(Strict):
    """When new cases shall take it, and what the second person should know."""

    effective_on = fields.Date(required=True)
    note = text(2000, required=False, load_default="")


class ReviewDecisionSchema(Strict):
    """Approved and published, or returned with a reason. ``digest``: what was looked at."""

    is_approved = fields.Boolean(required=True)
    reason = text(2000, required=False, load_default="")
    digest = text(64)


class MergeSchema(Strict):
    """What stays of what both sides changed: whole files of the draft's, or element by element."""

    keep = fields.List(
        fields.String(validate=validate.Length(1, 200)),
        load_default=list,
        validate=validate.Length(max=500),
    )
    choices = fields.Dict(
        keys=fields.String(validate=validate.Length(1, 200)),
        values=choices_by_element(),
        load_default=dict,
        validate=validate.Length(max=500),
        metadata={"description": "File to element id to whose version stays: mine or theirs"},
    )


class JurisdictionActSchema(Schema):
    """An entry of the jurisdiction's audit chain."""

    seq = fields.Integer()
    at = fields.AwareDateTime(format="iso")
    by = fields.String()
    what = fields.String()
    payload = fields.Dict(keys=fields.String())


class JurisdictionActsSchema(Schema):
    """The last acts, newest first."""

    acts = fields.List(fields.Nested(JurisdictionActSchema))
