"""Candle intervals, and the merging of short candles into longer ones."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import groupby

from ...ports.language.analytics import Candle, Interval

_LENGTHS = {
    Interval.HOUR: timedelta(hours=1),
    Interval.DAY: timedelta(days=1),
    Interval.WEEK: timedelta(weeks=1),
}
"""The length of an interval, unless it is a month."""


def start_of(instant: datetime, interval: Interval) -> datetime:
    """Return the start of the interval that contains a UTC instant.

    >>> from datetime import UTC
    >>> start_of(datetime(2026, 11, 22, 15, 30, tzinfo=UTC), Interval.WEEK).isoformat()
    '2026-11-16T00:00:00+00:00'
    """
    hour = instant.replace(minute=0, second=0, microsecond=0)
    if interval is Interval.HOUR:
        return hour
    day = hour.replace(hour=0)
    if interval is Interval.WEEK:
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if interval is Interval.MONTH else day


def end_of(instant: datetime, interval: Interval) -> datetime:
    """Return the end (exclusive) of the interval that contains a UTC instant."""
    start = start_of(instant, interval)
    return earlier(start, interval, -1)


def earlier(start: datetime, interval: Interval, count: int) -> datetime:
    """Return the start of the interval that is `count` before the one with this start.

    >>> from datetime import UTC
    >>> earlier(datetime(2026, 3, 1, tzinfo=UTC), Interval.MONTH, 14).isoformat()
    '2025-01-01T00:00:00+00:00'
    """
    if interval is Interval.MONTH:
        year, month = divmod(_months(start) - count, 12)
        return start.replace(year=year, month=month + 1)
    return start - _LENGTHS[interval] * count


def intervals_between(start: datetime, end: datetime, interval: Interval) -> int:
    """Return how many intervals there are from the start of one to the start of another."""
    if interval is Interval.MONTH:
        return _months(end) - _months(start)
    return (end - start) // _LENGTHS[interval]


def _months(start: datetime) -> int:
    return start.year * 12 + start.month - 1


def merge(candles: Sequence[Candle], interval: Interval) -> list[Candle]:
    """Merge candles, sorted oldest first, into candles of a longer interval."""
    groups = groupby(candles, key=lambda candle: start_of(candle.starts_at, interval))
    return [_merged(starts_at, list(parts)) for starts_at, parts in groups]


def _merged(starts_at: datetime, parts: list[Candle]) -> Candle:
    return replace(
        parts[0],
        starts_at=starts_at,
        high=max(part.high for part in parts),
        low=min(part.low for part in parts),
        close=parts[-1].close,
        sales=sum(part.sales for part in parts),
        total=sum(part.total for part in parts),
    )
