"""Forms: form-js definitions by jurisdiction, and their compiler to marshmallow.

Knows no database, no web and no jurisdiction by name.
"""

from forms.compiler import CompiledForm, FormField, compile_form
from forms.differences import Difference
from forms.errors import (
    WHOLE_FORM,
    DefinitionProblem,
    FormDefinitionError,
    FormError,
    FormInvalidError,
    FormNotFoundError,
)
from forms.library import files, find, load, parse

__all__ = [
    "WHOLE_FORM",
    "CompiledForm",
    "DefinitionProblem",
    "Difference",
    "FormDefinitionError",
    "FormError",
    "FormField",
    "FormInvalidError",
    "FormNotFoundError",
    "compile_form",
    "files",
    "find",
    "load",
    "parse",
]
