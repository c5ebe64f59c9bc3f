"""Decision models (OMG DMN 1.3 to 1.5), evaluated with FEEL.

Works on JSON-like data only. Knows no database, no web, no engine.
"""

from collections.abc import Iterable

from workflows.dmn.errors import DmnError
from workflows.dmn.examples import (
    Example,
    ExamplesError,
    Tried,
    outputs_of,
    read_by,
    read_examples,
    try_example,
)
from workflows.dmn.explain import Explained, explain
from workflows.dmn.model import (
    Aggregation,
    Decision,
    DecisionTable,
    Fired,
    HitPolicy,
    Input,
    InputData,
    Output,
    Result,
    Rule,
)
from workflows.dmn.models import Model
from workflows.dmn.reader import read

__all__ = [
    "Aggregation",
    "Decision",
    "DecisionTable",
    "DmnError",
    "Example",
    "ExamplesError",
    "Explained",
    "Fired",
    "HitPolicy",
    "Input",
    "InputData",
    "Model",
    "Output",
    "Result",
    "Rule",
    "Tried",
    "explain",
    "outputs_of",
    "parse",
    "read_by",
    "read_examples",
    "try_example",
]


def parse(xml: bytes, imports: Iterable[Model] = ()) -> Model:
    """Read a model, at most 1 MB. Raises DmnError, naming the element that is at fault.

    ``imports`` are the models that this one may import; it finds them by their namespaces.
    """
    return read(xml, {model.namespace: model for model in imports})
