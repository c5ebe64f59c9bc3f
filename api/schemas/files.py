"""Attachments on the wire."""

from marshmallow import Schema, fields


class FileSchema(Schema):
    """An upload. Its id goes into the answers of a form's file field."""

    id = fields.UUID()
    name = fields.String()
    media_type = fields.String()
    size_bytes = fields.Integer()
    sha256 = fields.String()
    uploaded_at = fields.AwareDateTime(format="iso")
