"""Who may not bid because of declined cards."""

from datetime import datetime

from ...ports.language.errors import BiddingBarred
from ...ports.language.users import TraderStanding


def check_bar(standing: TraderStanding, now: datetime) -> None:
    """Raise BiddingBarred, with how many and until when, if the user may not bid now."""
    bar = standing.bid_bar
    if bar is not None and now < bar.until:
        raise BiddingBarred(declines=bar.declines, until=bar.until)
