"""Place and reprice quotes."""

from dataclasses import dataclass, replace
from datetime import datetime

from ...ports.language.errors import (
    CounterpartBusy,
    IdempotencyKeyReused,
    NoCounterpart,
    QuoteNotActive,
    SelfTrade,
    TooManyOpenQuotes,
    TooManyUnpaidOrders,
)
from ...ports.language.ids import QuoteId, UserId
from ...ports.language.market import Quote, QuoteStatus, Side, TimeInForce
from ...ports.language.money import Cents
from ...ports.language.placement import Placement, PlaceQuote
from .book_side import BookSide
from .commands import Command, OnStanding
from .counterparts import Incoming, search, search_side
from .shard import Shard
from .stored import Stored, Wanted

_BID, _IOC = Side.BID, TimeInForce.IOC  # an enum's members are slow to look up
_BUSY_FOR = 5.0
"""Seconds to wait before retrying an ask that reached only bids of busy buyers."""


@dataclass(frozen=True, slots=True)
class Place(Command[Placement]):
    """Place a new quote; idempotent by its id and by its idempotency key."""

    command: PlaceQuote

    def ask_for(self, wanted: Wanted, shard: Shard) -> None:
        """Request earlier answers, and what decides who the quote trades with."""
        command = self.command
        wanted.placed.append(command.id)
        if command.time_in_force is not _IOC:
            wanted.may_open = True
        wanted.trade(command.user_id, command.side, command.book, command.amount)
        if command.idempotency_key is not None:
            wanted.keys.add(command.idempotency_key)

    def apply(self, shard: Shard, stored: Stored, now: datetime) -> Placement:
        """Return the placement, the earlier one if repeated. See the port for refusals."""
        command, key = self.command, self.command.idempotency_key
        if key is not None:
            earlier = stored.answers.get(key) or shard.answered(key)
            if isinstance(earlier, IdempotencyKeyReused):
                raise earlier
            if earlier is not None:
                return replace(earlier, replayed=True)
        made = _made_before(command.id, shard, stored)
        if made is not None:
            return made
        if stored.barred:
            stored.check_may_trade(command.user_id, command.side)
        shard.check_open(command.book)
        book = shard.book(command.book)
        others = book.asks if command.side is _BID else book.bids
        counterpart = None
        if not others.is_clear(command.amount, now):
            incoming = Incoming(command.user_id, command.side, command.amount)
            counterpart = counterpart_of(incoming, others, shard, stored, now)
        if counterpart is None:
            self._check_may_rest(others, shard, stored, now)
        quote = Quote(
            command.id,
            command.side,
            command.user_id,
            book.key,  # all quotes of the book share one key object
            command.amount,
            shard.next_arrival(),
            created_at=now,
            expires_at=command.expires_at,
            time_in_force=command.time_in_force,
        )
        placement = shard.enter(quote, counterpart, now, book)
        shard.add(placement, key)
        return placement

    def _check_may_rest(
        self, others: BookSide, shard: Shard, stored: Stored, now: datetime
    ) -> None:
        """Check that an unmatched quote may rest. Raises NoCounterpart, TooManyOpenQuotes."""
        command = self.command
        if command.time_in_force is _IOC:
            incoming = Incoming(command.user_id, command.side, command.amount)
            # No `stored`: bars were read only for owners within reach, whose quotes are gone now.
            best = search(incoming, others, Stored(), now, shard.rules).counterpart
            raise NoCounterpart(best=best.amount if best else None)
        open_quotes = stored.open_quotes.get((command.user_id, command.side), 0)
        if not shard.may_open(command.user_id, command.side, open_quotes):
            raise TooManyOpenQuotes(side=command.side, limit=shard.rules.max_open_quotes)


def _made_before(quote_id: QuoteId, shard: Shard, stored: Stored) -> Placement | None:
    """Return the current placement of a quote that was placed before, or None.

    Only for quotes that are `Wanted.placed`.
    """
    quote = shard.batch.added.get(quote_id)
    if quote is None and stored.quotes and quote_id in stored.quotes:
        quote = shard.batch.changed.get(quote_id) or stored.quotes[quote_id]
    if quote is None:
        return None
    if quote.match_id is None:
        return Placement(quote, replayed=True)
    match = stored.matches.get(quote.match_id) or shard.match(quote.match_id)
    return Placement(quote, match, replayed=True)


@dataclass(frozen=True, slots=True)
class Reprice(OnStanding[Placement]):
    """Move a resting quote to another amount, another expiry, or both."""

    amount: Cents | None
    expires_at: datetime | None
    again: bool = False

    def ask_for(self, wanted: Wanted, shard: Shard) -> None:
        """Request the quote, and what decides who it trades with."""
        OnStanding.ask_for(self, wanted, shard)
        quote = self.quote
        if self.again:
            wanted.placed.append(quote.id)
        wanted.trade(quote.user_id, quote.side, quote.book, self.amount or quote.amount)

    def apply(self, shard: Shard, stored: Stored, now: datetime) -> Placement:
        """Return the placement; see the port for refusals. An unchanged amount keeps its place."""
        if self.again and (done := self._moved_before(shard, stored)):
            return done
        stored.check_may_trade(self.quote.user_id, self.quote.side)
        quote = self.standing(shard, stored)
        shard.check_open(quote.book)
        if quote.expires_at <= now:
            raise QuoteNotActive(id=quote.id, side=quote.side, status=QuoteStatus.EXPIRED)
        moved, counterpart = quote, None
        if self.amount is not None and self.amount != quote.amount:
            incoming = Incoming(quote.user_id, quote.side, self.amount)
            others = shard.book(quote.book).against(quote.side)
            counterpart = counterpart_of(incoming, others, shard, stored, now)
            moved = replace(quote, amount=self.amount, sequence=shard.sequence + 1)
        moved = replace(moved, expires_at=self.expires_at or quote.expires_at)
        shard.next_arrival()
        shard.leave(quote)
        placement = shard.enter(moved, counterpart, now, shard.book(moved.book))
        shard.note(placement.quote)
        return placement

    def _moved_before(self, shard: Shard, stored: Stored) -> Placement | None:
        """Return the placement of the quote if it is as requested, and stands or has matched."""
        placement = _made_before(self.quote.id, shard, stored)
        if placement is None:
            return None
        quote = placement.quote
        is_there = (
            (quote.status.stands or quote.match_id is not None)
            and self.amount in (None, quote.amount)
            and self.expires_at in (None, quote.expires_at)
        )
        return placement if is_there else None


def counterpart_of(
    incoming: Incoming, others: BookSide, shard: Shard, stored: Stored, now: datetime
) -> Quote | None:
    """Return the best resting quote that a placed or repriced quote trades with, or None.

    Skips quotes of the same owner, and bids of buyers with too many unpaid orders. Raises
    SelfTrade, CounterpartBusy, TooManyUnpaidOrders.
    """
    limit = shard.rules.max_unpaid_orders

    def is_busy(buyer: UserId) -> bool:
        return stored.is_busy(buyer, shard.bought(buyer), limit)

    found = search_side(incoming, others, shard, stored, now, is_busy=is_busy)
    if found.counterpart is not None:
        if incoming.side is Side.BID and is_busy(incoming.user_id):
            raise TooManyUnpaidOrders(limit=limit)
        return found.counterpart
    if found.busy is not None:
        raise CounterpartBusy(retry_after=_BUSY_FOR)
    if found.own is not None:
        raise SelfTrade(resting_id=found.own.id)
    return None
