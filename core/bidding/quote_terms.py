"""The lifetime of bids and asks."""

from datetime import datetime, timedelta

from ...ports.language.errors import OutOfRange
from ...ports.language.market import Side
from ...ports.language.rules import MarketRules


def expiry(side: Side, days: int | None, now: datetime, rules: MarketRules) -> datetime:
    """Return when a quote placed now expires. None means the default days. Raises OutOfRange."""
    lifetimes = rules.bid_days if side is Side.BID else rules.ask_days
    if days is None:
        days = lifetimes.default
    if not lifetimes.minimum <= days <= lifetimes.maximum:
        raise OutOfRange(
            field="expires_in_days",
            value=days,
            minimum=lifetimes.minimum,
            maximum=lifetimes.maximum,
        )
    return now + timedelta(days=days)
