"""By which channels somebody is told and when: the law, then their wish, then quiet hours.

Nothing here reads a database. What is statutory (ASM-P-62) goes by mail whatever a person wishes. An SMS
waits for the morning of the next working day at night and on days off, unless it is urgent. A
digest gathers on a working day what is neither urgent nor statutory.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from uuid import UUID

from services.db.models import Channel, DeliveryState, NotificationPreference
from services.notifications.events import Event
from services.settings import NotifyingHours
from workflows.calendar import TIME_ZONE, WorkingCalendar


class Addressee(NamedTuple):
    """A person, and where they are reached."""

    id: UUID
    login: str
    email: str | None
    phone: str | None


@dataclass(frozen=True, slots=True)
class Way:
    """One channel for one person. ``at`` is the instant from which it may go out."""

    channel: Channel
    at: datetime
    address: str | None = None
    state: DeliveryState = DeliveryState.QUEUED
    is_for_digest: bool = False
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Hours:
    """When people are not to be disturbed, on which calendar, and when digests go out."""

    settings: NotifyingHours
    calendar: WorkingCalendar


def ways(
    person: Addressee,
    wish: NotificationPreference,
    event: Event,
    now: datetime,
    hours: Hours,
    offered: Collection[Channel],
) -> Iterator[Way]:
    """Yield the ways a person is told of an event; in the app first, and always."""
    yield Way(Channel.IN_APP, now, state=DeliveryState.DELIVERED)
    yield _mail(person, wish, event, now, hours)
    if wish.by_sms and person.phone and Channel.SMS in offered:
        at = now if event.is_urgent else after_quiet(now, wish, hours)
        yield Way(Channel.SMS, at, person.phone)
    if wish.by_webhook and Channel.WEBHOOK in offered:
        yield Way(Channel.WEBHOOK, now, person.login)


def _mail(
    person: Addressee, wish: NotificationPreference, event: Event, now: datetime, hours: Hours
) -> Way:
    if not person.email:
        return Way(Channel.MAIL, now, state=DeliveryState.UNWANTED, note="没有登记邮箱")
    if not (wish.by_mail or event.is_statutory):
        return Way(Channel.MAIL, now, person.email, DeliveryState.UNWANTED, note="本人不要邮件")
    if wish.wants_digest and not (event.is_urgent or event.is_statutory):
        at = next_digest(now, hours)
        return Way(Channel.MAIL, at, person.email, is_for_digest=True)
    return Way(Channel.MAIL, now, person.email)


def after_quiet(now: datetime, wish: NotificationPreference, hours: Hours) -> datetime:
    """Return ``now``, or the end of the quiet hours on the next day when one may be disturbed."""
    begin = clock_time(wish.quiet_from) or hours.settings.quiet_from
    end = clock_time(wish.quiet_to) or hours.settings.quiet_to
    local = now.astimezone(TIME_ZONE)
    is_rest = wish.quiet_on_rest_days and not hours.calendar.is_working_day(local.date())
    if not is_rest and not is_within(local.time(), begin, end):
        return now
    day = local.date()
    if local.time() >= end or is_rest:
        day += timedelta(days=1)
    while wish.quiet_on_rest_days and not hours.calendar.is_working_day(day):
        day += timedelta(days=1)
    return at_local(day, end)


def is_within(at: time, begin: time, end: time) -> bool:
    """Tell whether a time of day lies in a span that may go over midnight."""
    if begin <= end:
        return begin <= at < end
    return at >= begin or at < end


def next_digest(now: datetime, hours: Hours) -> datetime:
    """Return the next instant at which digests go out: on a working day."""
    local = now.astimezone(TIME_ZONE)
    day = local.date() + timedelta(days=local.time() >= hours.settings.digest_at)
    while not hours.calendar.is_working_day(day):
        day += timedelta(days=1)
    return at_local(day, hours.settings.digest_at)


def at_local(day: date, at: time) -> datetime:
    """Return the instant of a time of day in Shanghai."""
    return datetime.combine(day, at, TIME_ZONE)


def clock_time(text: str | None) -> time | None:
    """Return HH:MM as a time of day."""
    return time.fromisoformat(text) if text else None
