"""Unwind matches, and return their asks to the books."""

from dataclasses import dataclass, replace
from datetime import datetime

from ...ports.language.errors import InvalidSize, NotFound, OutOfRange, OutsideTick
from ...ports.language.events import MatchUnwound
from ...ports.language.ids import OrderId
from ...ports.language.market import (
    AskFate,
    BookKey,
    MatchStatus,
    Quote,
    QuoteStatus,
    Side,
    TimeInForce,
    WithdrawalReason,
    parse_size,
)
from ...ports.language.rules import MarketRules
from .commands import Command
from .counterparts import Incoming, search_side
from .shard import Shard
from .stored import Stored, Wanted


@dataclass(frozen=True, slots=True)
class Unwind(Command[None]):
    """Unwind a match whose order was cancelled, and report what its ask became."""

    match: OrderId
    book: BookKey
    ask_returns: bool

    def ask_for(self, wanted: Wanted, shard: Shard) -> None:
        """Request the match, its quotes, and whether its seller may trade."""
        wanted.matches.add(self.match)
        wanted.books.add(self.book)

    def returns(self, stored: Stored) -> Quote | None:
        """Return the match's ask, or None if there is no such match."""
        match = stored.matches.get(self.match)
        return stored.quotes[match.ask_id] if match is not None else None

    def apply(self, shard: Shard, stored: Stored, now: datetime) -> None:
        """Unwind the match; idempotent. Raises NotFound."""
        match = stored.matches.get(self.match)
        if match is None:
            raise NotFound(what="match", id=self.match)
        if match.status is MatchStatus.UNWOUND or self.match in shard.batch.unwound:
            return
        shard.next_arrival()
        shard.batch.unwound.append(match.id)
        bid, ask = stored.quotes[match.bid_id], stored.quotes[match.ask_id]
        shard.note(replace(bid, status=QuoteStatus.CANCELLED))
        if self.ask_returns:
            fate, withdrawal = return_to_book(ask, shard, stored, now)
        else:
            shard.note(replace(ask, status=QuoteStatus.CANCELLED))
            fate, withdrawal = AskFate.ENDED, None
        shard.tell(MatchUnwound(match.id, fate, withdrawal))


def return_to_book(
    ask: Quote, shard: Shard, stored: Stored, now: datetime
) -> tuple[AskFate, WithdrawalReason | None]:
    """Return an ask to its book, where it may trade at once, and return what it became.

    The ask keeps its sequence number. So it gets its earlier place in the queue, and trades with
    later bids at its own amount. It skips bids of its owner, but ignores how many unpaid orders a
    buyer has. If the book is halted, the ask waits.
    """
    reason = reason_to_stay_out(ask, stored, shard.rules)
    if reason is None and ask.expires_at <= now:
        shard.note(replace(ask, status=QuoteStatus.EXPIRED))
        return AskFate.EXPIRED, None
    if reason is None and shard.halts.cover(ask.book):
        shard.wait(replace(ask, status=QuoteStatus.WAITING, match_id=None))
        return AskFate.WAITING, None
    counterpart = None
    if reason is None:
        incoming = Incoming(ask.user_id, Side.ASK, ask.amount, ask.sequence)
        found = search_side(incoming, shard.book(ask.book).bids, shard, stored, now)
        counterpart = found.counterpart
        if counterpart is None and found.own is not None:
            reason = WithdrawalReason.OWN_COUNTERPART
    if reason is not None:
        shard.note(replace(ask, status=QuoteStatus.CANCELLED))
        return AskFate.WITHDRAWN, reason
    active = replace(ask, status=QuoteStatus.ACTIVE, match_id=None)
    shard.note(shard.enter(active, counterpart, now, shard.book(ask.book)).quote)
    return AskFate.RETURNED if counterpart is None else AskFate.TRADED, None


def reason_to_stay_out(ask: Quote, stored: Stored, rules: MarketRules) -> WithdrawalReason | None:
    """Return why an ask may not return, regardless of the quotes in its book, or None."""
    if ask.time_in_force is TimeInForce.IOC:
        return WithdrawalReason.IMMEDIATE_OR_CANCEL
    if not stored.may_trade(ask.user_id, Side.ASK):
        return WithdrawalReason.SUSPENDED
    try:
        rules.check_amount(ask.amount)
        parse_size(ask.book.size)
    except (OutOfRange, OutsideTick):
        return WithdrawalReason.OUTSIDE_RULES
    except InvalidSize:
        return WithdrawalReason.INVALID_SIZE
    return WithdrawalReason.OUTSIDE_RULES if rules.loses_money(ask.amount) else None
