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


class NamedChoiceSchema(Schema):
    """Something to choose, with its name."""

    id = fields.String()
    name = fields.String()


class ClauseChoiceSchema(Schema):
    """A clause: its article and our paraphrase."""

    id = fields.String()
    article = fields.String()
    strength = fields.String()
    text = fields.String()


class InputChoiceSchema(Schema):
    """An input of an operation."""

    name = fields.String()
    type = fields.String()


class OperationChoiceSchema(Schema):
    """An operation of the catalogue with its typed inputs."""

    name = fields.String()
    label = fields.String()
    description = fields.String()
    inputs = fields.List(fields.Nested(InputChoiceSchema))


class VocabularySchema(Schema):
    """What can be chosen in a draft."""

    clauses = fields.List(fields.Nested(ClauseChoiceSchema))
    roles = fields.List(fields.String())
    forms = fields.List(fields.Nested(NamedChoiceSchema))
    decisions = fields.List(fields.Nested(NamedChoiceSchema))
    processes = fields.List(fields.Nested(NamedChoiceSchema))
    parameters = fields.List(fields.Nested(NamedChoiceSchema))
    operations = fields.List(fields.Nested(OperationChoiceSchema))


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
    """Files that both sides changed and of which the draft's shall stay."""

    keep = fields.List(
        fields.String(validate=validate.Length(1, 200)),
        load_default=list,
        validate=validate.Length(max=500),
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
