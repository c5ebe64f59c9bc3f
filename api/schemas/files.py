"""Attachments on the wire."""

from marshmallow import Schema, fields

# What OpenAPI says of a request that brings one file; flask-smorest has no words for it.
ONE_FILE = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["file"],
                "properties": {"file": {"type": "string", "format": "binary"}},
            }
        }
    },
}


class FileSchema(Schema):
    """An upload. Its id goes into the answers of a form's file field."""

    id = fields.UUID()
    name = fields.String()
    media_type = fields.String()
    size_bytes = fields.Integer()
    sha256 = fields.String()
    uploaded_at = fields.AwareDateTime(format="iso")
