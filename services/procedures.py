"""Procedures and their bundle versions in the database; opening them for use."""

import json
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from forms import CompiledForm, compile_form
from services.db.models import Blob, Membership, Party, PartyKind, Procedure, Task
from services.db.models import Bundle as BundleRow
from services.errors import NotFoundError
from services.policies.verdicts import PROCESS_OWNER
from workflows import feel, strict_yaml
from workflows.bundles import Bundle, Opened, open_bundle, open_fresh
from workflows.diagrams import Node
from workflows.verification.watching import Watch, watch_of

_ANSWERED = frozenset({"userTask", "startEvent"})


@dataclass(frozen=True)
class Ready:
    """A bundle opened for cases: its diagrams compiled, its forms too. Shared, read-only."""

    opened: Opened
    forms: Mapping[str, CompiledForm]

    def form(self, form_id: str) -> CompiledForm:
        """Return a compiled form of the bundle. Raises NotFoundError."""
        try:
            return self.forms[form_id]
        except KeyError as error:
            raise NotFoundError(f"流程包里没有表单“{form_id}”") from error

    def form_of(self, task: Task) -> CompiledForm:
        """Return a task's form as its step may use it. Raises NotFoundError."""
        node = self.opened.program.nodes.get(task.process_id, {}).get(task.node_id)
        return self.form_at(node, task.form_id)

    def form_at(self, node: Node | None, form_id: str) -> CompiledForm:
        """Return a form as a step may use it: some fields only read, others hidden.

        As it is for a step that a case has done and its new version has no more.
        Raises NotFoundError.
        """
        form = self.form(form_id)
        if node is None or not node.access:
            return form
        return form.for_step(node.access, self._asking(form_id))

    def _asking(self, form_id: str) -> list[str]:
        """Return the data keys under which steps keep their answers to a form."""
        nodes = (n for inner in self.opened.program.nodes.values() for n in inner.values())
        found = [n for n in nodes if n.kind in _ANSWERED and self._form_id(n) == form_id]
        return sorted({n.data_key or n.id for n in found})

    def _form_id(self, node: Node) -> str | None:
        """Return which form a node asks, where that is fixed."""
        if node.form is None or not node.form.startswith("="):
            return node.form
        try:
            return str(feel.evaluate(node.form[1:], {"profile": self.opened.profile}))
        except feel.FeelError:
            return None

    @cached_property
    def watch(self) -> Watch:
        """The invariants of the procedure, as its running cases meet them."""
        bundle, program = self.opened.bundle, self.opened.program
        rows = strict_yaml.read_stored(bundle.files.get("invariants.yaml", b"[]"))
        nodes = (node for inner in program.nodes.values() for node in inner.values())
        return watch_of(rows, bundle.procedure_id, nodes)

    def start_form(self) -> str | None:
        """Return the form that a new case begins with, if it has one."""
        return next((n.form for n in self._starts() if n.form), None)

    def start_key(self) -> str | None:
        """Return the data key under which the first form's answers are kept."""
        return next((n.data_key for n in self._starts() if n.form), None)

    def _starts(self) -> list[Node]:
        nodes = self.opened.program.nodes[self.opened.bundle.procedure_id].values()
        return [n for n in nodes if n.kind == "startEvent" and not n.path]


def publish(session: Session, bundle: Bundle, at: datetime) -> BundleRow:
    """Make a bundle the version that new cases start with; those that run stay on theirs."""
    row = keep(session, bundle, at)
    settings = json.loads(bundle.files["procedure.json"])
    procedure = session.get(Procedure, bundle.procedure_id)
    if procedure is None:
        procedure = Procedure(id=bundle.procedure_id, jurisdiction=settings["jurisdiction"]["code"])
        session.add(procedure)
    procedure.title = settings["procedure"]["title"]["zh"]
    procedure.bundle_hash = bundle.hash
    session.flush()
    return row


def keep(session: Session, bundle: Bundle, at: datetime) -> BundleRow:
    """Store a bundle as a version, without letting cases start with it.

    A bundle that says the same as a stored one is that one: twice makes no new version.
    """
    row = session.get(BundleRow, bundle.hash)
    return _store(session, bundle, at) if row is None else row


def keep_blob(session: Session, data: bytes) -> str:
    """Store content once; return its hash."""
    digest = sha256(data).hexdigest()
    if session.get(Blob, digest) is None:
        session.add(Blob(sha256=digest, data=zlib.compress(data)))
        session.flush()
    return digest


