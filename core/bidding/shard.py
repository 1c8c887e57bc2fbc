"""The books of one shard, and what commands do to them in memory."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from ...ports.books import Batch
from ...ports.idempotency_keys import IdempotencyKey
from ...ports.ids import Ids
from ...ports.language.errors import (
    IdempotencyKeyReused,
    NoCounterpart,
    QuoteNotActive,
    SelfTrade,
    TooManyOpenQuotes,
)
from ...ports.language.events import LowestAskChanged, QuotesWithdrawn
from ...ports.language.ids import OrderId, QuoteId, UserId
from ...ports.language.market import (
    BookChange,
    BookKey,
    BookView,
    LevelChange,
    Match,
    Quote,
    QuoteStatus,
    Side,
    TimeInForce,
    WithdrawalReason,
    WithdrawnQuote,
)
from ...ports.language.money import Cents
from ...ports.language.rules import MarketRules
from ...ports.matching import Placement, PlaceQuote
from .order_book import OrderBook


@dataclass(slots=True)
class Shard:
    """Applies commands, one after the other, to the books in memory and notes them in `batch`.

    A command that raises has changed nothing, and used up no arrival number, but for quotes that
    expired. The caller commits the batch and calls `begin_batch`; if the commit fails, the books
    that were touched are loaded again.
    """

    ids: Ids
    rules: MarketRules
    sequence: int = 0
    """The last used arrival number."""
    books: dict[BookKey, OrderBook] = field(default_factory=dict)
    batch: Batch = field(default_factory=lambda: Batch(sequence=0))
    _standing: dict[tuple[UserId, Side], dict[QuoteId, Quote]] = field(default_factory=dict)
    """Every active quote, by its owner."""
    _views: dict[BookKey, int] = field(default_factory=dict)
    _touched: dict[tuple[BookKey, Side, Cents], None] = field(default_factory=dict)
    _lowest_asks: dict[BookKey, Cents | None] = field(default_factory=dict)
    """What they were when the batch began, of the books whose asks it touched."""
    _keys: dict[tuple[UserId, str, str], IdempotencyKey] = field(default_factory=dict)

    # ---- loading -------------------------------------------------------------------------

    def load(self, quotes: Iterable[Quote]) -> None:
        """Let stored quotes rest, and start afresh."""
        for quote in quotes:
            self._rest(quote)
        self.begin_batch()

    def forget(self, books: Iterable[BookKey]) -> None:
        """Empty some books, so that they can be loaded again."""
        for key in books:
            for quote in self.books.pop(key, ()):
                self._disown(quote)

    # ---- batches -------------------------------------------------------------------------

    def begin_batch(self) -> None:
        """Start afresh with nothing to commit and nothing to publish."""
        self.batch = Batch(sequence=self.sequence)
        self._touched = {}
        self._lowest_asks = {}
        self._keys = {}

    @property
    def touched_books(self) -> list[BookKey]:
        """The books that this batch changed, each once."""
        return list(dict.fromkeys(book for book, _, _ in self._touched))

    def publications(self) -> list[BookView | BookChange]:
        """Return what the public is to be told of this batch: once for each book that it touched.

        The first word on a book is its whole view, at the shard's sequence; every later one is a
        change, numbered on by one. As each batch that touches a book uses up an arrival number at
        least, a book never outruns the sequence, and numbers stay in order over a restart.
        """
        levels: dict[BookKey, list[LevelChange]] = {}
        for key, side, price in self._touched:
            quantity = self._book(key).quantity(side, price)
            levels.setdefault(key, []).append(LevelChange(side, price, quantity))
        return [self._publication(key, tuple(changed)) for key, changed in levels.items()]

    def lowest_ask_changes(self, now: datetime) -> list[LowestAskChanged]:
        """Return what is to be told with this batch of the lowest asks: a net change once a book.

        A batch begins as the store is, so a book's events continue one another, whatever fails.
        """
        return [
            LowestAskChanged(key, before, lowest_ask, changed_at=now)
            for key, before in self._lowest_asks.items()
            if (lowest_ask := self._lowest_ask(key)) != before
        ]

    def view(self, key: BookKey) -> BookView:
        """Return the whole of a book, numbered so that everybody takes it for news."""
        book = self._book(key)
        self._views[key] = self.sequence
        return BookView(key, self.sequence, book.levels(Side.BID), book.levels(Side.ASK))

    # ---- looking up ----------------------------------------------------------------------

    def find(self, quote: Quote) -> Quote | None:
        """Return the quote that rests with this one's side, amount and arrival number."""
        book = self.books.get(quote.book)
        return book.find(quote) if book is not None else None

    def standing(self, user_id: UserId, sides: Collection[Side]) -> list[Quote]:
        """Return the active quotes of a user on some sides, in order of arrival."""
        quotes = [q for side in sides for q in self._standing.get((user_id, side), {}).values()]
        return sorted(quotes, key=lambda quote: quote.sequence)

    def noted(self, quote_id: QuoteId) -> Quote | None:
        """Return the quote as this batch leaves it, if the batch changed it."""
        return self.batch.added.get(quote_id) or self.batch.changed.get(quote_id)

    def answered(self, key: IdempotencyKey) -> Placement | IdempotencyKeyReused | None:
        """Return what this batch answered to the key, or that it was another request's."""
        used = self._keys.get(key.name)
        if used is None:
            return None
        return self.batch.answers[used] if used == key else IdempotencyKeyReused(key=key.key)

    # ---- commands ------------------------------------------------------------------------

    def place(self, command: PlaceQuote, now: datetime) -> Placement:
        """Match a new quote or let it rest. Raises SelfTrade, NoCounterpart, TooManyOpenQuotes."""
        counterpart = self._counterpart(command, command.amount, now)
        if counterpart is None:
            self._check_may_rest(command)
        quote = Quote(
            id=command.id,
            side=command.side,
            user_id=command.user_id,
            book=command.book,
            amount=command.amount,
            sequence=self._next_arrival(),
            created_at=now,
            expires_at=command.expires_at,
            time_in_force=command.time_in_force,
        )
        placement = self._enter(quote, counterpart, now)
        self.batch.added[quote.id] = placement.quote
        if (key := command.idempotency_key) is not None:
            self._keys[key.name] = key
            self.batch.answers[key] = placement
        return placement

    def reprice(
        self, quote: Quote, amount: Cents | None, expires_at: datetime | None, now: datetime
    ) -> Placement:
        """Move a resting quote to the back of another queue. Raises QuoteNotActive, SelfTrade."""
        if quote.expires_at <= now:
            raise QuoteNotActive(id=quote.id, side=quote.side, status=QuoteStatus.EXPIRED)
        amount = quote.amount if amount is None else amount
        counterpart = self._counterpart(quote, amount, now)
        arrival = self._next_arrival()
        moved = replace(
            quote,
            amount=amount,
            expires_at=expires_at or quote.expires_at,
            sequence=quote.sequence if amount == quote.amount else arrival,
        )
        self._leave(quote)
        placement = self._enter(moved, counterpart, now)
        self._note(placement.quote)
        return placement

    def end(self, quote: Quote, status: QuoteStatus) -> Quote:
        """Take a resting quote out of its book for good."""
        self._next_arrival()
        self._leave(quote)
        ended = replace(quote, status=status)
        self._note(ended)
        return ended

    def withdraw(
        self, quotes: Sequence[Quote], reason: WithdrawalReason, note: str | None
    ) -> Sequence[Quote]:
        """Cancel active quotes of one user, and have the user told of all of them at once."""
        cancelled = [self.end(quote, QuoteStatus.CANCELLED) for quote in quotes]
        if cancelled:
            named = cancelled[: QuotesWithdrawn.NAMED]
            withdrawn = (WithdrawnQuote(q.id, q.side, q.book, q.amount) for q in named)
            self.batch.events.append(
                QuotesWithdrawn(
                    user_id=cancelled[0].user_id,
                    reason=reason,
                    note=note,
                    count=len(cancelled),
                    quotes=tuple(withdrawn),
                )
            )
        return cancelled

    def unwind(
        self, match: Match, bid: Quote, ask: Quote, now: datetime, *, ask_returns: bool
    ) -> None:
        """Undo a match; see the port."""
        self._next_arrival()
        self.batch.unwound.append(match.id)
        self._note(replace(bid, status=QuoteStatus.CANCELLED))
        cancelled = replace(ask, status=QuoteStatus.CANCELLED)
        self._note(self._returned(ask, now) if ask_returns else cancelled)

    # ---- what commands are made of -------------------------------------------------------

    def _returned(self, ask: Quote, now: datetime) -> Quote:
        """Return what becomes of an ask whose match is undone, if it may be for sale again."""
        if ask.expires_at <= now:
            return replace(ask, status=QuoteStatus.EXPIRED)
        try:
            counterpart = self._counterpart(ask, ask.amount, now)
        except SelfTrade:
            # Its owner bid for the same pair meanwhile. The book may not be crossed, nor the bid,
            # which did no wrong, be touched: the ask does not return.
            return replace(ask, status=QuoteStatus.CANCELLED)
        ask = replace(ask, status=QuoteStatus.ACTIVE, match_id=None)
        return self._enter(ask, counterpart, now).quote

    def _counterpart(self, quote: Quote | PlaceQuote, amount: Cents, now: datetime) -> Quote | None:
        """Return whom a quote would trade with at an amount. Raises SelfTrade."""
        self._expire_best(quote.book, quote.side.opposite, now)
        counterpart = self._book(quote.book).counterpart(quote.side, amount)
        if counterpart is not None and counterpart.user_id == quote.user_id:
            raise SelfTrade(resting_id=counterpart.id)
        return counterpart

    def _check_may_rest(self, command: PlaceQuote) -> None:
        """Raise NoCounterpart or TooManyOpenQuotes if a quote that cannot trade is refused."""
        if command.time_in_force is TimeInForce.IOC:
            best = self._book(command.book).best(command.side.opposite)
            raise NoCounterpart(best=best.amount if best else None)
        limit = self.rules.max_open_quotes
        if len(self._standing.get((command.user_id, command.side), ())) >= limit:
            raise TooManyOpenQuotes(side=command.side, limit=limit)

    def _enter(self, quote: Quote, counterpart: Quote | None, now: datetime) -> Placement:
        if counterpart is not None:
            return self._trade(quote, counterpart, now)
        self._rest(quote)
        return Placement(quote)

    def _trade(self, taker: Quote, maker: Quote, now: datetime) -> Placement:
        bid, ask = (taker, maker) if taker.side is Side.BID else (maker, taker)
        match = Match(
            id=OrderId(self.ids.new()),
            bid_id=bid.id,
            ask_id=ask.id,
            buyer_id=bid.user_id,
            seller_id=ask.user_id,
            book=taker.book,
            price=maker.amount,
            matched_at=now,
            maker=maker.side,
        )
        self._leave(maker)
        self._note(replace(maker, status=QuoteStatus.MATCHED, match_id=match.id))
        self.batch.matches.append(match)
        return Placement(replace(taker, status=QuoteStatus.MATCHED, match_id=match.id), match)

    def _expire_best(self, key: BookKey, side: Side, now: datetime) -> None:
        book = self._book(key)
        while (best := book.best(side)) is not None and best.expires_at <= now:
            self.end(best, QuoteStatus.EXPIRED)

    def _rest(self, quote: Quote) -> None:
        self._touch(quote)
        self._book(quote.book).add(quote)
        self._standing.setdefault((quote.user_id, quote.side), {})[quote.id] = quote

    def _leave(self, quote: Quote) -> None:
        self._touch(quote)
        self._book(quote.book).remove(quote)
        self._disown(quote)

    def _touch(self, quote: Quote) -> None:
        """Note what is about to change."""
        self._touched[quote.book, quote.side, quote.amount] = None
        if quote.side is Side.ASK and quote.book not in self._lowest_asks:
            self._lowest_asks[quote.book] = self._lowest_ask(quote.book)

    def _note(self, quote: Quote) -> None:
        where = self.batch.added if quote.id in self.batch.added else self.batch.changed
        where[quote.id] = quote

    def _disown(self, quote: Quote) -> None:
        owner = (quote.user_id, quote.side)
        del self._standing[owner][quote.id]
        if not self._standing[owner]:
            del self._standing[owner]

    def _book(self, key: BookKey) -> OrderBook:
        book = self.books.get(key)
        if book is None:
            book = self.books[key] = OrderBook()
        return book

    def _lowest_ask(self, key: BookKey) -> Cents | None:
        best = self._book(key).best(Side.ASK)
        return None if best is None else best.amount

    def _next_arrival(self) -> int:
        self.sequence += 1
        self.batch.sequence = self.sequence
        return self.sequence

    def _publication(self, key: BookKey, levels: tuple[LevelChange, ...]) -> BookView | BookChange:
        if key not in self._views:
            return self.view(key)
        self._views[key] += 1
        return BookChange(key, self._views[key], levels)
