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
from forms.library import compiled, files, find, load, parse
from forms.samples import Sample, sample

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
    "Sample",
    "compile_form",
    "compiled",
    "files",
    "find",
    "load",
    "parse",
    "sample",
]
