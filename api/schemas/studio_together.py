"""Several people at one draft, on the wire: locks, comments, merging."""

from marshmallow import Schema, fields, validate

from api.schemas.common import Strict, text
from api.schemas.studio import MAX_TEXT, choices_by_element
from services.studio import commenting


class DraftPlaceSchema(Strict):
    """A file of a draft, and an element in it; without one the whole file."""

    path = text(200)
    element_id = text(200, required=False, load_default="")


class DraftLockSchema(Schema):
    """What somebody keeps to themselves, and until when."""

    path = fields.String()
    element_id = fields.String(metadata={"description": "Empty: the whole file"})
    name = fields.String(metadata={"description": "What people call the element"})
    holder = fields.String()
    is_own = fields.Boolean()
    until = fields.AwareDateTime(format="iso")


class DraftLocksSchema(Schema):
    """The locks that run."""

    locks = fields.List(fields.Nested(DraftLockSchema))


class NewDraftCommentSchema(DraftPlaceSchema):
    """What is to be said of an element or a file."""

    text = text(commenting.MAX_TEXT)


class DraftCommentSchema(Schema):
    """What somebody said, and who settled it."""

    id = fields.UUID()
    path = fields.String()
    element_id = fields.String(metadata={"description": "Empty: the whole file"})
    name = fields.String(metadata={"description": "What people call the element"})
    text = fields.String()
    by = fields.String()
    at = fields.AwareDateTime(format="iso")
    settled_by = fields.String(allow_none=True)
    settled_at = fields.AwareDateTime(format="iso", allow_none=True)


class DraftCommentsSchema(Schema):
    """All comments, the first first."""

    comments = fields.List(fields.Nested(DraftCommentSchema))


class FileMergeSchema(Strict):
    """One's own text, the revision it was edited from, and decisions of elements."""

    text = fields.String(required=True, validate=validate.Length(max=MAX_TEXT))
    base = fields.Integer(required=True, validate=validate.Range(0, 1_000_000))
    choices = choices_by_element()


class FileConflictSchema(Schema):
    """One element that both changed; ``mine`` or ``theirs`` None: deleted there."""

    file = fields.String()
    element_id = fields.String()
    name = fields.String()
    what = fields.String(metadata={"description": "Which of its properties, in Chinese"})
    mine = fields.String(allow_none=True)
    theirs = fields.String(allow_none=True)


class MergedFileSchema(Schema):
    """Both edits in one text, to be saved over ``revision``; None while elements are undecided."""

    revision = fields.Integer()
    text = fields.String(allow_none=True)
    conflicts = fields.List(fields.Nested(FileConflictSchema))
    changes = fields.List(
        fields.String(), metadata={"description": "What the others changed, in sentences"}
    )
