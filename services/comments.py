"""Remarks on a case (意见): each for an audience, with attachments that only it reads."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services import audit, case_pages, notifications, policies, procedures
from services.actors import Actor
from services.cases.environment import CaseWorld
from services.db.models import (
    Case,
    CaseAccess,
    CaseRole,
    Comment,
    CommentFile,
    Decision,
    File,
    Membership,
    Party,
    PartyKind,
    Person,
    Task,
    TaskStatus,
)
from services.errors import InvalidError
from services.lookup import lock_case
from services.runtime import Runtime

AGENCY, APPLICANT, EXPERTS = "agency", "applicant", "experts"
LABELS = {AGENCY: "办理机关内部", APPLICANT: "申请单位", EXPERTS: "评审专家"}


@dataclass(frozen=True, slots=True)
class Remark:
    """What is to be said, to whom, with which uploads."""

    audience: str
    text: str
    files: list[UUID]


def audiences(session: Session, actor: Actor, case_id: UUID) -> list[dict[str, str]]:
    """Return for whom the actor may write, the narrowest first. Raises NotFoundError."""
    case = case_pages.visible(session, actor, case_id)
    return [
        {"value": value, "label": label}
        for value, label in LABELS.items()
        if policies.comment(session, actor, case, value).is_allowed
    ]


def of_case(session: Session, actor: Actor, case_id: UUID) -> list[dict[str, Any]]:
    """Return the comments for the actor's audience, oldest first: officials all of them."""
    case = case_pages.visible(session, actor, case_id)
    hidden = _hidden_names(session, actor, case)
    rows = _readable(session, actor, case)
    files = _files(session, [comment.id for comment, _person in rows])
    return [
        _shown(c, case_pages.ANONYMOUS_EXPERT if p.id in hidden else p.name, files.get(c.id, []))
        for c, p in rows
    ]


def _readable(session: Session, actor: Actor, case: Case) -> list[tuple[Comment, Person]]:
    sight = policies.sight_of(session, actor, case)
    query = (
        select(Comment, Person)
        .join(Person, Person.id == Comment.person_id)
        .where(Comment.case_id == case.id)
        .order_by(Comment.made_at, Comment.id)
    )
    rows = [(c, p) for c, p in session.execute(query) if sight.covers(c.made_at)]
    if policies.is_official(session, actor, case):
        return rows
    mine = APPLICANT if actor.parties else EXPERTS
    return [(c, p) for c, p in rows if c.audience == mine or c.person_id == actor.person_id]


def _hidden_names(session: Session, actor: Actor, case: Case) -> set[UUID | None]:
    """Return the experts, whose names only officials read."""
    if policies.is_official(session, actor, case):
        return set()
    experts = set(session.scalars(select(Task.person_id).where(Task.case_id == case.id)))
    return experts - {None, actor.person_id}


def _files(session: Session, comment_ids: Iterable[UUID]) -> dict[UUID, list[File]]:
    rows = session.execute(
        select(CommentFile.comment_id, File)
        .join(File, File.id == CommentFile.file_id)
        .where(CommentFile.comment_id.in_(list(comment_ids)))
        .order_by(File.uploaded_at, File.id)
    )
    found: dict[UUID, list[File]] = {}
    for comment_id, file in rows:
        found.setdefault(comment_id, []).append(file)
    return found


def _shown(comment: Comment, author: str, files: list[File]) -> dict[str, Any]:
    return {
        "id": comment.id,
        "person": author,
        "audience": comment.audience,
        "text": comment.text,
        "files": files,
        "made_at": comment.made_at,
    }


def may_read_file(session: Session, actor: Actor, file: File) -> bool:
    """Tell whether a comment that the actor may read has the file attached."""
    rows = session.execute(
        select(Comment.id, Case)
        .join(CommentFile, CommentFile.comment_id == Comment.id)
        .join(Case, Case.id == Comment.case_id)
        .where(CommentFile.file_id == file.id)
    ).all()
    return any(
        policies.sees_case(session, actor, case)
        and comment_id in {c.id for c, _p in _readable(session, actor, case)}
        for comment_id, case in rows
    )


