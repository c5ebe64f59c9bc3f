"""Numbers without gaps or doubles: each series counts in its own row."""

import re
from datetime import date

from sqlalchemy.orm import Session

from services.db.engine import insert_into
from services.db.models import Counter

_SEQ = re.compile(r"\{seq(?::0?(\d)d)?\}")


def next_number(session: Session, pattern: str, on: date) -> str:
    """Return the next number of a series, for example ``AB-{year}-{seq:04d}``.

    The series is the pattern with the year filled in. Its row stays locked to the end of the
    transaction, so a roll-back gives the number back.
    """
    series = pattern.replace("{year}", str(on.year))
    value = next_value(session, series)
    return _SEQ.sub(lambda place: str(value).zfill(int(place[1] or 1)), series)


def next_value(session: Session, series: str) -> int:
    """Count a series up by one; its row stays locked to the end of the transaction."""
    first = insert_into(session, Counter).values(series=series, value=1)
    counted = first.on_conflict_do_update(
        index_elements=[Counter.series], set_={"value": Counter.value + 1}
    )
    return int(session.execute(counted.returning(Counter.value)).scalar_one())
