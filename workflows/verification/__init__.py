"""What stands between an edit and its publication: checks of a procedure and all it uses.

Knows no database, no form compiler and no service: catalogues come in as protocols.
"""

from workflows.verification import amendments
from workflows.verification.checks import check, check_bundle, subject_of
from workflows.verification.english import sentence
from workflows.verification.findings import Finding, Severity
from workflows.verification.law import Things, check_law
from workflows.verification.scopes import names_at, writers_of
from workflows.verification.shapes import Shape
from workflows.verification.subjects import Form, FormField, Operation, Subject

__all__ = [
    "Finding",
    "Form",
    "FormField",
    "Operation",
    "Severity",
    "Shape",
    "Subject",
    "Things",
    "amendments",
    "check",
    "check_bundle",
    "check_law",
    "names_at",
    "sentence",
    "subject_of",
    "writers_of",
]
