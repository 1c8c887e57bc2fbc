"""Bars on bidding because of declined cards."""

from datetime import datetime

from ...ports.language.errors import BiddingBarred
from ...ports.language.users import TraderStanding


def check_bar(standing: TraderStanding, now: datetime) -> None:
    """Raise BiddingBarred, with the number of declines and the end of the bar, if it applies."""
    bar = standing.bid_bar
    if bar is not None and now < bar.until:
        raise BiddingBarred(declines=bar.declines, until=bar.until)