def add(
    session: Session, runtime: Runtime, actor: Actor, case_id: UUID, remark: Remark
) -> dict[str, Any]:
    """Add a comment and tell its audience. Only officials write for the agency or the experts.

    Its files are the actor's own fresh uploads; they do not become materials of the case.
    Raises NotFoundError, NotAllowedError, InvalidError.
    """
    case = lock_case(session, case_id)
    policies.see_case(session, actor, case)
    policies.comment(session, actor, case, remark.audience).require()
    files = _own_uploads(session, actor, remark.files)
    comment = Comment(
        case_id=case.id,
        person_id=actor.person_id,
        party_id=next(iter(sorted(actor.parties)), case.starter_party_id),
        audience=remark.audience,
        text=remark.text,
        made_at=runtime.now(case),
    )
    session.add(comment)
    session.flush()
    session.add_all(CommentFile(comment_id=comment.id, file_id=file.id) for file in files)
    world = CaseWorld(session, runtime, case, procedures.ready(session, case.bundle_hash), actor)
    _seal(world, actor, comment, files)
    _tell(world, actor, comment)
    session.flush()
    return _shown(comment, actor.name, files)


def _own_uploads(session: Session, actor: Actor, wanted: list[UUID]) -> list[File]:
    own = select(File).where(
        File.id.in_(wanted), File.uploaded_by == actor.person_id, File.case_id.is_(None)
    )
    found = list(session.scalars(own))
    if len(found) != len(set(wanted)):
        raise InvalidError("有附件不存在或不是您上传的，请重新上传", {"files": ["附件不存在"]})
    return found


def _seal(world: CaseWorld, actor: Actor, comment: Comment, files: list[File]) -> None:
    audit.append(
        world.session,
        world.case,
        at=world.now,
        actor=actor.key,
        party_id=comment.party_id,
        what="comment.added",
        payload={
            "comment": str(comment.id),
            "audience": comment.audience,
            "text": audit.canonical_hash(comment.text).hex(),
            "files": sorted(file.sha256 for file in files),
        },
    )


def _tell(world: CaseWorld, actor: Actor, comment: Comment) -> None:
    people = _audience(world, comment.audience)
    if not policies.is_official(world.session, actor, world.case):
        people |= _officials(world)
    data = {"case_title": world.case.title, "case_id": str(world.case.id)}
    key = f"comment:{comment.id}"
    notifications.notify(world, people - {actor.person_id}, "comment_added", data, key=key)


def _audience(world: CaseWorld, audience: str) -> set[UUID]:
    if audience == AGENCY:
        return _officials(world)
    if audience == EXPERTS:
        asked = select(Task.person_id).where(
            Task.case_id == world.case.id, Task.person_id.is_not(None), Task.recused_at.is_(None)
        )
        return {person_id for person_id in world.session.scalars(asked) if person_id}
    rows = select(Membership.person_id).join(
        CaseRole, (CaseRole.party_id == Membership.party_id) & (CaseRole.role == Membership.role)
    )
    own = (CaseRole.case_id == world.case.id) & (CaseRole.party_id == world.case.starter_party_id)
    return set(world.session.scalars(rows.where(own)))


def _officials(world: CaseWorld) -> set[UUID]:
    """Return the officials who have had a part in the case, of agencies that it is still with."""
    session, case = world.session, world.case
    still = (
        select(Membership.person_id)
        .join(CaseAccess, CaseAccess.party_id == Membership.party_id)
        .join(Party, Party.id == CaseAccess.party_id)
        .where(
            CaseAccess.case_id == case.id,
            CaseAccess.until.is_(None),
            Party.kind == PartyKind.AGENCY,
        )
    )
    decided = select(Decision.person_id).where(Decision.case_id == case.id)
    holding = select(Task.claimed_by).where(
        Task.case_id == case.id, Task.status == TaskStatus.OPEN, Task.claimed_by.is_not(None)
    )
    taking_part = {*session.scalars(decided), *session.scalars(holding)}
    return taking_part & set(session.scalars(still))
