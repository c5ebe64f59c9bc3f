"""Official papers as data: templates of neutral blocks, and filling them from a case.

Knows no file format: what it makes is JSON that any renderer can lay out.
"""

from workflows.documents.filling import Filling, text_of
from workflows.documents.templates import (
    FOLDER,
    Block,
    Template,
    TemplateError,
    read_template,
    templates_of,
)

__all__ = [
    "FOLDER",
    "Block",
    "Filling",
    "Template",
    "TemplateError",
    "read_template",
    "templates_of",
    "text_of",
]
