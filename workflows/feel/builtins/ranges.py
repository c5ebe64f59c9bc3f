"""Built-ins that relate points and ranges in time or number (DMN 10.3.4.11)."""

from collections.abc import Callable
from typing import Any

from workflows.feel import comparisons
from workflows.feel.runtime import Run
from workflows.feel.signatures import Registry
from workflows.feel.values import Range, normal

FUNCTIONS = Registry()
Answer = bool | None


def _less(run: Run, left: Any, right: Any) -> Answer:
    return _ordered(run, "<", left, right)


def _ordered(run: Run, sign: str, left: Any, right: Any) -> Answer:
    """Compare two ends; an end that is open to infinity is beyond every value."""
    if left is None or right is None:
        return False
    return comparisons.compare(run, 0, sign, normal(left), normal(right))


def _same(run: Run, left: Any, right: Any) -> Answer:
    if left is None or right is None:
        return left is right
    return comparisons.equal(run, 0, normal(left), normal(right))


def _all(*answers: Answer) -> Answer:
    if any(answer is False for answer in answers):
        return False
    return None if any(answer is None for answer in answers) else True


def _either(*answers: Answer) -> Answer:
    return comparisons.any_of(answers)


def _not(answer: Answer) -> Answer:
    return None if answer is None else not answer


def _point_before(run: Run, first: Any, second: Any) -> Answer:
    return _less(run, first, second)


def _point_before_range(run: Run, point: Any, interval: Range) -> Answer:
    touches = _all(_same(run, point, interval.start), not interval.start_included)
    return _either(_less(run, point, interval.start), touches)


def _range_before_point(run: Run, interval: Range, point: Any) -> Answer:
    touches = _all(_same(run, interval.end, point), not interval.end_included)
    return _either(_less(run, interval.end, point), touches)


def _range_before(run: Run, first: Range, second: Range) -> Answer:
    apart = not (first.end_included and second.start_included)
    touches = _all(_same(run, first.end, second.start), apart)
    return _either(_less(run, first.end, second.start), touches)


def _meets(run: Run, first: Range, second: Range) -> Answer:
    both = first.end_included and second.start_included
    return _all(both, first.end is not None, _same(run, first.end, second.start))


def _overlaps(run: Run, first: Range, second: Range) -> Answer:
    return _all(_not(_range_before(run, first, second)), _not(_range_before(run, second, first)))


def _starts_earlier(run: Run, first: Range, second: Range) -> Answer:
    if first.start is None or second.start is None:
        return first.start is None and second.start is not None
    same = _same(run, first.start, second.start)
    wider = first.start_included and not second.start_included
    return _either(_less(run, first.start, second.start), _all(same, wider))


def _ends_earlier(run: Run, first: Range, second: Range) -> Answer:
    if first.end is None or second.end is None:
        return second.end is None and first.end is not None
    same = _same(run, first.end, second.end)
    narrower = second.end_included and not first.end_included
    return _either(_less(run, first.end, second.end), _all(same, narrower))


def _same_start(run: Run, first: Range, second: Range) -> Answer:
    alike = first.start_included == second.start_included
    return _all(alike, _same(run, first.start, second.start))


def _same_end(run: Run, first: Range, second: Range) -> Answer:
    alike = first.end_included == second.end_included
    return _all(alike, _same(run, first.end, second.end))


def _overlaps_before(run: Run, first: Range, second: Range) -> Answer:
    return _all(
        _starts_earlier(run, first, second),
        _overlaps(run, first, second),
        _not(_ends_earlier(run, second, first)),
    )


def _includes_range(run: Run, outer: Range, inner: Range) -> Answer:
    return _all(_not(_starts_earlier(run, inner, outer)), _not(_ends_earlier(run, outer, inner)))


def _includes_point(run: Run, interval: Range, point: Any) -> Answer:
    return comparisons.contains(run, 0, interval, point)


def _finishes(run: Run, first: Range, second: Range) -> Answer:
    return _all(_same_end(run, first, second), _not(_starts_earlier(run, first, second)))


def _point_finishes(run: Run, point: Any, interval: Range) -> Answer:
    return _all(interval.end_included, _same(run, point, interval.end))


def _starts(run: Run, first: Range, second: Range) -> Answer:
    return _all(_same_start(run, first, second), _not(_ends_earlier(run, second, first)))


def _point_starts(run: Run, point: Any, interval: Range) -> Answer:
    return _all(interval.start_included, _same(run, point, interval.start))


def _coincides(run: Run, first: Range, second: Range) -> Answer:
    return _all(_same_start(run, first, second), _same_end(run, first, second))


def _points_coincide(run: Run, first: Any, second: Any) -> Answer:
    return _same(run, first, second)


def _swapped(relation: Callable[[Run, Any, Any], Answer]) -> Callable[[Run, Any, Any], Answer]:
    return lambda run, first, second: relation(run, second, first)


_POINTS, _POINT_RANGE = "point1: point, point2: point", "point: point, range: range"
_RANGE_POINT, _RANGES = "range: range, point: point", "range1: range, range2: range"
for _name, _signature, _relation in (
    ("before", _POINTS, _point_before),
    ("before", _POINT_RANGE, _point_before_range),
    ("before", _RANGE_POINT, _range_before_point),
    ("before", _RANGES, _range_before),
    ("after", _POINTS, _swapped(_point_before)),
    ("after", _POINT_RANGE, _swapped(_range_before_point)),
    ("after", _RANGE_POINT, _swapped(_point_before_range)),
    ("after", _RANGES, _swapped(_range_before)),
    ("meets", _RANGES, _meets),
    ("met by", _RANGES, _swapped(_meets)),
    ("overlaps", _RANGES, _overlaps),
    ("overlaps before", _RANGES, _overlaps_before),
    ("overlaps after", _RANGES, _swapped(_overlaps_before)),
    ("finishes", _POINT_RANGE, _point_finishes),
    ("finishes", _RANGES, _finishes),
    ("finished by", _RANGE_POINT, _swapped(_point_finishes)),
    ("finished by", _RANGES, _swapped(_finishes)),
    ("includes", _RANGE_POINT, _includes_point),
    ("includes", _RANGES, _includes_range),
    ("during", _POINT_RANGE, _swapped(_includes_point)),
    ("during", _RANGES, _swapped(_includes_range)),
    ("starts", _POINT_RANGE, _point_starts),
    ("starts", _RANGES, _starts),
    ("started by", _RANGE_POINT, _swapped(_point_starts)),
    ("started by", _RANGES, _swapped(_starts)),
    ("coincides", _POINTS, _points_coincide),
    ("coincides", _RANGES, _coincides),
):
    FUNCTIONS.add(_name, _signature)(_relation)
