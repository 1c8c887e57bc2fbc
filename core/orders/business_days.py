"""Business days: Monday to Friday, in UTC."""

from datetime import datetime, timedelta

_SATURDAY = 5


def add_business_days(start: datetime, days: int) -> datetime:
    """Return the instant `days` business days after `start`, at the same time of day.

    >>> from datetime import UTC
    >>> friday = datetime(2026, 11, 20, 15, 30, tzinfo=UTC)
    >>> add_business_days(friday, 2).strftime("%A %H:%M")
    'Tuesday 15:30'
    """
    assert days >= 0, days
    instant = start
    while days:
        instant += timedelta(days=1)
        if instant.weekday() < _SATURDAY:
            days -= 1
    return instant
