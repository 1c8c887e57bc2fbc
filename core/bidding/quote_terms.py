"""The terms that every bid and ask must meet: amount and lifetime."""

from datetime import datetime, timedelta

from ...ports.language.errors import OutOfRange, OutsideTick
from ...ports.language.market import Side
from ...ports.language.money import Cents
from ...ports.language.rules import MarketRules


def check_amount(amount: Cents, rules: MarketRules) -> None:
    """Raise OutOfRange or OutsideTick unless quotes may stand at `amount`."""
    if not rules.min_amount <= amount <= rules.max_amount:
        raise OutOfRange(
            field="amount", value=amount, minimum=rules.min_amount, maximum=rules.max_amount
        )
    if amount % rules.tick:
        raise OutsideTick(amount=amount, tick=rules.tick)


def expiry(side: Side, days: int | None, now: datetime, rules: MarketRules) -> datetime:
    """Return when a quote made now expires; None means the side's default. Raises OutOfRange."""
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
