"""Sales as points of InfluxDB.

A point is known by its series (the tags) and its time. So the time has the number with which a sale
arrived as nanoseconds, and two sales of one instant stay two.
"""

from datetime import UTC, datetime, timedelta

from influxdb_client import Point, WritePrecision

from ...ports.language.analytics import Sale

MEASUREMENT = "sales"

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_NANOSECONDS = 1_000
"""Nanoseconds in the microsecond of a sale."""


def line_of(sale: Sale, *, voided: bool) -> str:
    """Return the point of a sale in line protocol. It replaces an earlier one of the sale."""
    sold_at = (sale.sold_at - _EPOCH) // _MICROSECOND
    thousands, arrival = divmod(sale.arrival, _NANOSECONDS)
    point = (
        Point(MEASUREMENT)
        .tag("product_id", str(sale.book.product_id))
        .tag("size", sale.book.size)
        .tag("condition", sale.book.condition.value)
        .field("price", sale.price)
        .field("timestamp", sold_at)
        .field("voided", voided)
        .time(sold_at * _NANOSECONDS + arrival, WritePrecision.NS)
    )
    if thousands:
        point.tag("thousands", str(thousands))
    line: str = point.to_line_protocol()
    return line


def nanoseconds(instant: datetime) -> int:
    """Return a time as InfluxDB has it."""
    return (instant - _EPOCH) // _MICROSECOND * _NANOSECONDS


def time_of(nanoseconds: int) -> datetime:
    """Return the time that InfluxDB has as nanoseconds, in whole microseconds."""
    return _EPOCH + nanoseconds // _NANOSECONDS * _MICROSECOND
