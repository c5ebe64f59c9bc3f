"""Issued papers, working papers and composed letters on the wire."""

from marshmallow import Schema, fields, validate

from api.schemas.common import Strict

FORMATS = ("pdf", "docx")


class DocumentSchema(Schema):
    """An issued paper. ``content_sha256`` seals its words, ``pdf_sha256`` its PDF once made."""

    id = fields.UUID()
    case_id = fields.UUID()
    kind = fields.String()
    name = fields.String()
    title = fields.String()
    number = fields.String(allow_none=True)
    agency = fields.String(allow_none=True)
    issued_at = fields.AwareDateTime(format="iso")
    content_sha256 = fields.String()
    pdf_sha256 = fields.String(allow_none=True)
    is_rehearsal = fields.Boolean()


def format_field() -> fields.String:
    """Return the field that chooses PDF or DOCX."""
    wanted = validate.OneOf(FORMATS, error="格式应为 pdf 或 docx")
    return fields.String(load_default="pdf", validate=wanted)


class FormatQuery(Strict):
    """Which format."""

    format = format_field()


class PaperSchema(Strict):
    """Answers typed so far, and which paper of the task they are to be seen on."""

    answers = fields.Dict(keys=fields.String(), required=True)
    template = fields.String(
        load_default=None, allow_none=True, validate=validate.Length(max=64, error="不超过 64 字")
    )
    format = format_field()


class LetterQuery(Strict):
    """Which letter."""

    kind = fields.String(
        required=True,
        validate=validate.OneOf(["refusal", "supplement"], error="应为 refusal 或 supplement"),
    )


class FindingSchema(Schema):
    """A condition that is not met, with the clause behind it."""

    rule_id = fields.String()
    text = fields.String()
    article = fields.String()
    fact = fields.String(allow_none=True)
    clause = fields.String(allow_none=True)
    strength = fields.String()
    curable = fields.Boolean()


class DefectSchema(Schema):
    """Something to supplement."""

    material = fields.String()
    requirement = fields.String()
    article = fields.String()


class LetterSchema(Schema):
    """A composed letter: whole, by form field, and what it rests on."""

    kind = fields.String()
    text = fields.String()
    fields_ = fields.Dict(
        keys=fields.String(), values=fields.String(), attribute="fields", data_key="fields"
    )
    findings = fields.List(fields.Nested(FindingSchema))
    defects = fields.List(fields.Nested(DefectSchema))
