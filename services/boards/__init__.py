"""联合确认 (joint confirmation): how several agencies stand to one text, from the case's own data.

A board is found wherever a diagram tallies opinions on a hash (``opinions.tally``) that a
multi-instance task asked for. What was signed is read from the decisions, which are append-only:
a signature on an earlier text stays visible, with the instant from which it counts no more.
"""

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from services import policies, procedures
from services.actors import Actor
from services.boards.finding import asked_tasks, frames
from services.boards.lines import Reader
from services.cases.environment import CaseWorld
from services.errors import NotAllowedError
from services.lookup import read_case
from services.runtime import Runtime

__all__ = ["of_case"]


def of_case(
    session: Session, runtime: Runtime, actor: Actor, case_id: UUID
) -> list[dict[str, Any]]:
    """Return the boards of a case, one for each text put to several agencies.

    For officials of agencies that the case is with. Raises NotFoundError, NotAllowedError.
    """
    case = read_case(session, case_id)
    policies.see_case(session, actor, case)
    if not policies.is_official(session, actor, case, still=True):
        raise NotAllowedError("只有参与联合确认的机关可以查看")
    ready = procedures.ready(session, case.bundle_hash)
    world = CaseWorld(session, runtime, case, ready, actor)
    reader = Reader.of(world, actor)
    return [
        board
        for asked in asked_tasks(world)
        for layers in frames(case.document, asked)
        if (board := reader.board(asked, layers)) is not None
    ]
