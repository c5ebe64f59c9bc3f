"""The same is stored twice at once: procedures and attachments."""

from typing import Any
from uuid import uuid4

from sqlalchemy import select

from services import loading
from services.db.engine import reading, unit_of_work
from services.db.models import Bundle, Case, File
from services.scenarios import samples
from tests.chaos.pairs.table import Act, Race, Table, won


def load_and_start(table: Table) -> Race:
    """A procedure is published again while somebody starts a case of it."""
    before = table.number(Case)

    def check(first: Any, second: Any) -> None:
        assert won(first)
        assert won(second)
        assert table.number(Case) == before + 1

    return _load(table), lambda: table.desk.start("other"), check


def load_and_load(table: Table) -> Race:
    before = table.number(Bundle)

    def check(first: Any, second: Any) -> None:
        assert won(first)
        assert won(second)
        assert not any(each.is_new for each in [*first, *second])
        assert table.number(Bundle) == before

    return _load(table), _load(table), check


def _load(table: Table) -> Act:
    """Publish the jurisdiction as it is shipped."""
    jurisdiction = table.runtime.library.jurisdictions["liangjiang"]

    def load() -> Any:
        with unit_of_work(table.runtime.sessions) as session:
            return list(loading.load_jurisdiction(session, table.runtime, jurisdiction))

    return load


def upload_and_upload(table: Table) -> Race:
    """Two units hand in the same document at once: it is kept once, and is each one's own."""
    content = samples.pdf(str(uuid4()), 2_000)

    def check(first: Any, second: Any) -> None:
        assert won(first)
        assert won(second)
        with reading(table.runtime.sessions) as session:
            found = session.scalars(select(File).where(File.id.in_([first, second]))).all()
        assert len({file.uploaded_by for file in found}) == 2
        [digest] = {file.sha256 for file in found}
        with table.runtime.files.open(digest) as kept:
            assert kept.read() == content

    return (
        lambda: table.upload("lead-op", content),
        lambda: table.upload("university-op", content),
        check,
    )
