"""Saved views: a person's own names for a list, how it is narrowed, sorted, and its columns."""

from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from services.actors import Actor
from services.db.models import SavedView
from services.errors import ConflictError, NotFoundError

MAX_VIEWS = 50


def mine(session: Session, actor: Actor) -> list[SavedView]:
    """Return one's views by list and name."""
    rows = session.scalars(
        select(SavedView)
        .where(SavedView.person_id == actor.person_id)
        .order_by(SavedView.list_kind, SavedView.name)
    )
    return list(rows)


def save(session: Session, actor: Actor, given: dict[str, Any]) -> SavedView:
    """Keep a new view. Raises ConflictError: the name is taken, or there are too many."""
    number = session.scalar(
        select(func.count()).select_from(SavedView).where(SavedView.person_id == actor.person_id)
    )
    if number and number >= MAX_VIEWS:
        raise ConflictError(f"最多保存 {MAX_VIEWS} 个视图，请先删除不用的", "TOO_MANY_VIEWS")
    return _fill(session, SavedView(person_id=actor.person_id), given)


def change(session: Session, actor: Actor, view_id: UUID, given: dict[str, Any]) -> SavedView:
    """Change one's view. Raises NotFoundError, ConflictError."""
    return _fill(session, _own(session, actor, view_id), given)


def remove(session: Session, actor: Actor, view_id: UUID) -> SavedView:
    """Remove one's view and return what it was. Raises NotFoundError."""
    view = _own(session, actor, view_id)
    session.delete(view)
    session.flush()
    return view


def _own(session: Session, actor: Actor, view_id: UUID) -> SavedView:
    view = session.get(SavedView, view_id)
    if view is None or view.person_id != actor.person_id:
        raise NotFoundError("没有这个视图")
    return view


def _fill(session: Session, view: SavedView, given: dict[str, Any]) -> SavedView:
    same = select(SavedView.id).where(
        SavedView.person_id == view.person_id,
        SavedView.list_kind == given["kind"],
        SavedView.name == given["name"],
    )
    if session.scalar(same) not in {None, view.id}:
        raise ConflictError(f"已有名为“{given['name']}”的视图，请换一个名称", "VIEW_NAME_TAKEN")
    if given["is_default"]:
        _no_other_default(session, view, given["kind"])
    view.name, view.list_kind = given["name"], given["kind"]
    view.filters, view.sort = given["filters"], given["sort"]
    view.columns, view.is_default = given["columns"], given["is_default"]
    session.add(view)
    session.flush()
    return view


def _no_other_default(session: Session, view: SavedView, kind: str) -> None:
    session.execute(
        update(SavedView)
        .where(SavedView.person_id == view.person_id, SavedView.list_kind == kind)
        .values(is_default=False)
    )
