"""流程说明书: a procedure told on paper, its pictures, steps, parameters, tables and clauses."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from services import procedures, rendering
from services.db.models import ProcedureDraft
from services.runtime import Runtime
from services.studio import files
from services.studio.description import law
from services.studio.description.blocks import Block, heading, settings_of, title_of
from services.studio.description.steps import roles_of, steps_of
from workflows.bundles import Bundle
from workflows.diagrams import Diagram, DiagramError, read_diagram
from workflows.diagrams.picture import draw
from workflows.xml import UnsafeXmlError

_LONGEST = 2_400.0  # units of a diagram across one page of paper


def material(session: Session, draft: ProcedureDraft) -> Bundle:
    """Return what a draft's description is made of; the rest needs no transaction."""
    return files.bundle(session, draft)


def version(session: Session, procedure_id: str) -> Bundle:
    """Return the version that new cases start with. Raises NotFoundError."""
    procedure = procedures.get(session, procedure_id)
    return procedures.ready(session, procedure.bundle_hash).opened.bundle


def pdf(runtime: Runtime, bundle: Bundle, *, marks: tuple[str, ...] = ()) -> bytes:
    """Return the description as PDF. Slow the first time: outside of any transaction.

    Of the same files it is remembered. Raises FontsMissingError.
    """
    return _made(_Wanted(bundle.hash, marks, runtime.settings.fonts_dir, bundle))


@dataclass(frozen=True)
class _Wanted:
    """What is to be described; the hash stands for the files."""

    hash: str
    marks: tuple[str, ...]
    fonts: Path | None
    bundle: Bundle = field(compare=False)


@lru_cache(maxsize=16)
def _made(wanted: _Wanted) -> bytes:
    told = paper(wanted.bundle, wanted.marks, wanted.fonts)
    return rendering.render_pdf(told, wanted.fonts)


def paper(bundle: Bundle, marks: tuple[str, ...], fonts: Path | None) -> Block:
    """Return the description as neutral blocks; what cannot be read is left out."""
    _folder, family = rendering.find_fonts(fonts)
    settings = settings_of(bundle)
    procedure = settings.get("procedure") or {}
    title = str((procedure.get("title") or {}).get("zh") or bundle.procedure_id)
    diagrams = dict(_diagrams(bundle))
    return {
        "title": f"{title}流程说明书",
        "number": bundle.procedure_id,
        "marks": list(marks),
        "blocks": [
            *_basics(settings, procedure, roles_of(bundle, diagrams)),
            *_pictures(bundle, diagrams, family),
            *steps_of(bundle, diagrams),
            *law.parameters(procedure),
            *law.tables(bundle),
            *law.invariants(bundle),
            *law.clauses(bundle),
        ],
    }


def _basics(
    settings: Mapping[str, Any], procedure: Mapping[str, Any], roles: Mapping[str, str]
) -> Iterator[Block]:
    name = (settings.get("jurisdiction") or {}).get("name") or {}
    basis = settings.get("legal_basis") or {}
    rows = [
        ["辖区", str(name.get("zh") if isinstance(name, dict) else name)],
        ["依据", str(basis.get("title") or "见条款对照")],
        [
            "由谁发起",
            "、".join(roles.get(str(r), str(r)) for r in procedure.get("started_by") or []),
        ],
        ["编号规则", str(procedure.get("number") or "")],
    ]
    yield heading("一、基本情况")
    yield {"kind": "facts", "rows": rows}


def _diagrams(bundle: Bundle) -> Iterator[tuple[str, Diagram]]:
    """Yield the diagrams that can be read, the procedure's own first."""

    def own_first(path: str) -> tuple[bool, str]:
        return b'"' + bundle.procedure_id.encode() + b'"' not in bundle.files[path], path

    for path in sorted(bundle.under("bpmn"), key=own_first):
        try:
            yield path, read_diagram(bundle.files[path])
        except (DiagramError, UnsafeXmlError):
            continue


def _pictures(bundle: Bundle, diagrams: Mapping[str, Diagram], family: str) -> Iterator[Block]:
    yield heading("二、流程图")
    for path, diagram in diagrams.items():
        slices = draw(bundle.files[path], family).slices(_LONGEST)
        for number, svg in enumerate(slices, start=1):
            page = f"（{number}/{len(slices)}）" if len(slices) > 1 else ""
            yield {"kind": "diagram", "title": f"{title_of(diagram, path)}{page}", "svg": svg}
