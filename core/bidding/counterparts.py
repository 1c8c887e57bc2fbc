"""Whom a quote trades with, and at which price."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ...ports.language.ids import UserId
from ...ports.language.market import Quote, QuoteStatus, Side, WithdrawalReason
from ...ports.language.money import Cents
from ...ports.language.rules import MarketRules
from .book_side import BookSide
from .shard import Shard
from .stored import Stored
from .withdrawals import standing_of, withdraw


@dataclass(slots=True, unsafe_hash=True)  # ADR 0050
class Incoming:
    """A quote that comes to a book, as matching sees it.

    `sequence` is its sequence number. None means that it arrives now, after all that rest.
    """

    user_id: Final[UserId]
    side: Final[Side]
    amount: Final[Cents]
    sequence: Final[int | None] = None

    def price_with(self, resting: Quote) -> Cents:
        """Return the price of a trade between the two: the amount of the one that came first."""
        if self.sequence is None or resting.sequence < self.sequence:
            return resting.amount
        return self.amount


@dataclass(slots=True, unsafe_hash=True)  # ADR 0050
class Search:
    """What an incoming quote meets among the resting quotes that it reaches."""

    counterpart: Final[Quote | None] = None
    """The first by priority that it may trade with."""
    own: Final[Quote | None] = None
    """The first that it passed over because both have one owner."""
    busy: Final[Quote | None] = None
    """The first bid that it passed over because its buyer has too many unpaid orders."""
    expired: Final[Sequence[Quote]] = ()
    """Quotes in its way that are to be taken out of the book because their time is over."""
    held_up: Final[Sequence[Quote]] = ()
    """Bids in its way that are to be withdrawn: their buyers keep sellers waiting."""
    unpayable: Final[Sequence[Quote]] = ()
    """Quotes in its way that are to be withdrawn: trading would cost the seller money."""
    barred: Final[Sequence[Quote]] = ()
    """Quotes in its way that are to be withdrawn: their owners may not trade any more."""


NOTHING = Search()
"""What a quote meets that reaches no other."""


def nobody_is_busy(_: UserId) -> bool:
    """Pass over no bid because its buyer has too many unpaid orders."""
    return False


def search(
    incoming: Incoming,
    reached: Iterable[Quote],
    stored: Stored,
    now: datetime,
    rules: MarketRules,
    is_busy: Callable[[UserId], bool] = nobody_is_busy,
) -> Search:
    """Look through the resting quotes that it reaches, by priority, for one to trade with.

    `is_busy` says of a buyer whether their bids are passed over for now.
    """
    counterpart = own = busy = None
    expired, held_up, unpayable, barred = [], [], [], []
    for resting in reached:
        if resting.expires_at <= now:
            expired.append(resting)
        elif resting.user_id == incoming.user_id:
            own = own or resting
        elif not stored.may_trade(resting.user_id, resting.side):
            barred.append(resting)
        elif rules.loses_money(incoming.price_with(resting)):
            unpayable.append(resting)
        elif resting.side is Side.BID and is_busy(resting.user_id):
            if stored.keeps_others_waiting(resting.user_id, rules.max_unpaid_orders):
                held_up.append(resting)
            else:
                busy = busy or resting
        else:
            counterpart = resting
            break
    return Search(counterpart, own, busy, expired, held_up, unpayable, barred)


def search_side(
    incoming: Incoming,
    resting: BookSide,
    shard: Shard,
    stored: Stored,
    now: datetime,
    *,
    is_busy: Callable[[UserId], bool] = nobody_is_busy,
) -> Search:
    """Search the other side of a book, and clear quotes out of the way that may not trade.

    Expired quotes end. Quotes are withdrawn that would leave their seller less than nothing, and
    bids of buyers who have too many unpaid orders for a cause of their own; and of owners who may
    not trade any more, every quote on these sides, as will be asked for anyway.
    """
    shard.expire_best(resting, now)
    if resting.best_within(incoming.amount) is None:
        return NOTHING
    reached = resting.within(incoming.amount)
    found = search(incoming, reached, stored, now, shard.rules, is_busy)
    for quote in found.expired:
        shard.end(quote, QuoteStatus.EXPIRED)
    if found.held_up:
        withdraw(found.held_up, WithdrawalReason.UNPAID_ORDERS, None, shard)
    if found.unpayable:
        withdraw(found.unpayable, WithdrawalReason.OUTSIDE_RULES, None, shard)
    for owner in dict.fromkeys(quote.user_id for quote in found.barred):
        theirs = standing_of(owner, stored.barred[owner], shard, stored)
        withdraw(theirs, stored.reason_to_withdraw(owner), None, shard)
    return found
