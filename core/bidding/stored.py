"""What a batch of commands must know of the store, read once for all of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self

from ...ports.books import Books
from ...ports.idempotency_keys import IdempotencyKey
from ...ports.language.errors import IdempotencyKeyReused, TradingBarred, UserSuspended
from ...ports.language.halts import Halt
from ...ports.language.ids import HaltId, OrderId, QuoteId, UserId
from ...ports.language.market import BookKey, Match, Quote, Side
from ...ports.language.money import Cents
from ...ports.matching import Placement
from ...ports.users import Traders


@dataclass(slots=True)
class Wanted:
    """What the commands of a batch ask to be read, each thing once."""

    keys: set[IdempotencyKey] = field(default_factory=set)
    matches: set[OrderId] = field(default_factory=set)
    """Read with their quotes."""
    quotes: set[QuoteId] = field(default_factory=set)
    halts: set[HaltId] = field(default_factory=set)
    traders: set[UserId] = field(default_factory=set)
    """Users who bid or ask in this batch. The sellers of `matches` need not be named."""
    buyers: set[UserId] = field(default_factory=set)
    """Users who may buy in this batch."""
    lowest_asks: dict[BookKey, Cents] = field(default_factory=dict)
    """The lowest amount at which an ask comes to a book: its bidders down to there may buy."""

    def trade(self, user_id: UserId, side: Side, book: BookKey, amount: Cents) -> None:
        """Ask for what decides whom a quote trades with that is placed or repriced."""
        self.traders.add(user_id)
        if side is Side.BID:
            self.buyers.add(user_id)
        else:
            self.lowest_asks[book] = min(amount, self.lowest_asks.get(book, amount))


@dataclass(frozen=True, slots=True)
class Stored:
    """What was read, as it was committed when the batch began."""

    quotes: Mapping[QuoteId, Quote] = field(default_factory=dict)
    matches: Mapping[OrderId, Match] = field(default_factory=dict)
    answers: Mapping[IdempotencyKey, Placement | IdempotencyKeyReused] = field(default_factory=dict)
    barred: Mapping[UserId, frozenset[Side]] = field(default_factory=dict)
    """The sides on which users may not trade, for those who may not."""
    halts: Mapping[HaltId, Halt] = field(default_factory=dict)
    unpaid: Mapping[UserId, int] = field(default_factory=dict)
    """How many orders of buyers await payment, for those who have any."""

    @classmethod
    async def read(cls, wanted: Wanted, books: Books, traders: Traders, now: datetime) -> Self:
        """Read what is wanted: at most once of each kind, but for matches."""
        found = [await books.match(match_id) for match_id in wanted.matches]
        matches = {match.id: match for match in found if match is not None}
        quotes, users = wanted.quotes.copy(), wanted.traders.copy()
        for match in matches.values():
            quotes |= {match.bid_id, match.ask_id}
            users.add(match.seller_id)
        return cls(
            quotes=await books.get(quotes) if quotes else {},
            matches=matches,
            answers=await books.answered(wanted.keys) if wanted.keys else {},
            barred=await traders.barred(users, now) if users else {},
            halts=await books.halts(wanted.halts) if wanted.halts else {},
            unpaid=await books.unpaid_orders(wanted.buyers) if wanted.buyers else {},
        )

    def may_trade(self, user_id: UserId, side: Side) -> bool:
        """Whether a user may trade on a side."""
        return side not in self.barred.get(user_id, ())

    def check_may_trade(self, user_id: UserId, side: Side) -> None:
        """Raise UserSuspended or TradingBarred unless the user may trade on the side."""
        if self.may_trade(user_id, side):
            return
        if self.may_trade(user_id, side.opposite):
            raise TradingBarred(side=side)
        raise UserSuspended
