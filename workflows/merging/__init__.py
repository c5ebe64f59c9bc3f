"""Three-way merge of a file by its elements: what two people changed apart from each other goes together."""

from collections.abc import Mapping

from workflows.merging.changed import touched
from workflows.merging.conflicts import Choice, Conflict, Merged
from workflows.merging.json_files import merge_json
from workflows.merging.names import names_in
from workflows.merging.xml_files import merge_xml
from workflows.merging.yaml_files import merge_yaml

__all__ = ["Choice", "Conflict", "Merged", "can_merge", "merge", "names_in", "touched"]

_BY = {".bpmn": merge_xml, ".dmn": merge_xml, ".json": merge_json, ".yaml": merge_yaml}


def can_merge(path: str) -> bool:
    """Tell whether files of this name have elements: diagrams, tables, forms, settings, clauses, rules."""
    return path.endswith(tuple(_BY))


def merge(
    path: str, base: bytes, mine: bytes, theirs: bytes, choices: Mapping[str, Choice]
) -> Merged:
    """Return both sides' changes in one file; ``choices`` decides elements that both changed.

    The same again gives the same. Raises ValueError where a side cannot be read.
    """
    ending = path[path.rindex(".") :]
    return _BY[ending](base, mine, theirs, choices)
