"""What a draft takes over from the library when it begins to use a process, table or form of it.

Parameters are law: those of the own jurisdiction come as they are, another's only where they rest
on an assumption of the common register. Any other comes without value or basis, for a person to
fill in; the check names it.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from workflows.bundles.closing import Wanted
from workflows.bundles.library import Library
from workflows.diagrams import DiagramError, read_diagram

_READ = re.compile(r"\bprofile\.(\w+(?:\.\w+)*)")
_EMPTY: Mapping[type, Any] = {bool: False, int: 0, float: 0, str: "", list: [], dict: {}}


@dataclass(frozen=True)
class Parts:
    """Files by their path in a bundle, and parameters and roles by key."""

    files: Mapping[str, bytes]
    parameters: Mapping[str, Any]
    roles: Mapping[str, Any]


def take(
    library: Library,
    code: str,
    given: Mapping[str, Any],
    wanted: Wanted,
) -> Parts:
    """Return all that ``wanted`` needs, for a procedure with the parameters ``given``.

    What the library lacks is left out: the check of the draft names it.
    """
    known = _parameters(library, code)
    home = library.home(code)
    files = library.part(home, given, wanted)
    read = _read_by(files, known)
    parameters = {key: known[key] for key in read if key not in given}
    if parameters:  # some of them name forms and tables
        files |= library.part(home, {**given, **parameters}, wanted)
    return Parts(files, parameters, _roles(library, code))


def _read_by(files: Mapping[str, bytes], known: Mapping[str, Any]) -> list[str]:
    texts = (data.decode() for path, data in files.items() if path.startswith(("bpmn", "forms")))
    read = {name for text in texts for name in _READ.findall(text)}
    return [key for key in known if any(f"{name}.".startswith(f"{key}.") for name in read)]


def _parameters(library: Library, code: str) -> dict[str, Any]:
    """Return the parameters that the library's procedures have, the own jurisdiction's first."""
    found: dict[str, Any] = {}
    for home, key, entry in _entries(library, code):
        if key not in found:
            is_common = home == code or (entry.get("assumption") and not entry.get("article"))
            found[key] = entry if is_common else _blank(entry)
    return found


def _entries(library: Library, code: str) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for home in sorted(library.jurisdictions, key=lambda each: each != code):
        for procedure in library.jurisdictions[home].procedures:
            for key, entry in (procedure.get("profile") or {}).items():
                yield home, str(key), entry


def _blank(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return a parameter without value and basis: 0 is below the least that it may be."""
    kept = {key: entry[key] for key in ("unit", "label") if key in entry}
    empty = _EMPTY.get(type(entry.get("value")))
    least = {"minimum": 1} if empty == 0 and empty is not False else {}
    return {"value": empty, **least, **kept}


def _roles(library: Library, code: str) -> dict[str, Any]:
    """Return the roles of the procedures of the jurisdiction; those common to all it has anyhow."""
    home = library.jurisdictions.get(code)
    procedures = home.procedures if home else []
    return {k: v for each in procedures for k, v in (each.get("roles") or {}).items()}


def roles_named(files: Mapping[str, bytes]) -> set[str]:
    """Return the roles that the diagrams among files name literally."""
    found: set[str] = set()
    for path, data in files.items():
        if not path.endswith(".bpmn"):
            continue
        try:
            processes = read_diagram(data).processes.values()
        except DiagramError:
            continue
        found |= {node.role for each in processes for node in each.nodes.values() if node.role}
    return {name for name in found if not name.startswith("=")}
