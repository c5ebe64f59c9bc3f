"""What moving the running cases of a procedure would come to: groups, each with its light.

Green moves as it is; amber moves once steps that have gone are mapped to new ones; red stays on
its version until the step under way is done, or to its end.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from services import policies, procedures
from services.actors import Actor
from services.db.models import Bundle, Case, CaseStatus, Procedure
from services.migrating import availability
from services.migrating.availability import step
from services.policies import Verdict
from workflows import engine, strict_yaml
from workflows.diagrams import Node
from workflows.engine import Obstacle, Plan, Version, Why

MOST_CASES = 2_000
_OF_CASE = {
    "ATTENTION": "办件有异常等待处理：先处理异常，再迁移",
    "LAW": "新版本的不变式有变化，办件此前的经过没有按它核对：在旧版本办完",
}
_AROUND = frozenset({"callActivity", "subProcess"})
_WHY = {
    Why.MISSING: "新版本没有步骤“{}”：请指定由哪一步接续，或者在旧版本办完",
    Why.KIND: "步骤“{}”在新版本中是另一种步骤：等它办完再迁移",
    Why.TIMER: "“{}”的期限正在计算，新版本改动了期限：在旧版本走完，已经开始的期限不变",
    Why.EVENTS: "步骤“{}”上的期限、提醒或撤回入口有增减：等它办完再迁移",
    Why.ROUND: "“{}”正在逐一办理，新版本改变了办理的对象：等它办完再迁移",
    Why.JOIN: "“{}”正在等待各分支会合，新版本改变了分支：等会合之后再迁移",
}


class Light(StrEnum):
    """How the cases of a group fare."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"


@dataclass
class Group:
    """Cases of one version that stand on the same steps and fare the same."""

    version: int
    standing: tuple[Node, ...]
    light: Light
    reasons: list[dict[str, Any]]
    cases: list[dict[str, Any]] = field(default_factory=list)


def of_procedure(
    session: Session,
    actor: Actor,
    procedure_id: str,
    mapping: Mapping[str, str],
) -> dict[str, Any]:
    """Judge every running case of a procedure against the version that new cases start with.

    For its process owners: the cases by number alone, those still with their applicants included.
    Changes nothing. At most ``MOST_CASES``, the oldest first; ``is_whole`` says whether that was
    all. Raises NotFoundError, NotAllowedError.
    """
    procedure = procedures.get(session, procedure_id)
    owns(session, actor, procedure).require()
    cases = session.scalars(
        select(Case)
        .where(
            Case.procedure_id == procedure_id,
            Case.status != CaseStatus.FINISHED,
            Case.bundle_hash != procedure.bundle_hash,
            Case.engine_state.is_not(None),
        )
        .order_by(Case.started_at, Case.id)
        .options(undefer(Case.engine_state))
        .limit(MOST_CASES + 1)
    ).all()
    groups = _grouped(session, procedure, cases[:MOST_CASES], mapping)
    return {
        "to": procedure.bundle_hash,
        "version": session.get_one(Bundle, procedure.bundle_hash).version,
        "groups": groups,
        "is_whole": len(cases) <= MOST_CASES,
    }


def owns(session: Session, actor: Actor, procedure: Procedure) -> Verdict:
    """Judge whether the actor is a process owner of the procedure's jurisdiction."""
    return policies.own_procedures(actor, procedures.agencies(session, procedure.jurisdiction))


def _grouped(
    session: Session, procedure: Procedure, cases: Iterable[Case], mapping: Mapping[str, str]
) -> list[dict[str, Any]]:
    found: dict[Any, Group] = {}
    for case in cases:
        planned, reasons, light = fare(session, case, procedure.bundle_hash, mapping)
        standing = tuple({node.id: node for node in standing_of(planned)}.values())
        key = (case.bundle_hash, tuple(n.id for n in standing), light, str(reasons))
        if key not in found:
            version = session.get_one(Bundle, case.bundle_hash).version
            found[key] = Group(version, standing, light, reasons)
        found[key].cases.append({"id": case.id, "number": case.number})
    return [_shown(group) for group in found.values()]


def _shown(group: Group) -> dict[str, Any]:
    return {
        "version": group.version,
        "standing": [step(node) for node in group.standing],
        "light": group.light.value,
        "reasons": group.reasons,
        "cases": group.cases,
    }


def judge(session: Session, case: Case, to: str, mapping: Mapping[str, str]) -> Plan:
    """Return what moving a case to a version of its procedure comes to."""
    old, new = version(session, case.bundle_hash), version(session, to)
    return engine.plan(old, new, case.engine_state or b"", mapping)


def version(session: Session, bundle_hash: str) -> Version:
    """Open a version for comparing it with another."""
    opened = procedures.ready(session, bundle_hash).opened
    return Version(opened.program, opened.profile)


def standing_of(planned: Plan) -> list[Node]:
    """Return the steps under way: not what is around them, nor what merely waits beside them."""
    nodes = [a for a, _b in planned.moves if a.kind not in _AROUND and not a.attached_to]
    nodes += [each.node for each in planned.obstacles if each.is_here]
    return [node for node in nodes if not node.kind.endswith("Gateway")] or nodes


def fare(
    session: Session, case: Case, to: str, mapping: Mapping[str, str]
) -> tuple[Plan, list[dict[str, Any]], Light]:
    """Return what moving a case comes to, why it does not move as it is, and its light.

    Amber is a case that moves once the first of the steps offered are chosen; what else was in the
    way then only hung on these, and is not told.
    """
    planned = judge(session, case, to, mapping)
    reasons = reasons_of(session, case, to, planned)
    open_ = [each for each in reasons if each["choices"]]
    if not reasons or not open_:
        return planned, reasons, Light.RED if reasons else Light.GREEN
    chosen = {each["step"]["id"]: each["choices"][0]["id"] for each in open_}
    mended = judge(session, case, to, {**mapping, **chosen})
    if reasons_of(session, case, to, mended):
        return planned, reasons, Light.RED
    return planned, open_, Light.AMBER


def reasons_of(session: Session, case: Case, to: str, planned: Plan) -> list[dict[str, Any]]:
    """Return why a case does not move as it is, in words, with the steps to choose from."""
    found: list[dict[str, Any]] = [
        {"step": None, "code": code, "message": _OF_CASE[code], "choices": []}
        for code, is_so in (
            ("ATTENTION", case.status is CaseStatus.ATTENTION),
            (
                "LAW",
                case.law_notes is not None and _law(session, case.bundle_hash) != _law(session, to),
            ),
        )
        if is_so
    ]
    once = {(each.node.id, each.why): each for each in reversed(planned.obstacles)}
    found += [_reason(each) for each in reversed(once.values())]
    return found or list(availability.reasons(session, case, to, planned))


def _law(session: Session, bundle_hash: str) -> Any:
    """Return the invariants of a version: what a case has done is noted by them."""
    files = procedures.ready(session, bundle_hash).opened.bundle.files
    return _read(files.get("invariants.yaml", b"[]"))


@lru_cache(maxsize=64)
def _read(data: bytes) -> Any:
    return strict_yaml.read_stored(data)


def _reason(each: Obstacle) -> dict[str, Any]:
    return {
        "step": step(each.node),
        "code": each.why.value,
        "message": _WHY[each.why].format(each.node.name or each.node.id),
        "choices": [step(node) for node in each.choices],
    }
