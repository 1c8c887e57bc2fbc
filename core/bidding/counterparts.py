"""Find the counterpart of an incoming quote, and the price of the trade."""

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
    """An incoming quote: what matching needs to know about it.

    A `sequence` of None means that it arrives now, so every resting quote has priority over it.
    """

    user_id: Final[UserId]
    side: Final[Side]
    amount: Final[Cents]
    sequence: Final[int | None] = None

    def price_with(self, resting: Quote) -> Cents:
        """Return the price of a trade with a resting quote: the amount of the earlier one."""
        if self.sequence is None or resting.sequence < self.sequence:
            return resting.amount
        return self.amount


@dataclass(slots=True, unsafe_hash=True)  # ADR 0050
class Search:
    """The result of searching the resting quotes that an incoming quote reaches."""

    counterpart: Final[Quote | None] = None
    """The best resting quote that it may trade with."""
    own: Final[Quote | None] = None
    """The best resting quote that it skipped because both have the same owner."""
    busy: Final[Quote | None] = None
    """The best bid that it skipped because the buyer has too many unpaid orders."""
    expired: Final[Sequence[Quote]] = ()
    """Skipped quotes that have expired and must leave the book."""
    held_up: Final[Sequence[Quote]] = ()
    """Skipped bids to withdraw, because the buyers themselves leave too many orders unpaid."""
    unpayable: Final[Sequence[Quote]] = ()
    """Skipped quotes to withdraw, because the seller would lose money on the trade."""
    barred: Final[Sequence[Quote]] = ()
    """Skipped quotes to withdraw, because the owners may no longer trade."""


NOTHING = Search()
"""The result for a quote that reaches no resting quote."""


def nobody_is_busy(_: UserId) -> bool:
    """Return False: the search skips no bid because of unpaid orders."""
    return False


def search(
    incoming: Incoming,
    reached: Iterable[Quote],
    stored: Stored,
    now: datetime,
    rules: MarketRules,
    is_busy: Callable[[UserId], bool] = nobody_is_busy,
) -> Search:
    """Search the resting quotes that `incoming` reaches for a counterpart, best first.

    `is_busy` returns whether to skip a buyer's bids for now.
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
    """Search one side of a book, and remove the quotes found there that can no longer trade.

    Expires quotes that are due. Withdraws quotes whose trade would give the seller a negative
    payout, and bids of buyers who themselves leave too many orders unpaid. If an owner may no
    longer trade, withdraws all their quotes on the barred sides at once, because a later event
    will request that anyway.
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
