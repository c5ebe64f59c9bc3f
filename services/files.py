"""Uploaded files: taken in, checked, attached to a case, handed out again."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.actors import Actor
from services.db.models import Case, File
from services.errors import InvalidError


def attach(session: Session, actor: Actor, case: Case, file_ids: Collection[str]) -> None:
    """Make uploads part of a case.

    Only one's own fresh uploads, or files the case has already. Raises InvalidError naming none
    that belong to others: to the actor they do not exist.
    """
    wanted = {UUID(file_id) for file_id in file_ids}
    rows = session.scalars(select(File).where(File.id.in_(wanted))).all()
    usable = [
        f
        for f in rows
        if f.case_id == case.id or (f.case_id is None and f.uploaded_by == actor.person_id)
    ]
    if len(usable) != len(wanted):
        raise InvalidError("有附件不存在或不是您上传的，请重新上传", {"files": ["附件不存在"]})
    for file in usable:
        file.case_id = case.id
