"""The OpenAPI document as it is printed, committed and compared."""

import json

from flask import Flask


def document(app: Flask) -> str:
    """Return the document as JSON text, the same for the same code."""
    api = app.extensions["flask-smorest"]["apis"][""]["ext_obj"]
    return json.dumps(api.spec.to_dict(), ensure_ascii=False, indent=2, sort_keys=True) + "\n"