def blobs(session: Session, digests: Iterable[str]) -> dict[str, bytes]:
    """Return stored contents by their hash."""
    rows = session.execute(select(Blob.sha256, Blob.data).where(Blob.sha256.in_(set(digests))))
    return {digest: zlib.decompress(data) for digest, data in rows}


def _store(session: Session, bundle: Bundle, at: datetime) -> BundleRow:
    files = {path: keep_blob(session, data) for path, data in bundle.files.items()}
    last = session.scalar(
        select(func.max(BundleRow.version)).where(BundleRow.procedure_id == bundle.procedure_id)
    )
    row = BundleRow(
        hash=bundle.hash,
        procedure_id=bundle.procedure_id,
        version=(last or 0) + 1,
        files=files,
        loaded_at=at,
    )
    session.add(row)
    session.flush()
    return row


def get(session: Session, procedure_id: str) -> Procedure:
    """Return a procedure. Raises NotFoundError."""
    procedure = session.get(Procedure, procedure_id)
    if procedure is None:
        raise NotFoundError("没有这个办理事项", procedure=procedure_id)
    return procedure


def agencies(session: Session, jurisdiction: str) -> list[UUID]:
    """Return the ids of a jurisdiction's agencies. Raises NotFoundError if it has none."""
    rows = session.scalars(select(Party).where(Party.kind == PartyKind.AGENCY))
    found = [p.id for p in rows if p.data.get("jurisdiction") == jurisdiction]
    if not found:
        raise NotFoundError("没有这个辖区")
    return found


def owners(session: Session, jurisdiction: str) -> set[UUID]:
    """Return the process owners of a jurisdiction's agencies."""
    query = select(Membership.person_id).where(
        Membership.party_id.in_(agencies(session, jurisdiction)), Membership.role == PROCESS_OWNER
    )
    return set(session.scalars(query))


_READY: dict[str, Ready] = {}


def ready(session: Session, bundle_hash: str) -> Ready:
    """Return an opened bundle, reading its files only the first time in this process."""
    found = _READY.get(bundle_hash)
    if found is None:
        found = _READY[bundle_hash] = make_ready(read_bundle(session, bundle_hash))
    return found


def hold(bundle: Bundle) -> Ready:
    """Open what is no version, for a database of its own: held for ``ready`` until it is let go."""
    found = _READY[bundle.hash] = Ready(open_fresh(bundle), _forms(bundle))
    return found


def let_go(bundle_hash: str) -> None:
    """Forget an opened bundle; whoever needs it opens it again."""
    _READY.pop(bundle_hash, None)


def read_bundle(session: Session, bundle_hash: str) -> Bundle:
    """Return a stored bundle's files. Raises NotFoundError."""
    row = session.get(BundleRow, bundle_hash)
    if row is None:
        raise NotFoundError("没有这个流程包版本")
    content = blobs(session, row.files.values())
    return Bundle(row.procedure_id, {p: content[digest] for p, digest in row.files.items()})


def make_ready(bundle: Bundle) -> Ready:
    """Open a bundle and compile its forms."""
    return Ready(open_bundle(bundle), _forms(bundle))


def _forms(bundle: Bundle) -> dict[str, CompiledForm]:
    compiled = (_compiled(data) for _, data in sorted(bundle.under("forms").items()))
    return {form.id: form for form in compiled}


@lru_cache(maxsize=512)
def _compiled(data: bytes) -> CompiledForm:
    definition: dict[str, Any] = json.loads(data)
    return compile_form(definition)


def is_watched(session: Session, bundle_hash: str) -> bool:
    """Tell whether cases of a version obey its invariants; those of older releases were unchecked."""
    return session.get_one(BundleRow, bundle_hash).is_watched


def exists(session: Session, bundle_hash: str) -> bool:
    """Tell whether the database has this version."""
    return session.get(BundleRow, bundle_hash) is not None


def versions(session: Session, procedure_id: str) -> list[BundleRow]:
    """Return a procedure's versions, newest first. Raises NotFoundError."""
    get(session, procedure_id)
    rows = session.scalars(
        select(BundleRow)
        .where(BundleRow.procedure_id == procedure_id)
        .order_by(BundleRow.version.desc())
    )
    return list(rows)
