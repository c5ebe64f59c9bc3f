"""The blocks that a description is made of."""

import json
import re
from typing import Any

from workflows.bundles import Bundle
from workflows.bundles.bundle import PROCEDURE_FILE
from workflows.diagrams import Diagram

_BREAKS = re.compile(r"(?<=\w)[._\-/](?=\w)")  # where a long name may go on in the next line
Block = dict[str, Any]


def heading(text: str, level: int = 1) -> Block:
    """Return a heading."""
    return {"kind": "heading", "text": text, "level": level}


def rows_block(columns: list[str], rows: list[list[str]], widths: list[int]) -> Block:
    """Return a table; long names may break after dots and strokes."""
    cells = [[_BREAKS.sub("\\g<0>\u200b", cell) for cell in row] for row in rows]
    return {"kind": "rows", "columns": columns, "rows": cells, "widths": widths}


def title_of(diagram: Diagram, path: str) -> str:
    """Return what a diagram is called."""
    names = [process.name for process in diagram.processes.values() if process.name]
    return names[0] if names else path


def settings_of(bundle: Bundle) -> dict[str, Any]:
    """Return a procedure's settings; of what cannot be read nothing."""
    try:
        found = json.loads(bundle.files.get(PROCEDURE_FILE, b"{}"))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
