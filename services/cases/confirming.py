"""The act that confirms needs a document that carries it: looked at in its very transaction.

Which acts these are, and by which document a case is finished, a procedure says in
``jurisdiction.yaml``: ``confirmation: {acts: [A-DECIDE], basis: in_force, unless: "=…"}``. Without
that: entering the register, under the document the case was submitted under (ASM-P-05).
"""

from collections import ChainMap
from typing import Any

from services import legal_bases
from services.cases.environment import CaseWorld
from services.db.models import LegalBasis
from services.errors import LegalBasisError
from services.legal_bases import Finishing
from workflows import feel
from workflows.engine import Passage, Step
from workflows.errors import IncidentError

_USUAL = {"acts": ["A-REGISTER"], "basis": Finishing.AS_SUBMITTED.value}


def require_basis(world: CaseWorld, step: Step) -> None:
    """Refuse a step that confirms without a document. Rehearsals that stay such are free.

    Raises LegalBasisError to a person who acts, IncidentError where nobody does: the case waits.
    """
    rehearsal = world.case.rehearsal
    if world.case.is_rehearsal and not (rehearsal or {}).get("as_production"):
        return
    given = {**_USUAL, **(world.ready.opened.procedure["procedure"].get("confirmation") or {})}
    act = next((p for p in step.passages if _confirms(p, given)), None)
    if act is None or _is_excepted(world, given):
        return
    try:
        legal_bases.require_at_confirmation(_standing(world), Finishing(given["basis"]))
    except LegalBasisError as refusal:
        if world.actor is not None:
            raise
        raise _incident(world, act, refusal) from refusal


def _confirms(passage: Passage, given: dict[str, Any]) -> bool:
    return passage.event == "completed" and passage.node.activity_code in given["acts"]


def _is_excepted(world: CaseWorld, given: dict[str, Any]) -> bool:
    """Tell whether a process owner has let the case go on by a recorded override."""
    if "unless" not in given:
        return False
    scope = ChainMap(world.facts, world.case.document)
    source = str(given["unless"]).removeprefix("=")
    return feel.evaluate(source, scope, world.context) is True


def _standing(world: CaseWorld) -> legal_bases.Standing:
    if (world.case.rehearsal or {}).get("legal_basis"):
        return world.standing
    basis = world.session.get_one(LegalBasis, world.case.basis_id)
    return legal_bases.since_start(world.session, basis, world.today)


def _incident(world: CaseWorld, act: Passage, refusal: LegalBasisError) -> IncidentError:
    error = IncidentError("LEGAL_BASIS", act.node.id, refusal.message)
    error.case_id = world.case.id
    return error
