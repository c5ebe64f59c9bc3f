"""Files of bundles parsed once for what they say: between two edits of a draft most stay as they were.

What is returned is shared: nobody changes it.
"""

from functools import lru_cache

from workflows import dmn, strict_yaml
from workflows.diagrams import Diagram, read_diagram

KEPT = 512


@lru_cache(maxsize=KEPT)
def diagram(data: bytes) -> Diagram:
    """Return what a BPMN file says. Raises DiagramError."""
    return read_diagram(data)


@lru_cache(maxsize=KEPT)
def model(data: bytes) -> dmn.Model:
    """Return what a DMN file says. Raises dmn.DmnError."""
    return dmn.parse(data)


@lru_cache(maxsize=KEPT)
def require_yaml(data: bytes) -> None:
    """Refuse what is no YAML that we read. Raises strict_yaml.YamlError."""
    strict_yaml.read(data)
