"""A draft as it is, published in a prepared database that trials and scenario runs copy."""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from hashlib import sha256
from threading import Lock
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from forms import FormDefinitionError
from services import checking, procedures
from services.db.engine import unit_of_work
from services.db.models import CalendarDay, Party, Procedure, ProcedureDraft
from services.errors import ConflictError
from services.runtime import Runtime
from services.scenarios.accounts import Cast
from services.studio import files
from services.trials import template
from services.trials.company import Company
from workflows.bundles import Bundle, BundleError
from workflows.diagrams import DiagramError
from workflows.dmn import DmnError
from workflows.errors import ModelRefusedError

MOST = 3
_KEPT: "OrderedDict[str, Stage]" = OrderedDict()
_LOCK = Lock()
_UNREADABLE = (BundleError, DiagramError, DmnError, FormDefinitionError, ModelRefusedError, ValueError, LookupError, TypeError, AttributeError)  # fmt: skip


@dataclass(frozen=True)
class Surroundings:
    """What a draft meets in the installation: read from the real database, and only read.

    ``sums`` are the hashes of the draft's files by path, ``others`` the versions in effect of the
    other procedures, ``days`` corrections of the calendar with the code of the agency.
    """

    sums: Mapping[str, str]
    draft: Bundle
    other_hashes: tuple[str, ...]
    others: tuple[Bundle, ...]
    days: tuple[tuple[date, bool, str, str | None], ...]

    @cached_property
    def key(self) -> str:
        """Return what stands for all of it."""
        return self.key_of(lambda _path: True)

    def key_of(self, matters: Callable[[str], bool]) -> str:
        """Return what stands for all but the files that do not matter."""
        sums = [f"{path} {digest}" for path, digest in sorted(self.sums.items()) if matters(path)]
        parts = [self.draft.procedure_id, *sums, *self.other_hashes, repr(self.days)]
        return sha256("\n".join(parts).encode()).hexdigest()


@dataclass(frozen=True)
class Stage:
    """A database in which the draft is what cases start with, and who plays in it.

    ``units`` are the codes of the jurisdiction's sample units.
    """

    key: str
    folder: template.Folder
    cast: Cast
    bundle: Bundle
    ready: procedures.Ready
    others: tuple[Bundle, ...]
    units: frozenset[str]


def surroundings(session: Session, draft: ProcedureDraft) -> Surroundings:
    """Return what a trial of a draft is made of, as it is now; what is at hand is not read again."""
    heads = files.heads(session, draft).items()
    sums = {path: row.sha256 for path, row in heads if row.sha256}
    rows = session.scalars(
        select(Procedure.bundle_hash)
        .where(Procedure.id != draft.procedure_id)
        .order_by(Procedure.id)
    )
    nothing = Bundle(draft.procedure_id, {})
    known = Surroundings(sums, nothing, tuple(rows), (), tuple(_days(session)))
    stage = _KEPT.get(known.key)
    if stage is not None:
        return replace(known, draft=stage.bundle, others=stage.others)
    others = tuple(procedures.ready(session, each).opened.bundle for each in known.other_hashes)
    contents = procedures.blobs(session, sums.values())
    texts = {path: contents[digest] for path, digest in sums.items()}
    return replace(known, draft=Bundle(draft.procedure_id, texts), others=others)


def _days(session: Session) -> Any:
    query = select(CalendarDay, Party.code).outerjoin(Party, Party.id == CalendarDay.agency_id)
    for row, code in session.execute(query.order_by(CalendarDay.day, Party.code)):
        yield row.day, row.is_working, row.reason, code


def of(runtime: Runtime, given: Surroundings) -> Stage:
    """Return the stage of a draft; of the same files it is made once.

    Takes no transaction of the installation. Raises ConflictError with the findings where the
    draft cannot be opened.
    """
    key = given.key
    with _LOCK:
        if key in _KEPT:
            _KEPT.move_to_end(key)
            return _KEPT[key]
        made = _made(runtime, given, key)
        _KEPT[key] = made
        while len(_KEPT) > MOST:
            procedures.let_go(_KEPT.popitem(last=False)[1].bundle.hash)
    return made


def _made(runtime: Runtime, given: Surroundings, key: str) -> Stage:
    ready = _opened(runtime, given.draft)
    folder = template.copied(template.of(runtime))
    place = template.open_runtime(folder, runtime.library, runtime.clock)
    with unit_of_work(place.sessions) as session:
        template.name_ids(session)
        now = runtime.clock.now()
        for bundle in (*given.others, given.draft):
            procedures.publish(session, bundle, now)
        cast = Company(session, ready.opened, Cast.of(runtime.library)).fill()
        _correct(session, given)
    template.fold(place)
    return Stage(key, folder, cast, given.draft, ready, given.others, _units(runtime, ready))


def _units(runtime: Runtime, ready: procedures.Ready) -> frozenset[str]:
    home = runtime.library.jurisdictions.get(ready.opened.jurisdiction)
    demo = home.demo() if home else {}
    return frozenset(unit["code"] for unit in demo.get("units") or [])


def _correct(session: Session, given: Surroundings) -> None:
    codes = dict(session.execute(select(Party.code, Party.id)).all())
    for day, is_working, reason, code in given.days:
        if code is None or code in codes:
            agency_id = codes[code] if code else None
            row = CalendarDay(day=day, is_working=is_working, reason=reason, agency_id=agency_id)
            session.add(row)
    session.flush()


def _opened(runtime: Runtime, bundle: Bundle) -> procedures.Ready:
    """Open a draft. Raises ConflictError with what the check says of it."""
    try:
        return procedures.hold(bundle)
    except _UNREADABLE as error:
        found = checking.check_one(bundle, runtime.library.assumptions.keys())
        errors = [row for row in found if row["severity"] == "error"]
        why = errors[0]["message"] if errors else str(error)
        text = f"草稿现在打不开，不能试运行：{why}"
        raise ConflictError(text, "FINDINGS", findings=errors[:50]) from error
