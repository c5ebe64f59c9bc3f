"""Errors of the calendar; each message is a Chinese sentence for whoever set the limit."""


class CalendarError(ValueError):
    """A date, limit or pause that cannot be counted."""
