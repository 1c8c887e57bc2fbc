"""Candle intervals, and the merging of short candles into longer ones."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import groupby

from ...ports.language.analytics import Candle, Interval


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
    match interval:
        case Interval.HOUR:
            return start + timedelta(hours=1)
        case Interval.DAY:
            return start + timedelta(days=1)
        case Interval.WEEK:
            return start + timedelta(weeks=1)
        case Interval.MONTH:
            # 32 days after the first of a month is always in the next month.
            return start_of(start + timedelta(days=32), interval)


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
