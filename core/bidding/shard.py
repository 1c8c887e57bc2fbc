"""The books of one shard in memory, and the batch of changes that is to be committed next."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from ...ports.books import Batch
from ...ports.idempotency_keys import IdempotencyKey
from ...ports.ids import Ids
from ...ports.language.errors import BookHalted, IdempotencyKeyReused
from ...ports.language.events import Event, LowestAskChanged
from ...ports.language.halts import Halt
from ...ports.language.ids import HaltId, OrderId, QuoteId, UserId
from ...ports.language.market import (
    BookChange,
    BookKey,
    BookView,
    LevelChange,
    Match,
    Quote,
    QuoteStatus,
    Side,
)
from ...ports.language.money import Cents
from ...ports.language.rules import MarketRules
from ...ports.matching import Placement
from .order_book import OrderBook
from .standing_halts import StandingHalts


@dataclass(slots=True)
class Shard:
    """Changes the books in memory, one command after the other, and notes it in `batch`.

    The commands decide; the shard keeps books, batch and views in step. A command that raises has
    changed nothing, and used up no arrival number, but for quotes in its way that may not trade any
    more. The caller commits the batch and calls `begin_batch`; if the commit fails, the books that
    were touched are loaded again.
    """

    ids: Ids
    rules: MarketRules
    sequence: int = 0
    """The last used arrival number."""
    books: dict[BookKey, OrderBook] = field(default_factory=dict)
    halts: StandingHalts = field(default_factory=StandingHalts)
    batch: Batch = field(default_factory=lambda: Batch(sequence=0))
    _standing: dict[tuple[UserId, Side], dict[QuoteId, Quote]] = field(default_factory=dict)
    """Every quote that rests or waits, by its owner."""
    _waiting: dict[BookKey, dict[QuoteId, Quote]] = field(default_factory=dict)
    """Asks that wait until their book opens."""
    _views: dict[BookKey, int] = field(default_factory=dict)
    _touched: dict[tuple[BookKey, Side, Cents], None] = field(default_factory=dict)
    _lowest_asks: dict[BookKey, Cents | None] = field(default_factory=dict)
    """What they were when the batch began, of the books whose asks it touched."""
    _bought: Counter[UserId] = field(default_factory=Counter)
    """How often each buyer traded in this batch."""
    _keys: dict[tuple[UserId, str, str], IdempotencyKey] = field(default_factory=dict)

    # ---- loading -------------------------------------------------------------------------

    def load(self, quotes: Iterable[Quote]) -> None:
        """Let stored quotes rest or wait, and start afresh."""
        for quote in quotes:
            if quote.status is QuoteStatus.WAITING:
                self._let_wait(quote)
            else:
                self.rest(quote)
        self.begin_batch()

    def forget(self, books: Iterable[BookKey]) -> None:
        """Empty some books, so that they can be loaded again."""
        for key in books:
            for quote in (*self.books.pop(key, ()), *self._waiting.pop(key, {}).values()):
                self._disown(quote)

    # ---- batches -------------------------------------------------------------------------

    def begin_batch(self) -> None:
        """Start afresh with nothing to commit and nothing to publish."""
        self.batch = Batch(sequence=self.sequence)
        self._touched = {}
        self._lowest_asks = {}
        self._bought = Counter()
        self._keys = {}

    @property
    def touched_books(self) -> list[BookKey]:
        """The books that this batch changed, each once."""
        touched = dict.fromkeys(book for book, _, _ in self._touched)
        return list(touched | dict.fromkeys(quote.book for quote in self.batch.changed.values()))

    def publications(self) -> list[BookView | BookChange]:
        """Return what the public is to be told of this batch: once for each book that it touched.

        The first word on a book is its whole view, at the shard's sequence; every later one is a
        change, numbered on by one. As each batch that touches a book uses up an arrival number at
        least, a book never outruns the sequence, and numbers stay in order over a restart.
        """
        levels: dict[BookKey, list[LevelChange]] = {}
        for key, side, price in self._touched:
            quantity = self.book(key).quantity(side, price)
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
        book = self.book(key)
        self._views[key] = self.sequence
        return BookView(key, self.sequence, book.levels(Side.BID), book.levels(Side.ASK))

    # ---- looking up ----------------------------------------------------------------------

    def find(self, quote: Quote) -> Quote | None:
        """Return the quote that rests with this one's side, amount and arrival number, or waits."""
        waiting = self._waiting.get(quote.book, {}).get(quote.id)
        if waiting is not None:
            return waiting
        book = self.books.get(quote.book)
        return book.find(quote) if book is not None else None

    def book(self, key: BookKey) -> OrderBook:
        """Return a book, an empty one if nobody ever placed anything in it."""
        book = self.books.get(key)
        if book is None:
            book = self.books[key] = OrderBook()
        return book

    def standing(self, user_id: UserId, sides: Collection[Side]) -> list[Quote]:
        """Return the quotes of a user that rest or wait on some sides, in order of arrival."""
        quotes = [q for side in sides for q in self._standing.get((user_id, side), {}).values()]
        return sorted(quotes, key=lambda quote: quote.sequence)

    def count_standing(self, user_id: UserId, side: Side) -> int:
        """Return how many quotes of a user rest or wait on one side of all books."""
        return len(self._standing.get((user_id, side), ()))

    def owners(self, key: BookKey, side: Side, amount: Cents, most: int) -> set[UserId]:
        """Return the first owners, up to `most`, of what one reaches that comes to a book."""
        owners: set[UserId] = set()
        book = self.books.get(key)
        for quote in book.reached(side, amount) if book is not None else ():
            owners.add(quote.user_id)
            if len(owners) == most:
                break
        return owners

    def bought(self, user_id: UserId) -> int:
        """Return how many orders of a buyer this batch opens."""
        return self._bought[user_id]

    def waiting_for(self, halt: Halt) -> list[Quote]:
        """Return the asks that wait in the books of a halt, in order of arrival."""
        books = [book for book in self._waiting if halt.covers(book)]
        asks = [ask for book in books for ask in self._waiting[book].values()]
        return sorted(asks, key=lambda ask: ask.sequence)

    def is_waiting(self, ask: Quote) -> bool:
        """Return whether an ask waits until its book opens."""
        return ask.id in self._waiting.get(ask.book, {})

    def check_open(self, key: BookKey) -> None:
        """Raise BookHalted if nothing trades in the book for now."""
        if self.halts.cover(key):
            raise BookHalted(product_id=key.product_id, size=key.size, condition=key.condition)

    def halt(self, halt_id: HaltId) -> Halt | None:
        """Return a halt that stands, or as this batch leaves it."""
        return self.batch.halts.get(halt_id) or self.halts.get(halt_id)

    def all_standing(self) -> Iterator[Quote]:
        """Yield every quote that rests or waits, one owner after the other."""
        for quotes in self._standing.values():
            yield from quotes.values()

    def noted(self, quote_id: QuoteId) -> Quote | None:
        """Return the quote as this batch leaves it, if the batch changed it."""
        return self.batch.added.get(quote_id) or self.batch.changed.get(quote_id)

    def answered(self, key: IdempotencyKey) -> Placement | IdempotencyKeyReused | None:
        """Return what this batch answered to the key, or that it was another request's."""
        used = self._keys.get(key.name)
        if used is None:
            return None
        return self.batch.answers[used] if used == key else IdempotencyKeyReused(key=key.key)

    # ---- what commands are made of -------------------------------------------------------

    def next_arrival(self) -> int:
        """Use up an arrival number. Whatever touches a book does so at least once."""
        self.sequence += 1
        self.batch.sequence = self.sequence
        return self.sequence

    def enter(self, quote: Quote, counterpart: Quote | None, now: datetime) -> Placement:
        """Let a quote trade with its counterpart, or rest if there is none."""
        if counterpart is not None:
            return self._trade(quote, counterpart, now)
        self.rest(quote)
        return Placement(quote)

    def rest(self, quote: Quote) -> None:
        """Add an active quote to its book."""
        self._touch(quote)
        self.book(quote.book).add(quote)
        self._own(quote)

    def leave(self, quote: Quote) -> None:
        """Take a resting quote out of its book."""
        self._touch(quote)
        self.book(quote.book).remove(quote)
        self._disown(quote)

    def end(self, quote: Quote, status: QuoteStatus) -> Quote:
        """Let a quote that rests or waits do so no more, for good."""
        self.next_arrival()
        if quote.status is QuoteStatus.WAITING:
            self.stop_waiting(quote)
        else:
            self.leave(quote)
        ended = replace(quote, status=status)
        self.note(ended)
        return ended

    def wait(self, ask: Quote) -> None:
        """Let an ask wait until its book opens."""
        self._let_wait(ask)
        self.note(ask)

    def stop_waiting(self, ask: Quote) -> None:
        """Let an ask that waits do so no more."""
        waiting = self._waiting[ask.book]
        del waiting[ask.id]
        if not waiting:
            del self._waiting[ask.book]
        self._disown(ask)

    def note_halt(self, halt: Halt) -> None:
        """Let a halt begin or end."""
        self.batch.halts[halt.id] = halt
        if halt.stands:
            self.halts.add(halt)
        else:
            self.halts.remove(halt)

    def expire_best(self, key: BookKey, side: Side, now: datetime) -> None:
        """End the quotes at the front of one side whose time is over."""
        while (best := self.book(key).best(side)) is not None and best.expires_at <= now:
            self.end(best, QuoteStatus.EXPIRED)

    def add(self, placement: Placement, key: IdempotencyKey | None) -> None:
        """Note a new quote, and the answer to the key that it was placed under."""
        self.batch.added[placement.quote.id] = placement.quote
        if key is not None:
            self._keys[key.name] = key
            self.batch.answers[key] = placement

    def note(self, quote: Quote) -> None:
        """Note a quote that changed."""
        where = self.batch.added if quote.id in self.batch.added else self.batch.changed
        where[quote.id] = quote

    def tell(self, event: Event) -> None:
        """Note an event, to be committed with the batch."""
        self.batch.events.append(event)

    # ---- keeping in step -----------------------------------------------------------------

    def _trade(self, taker: Quote, resting: Quote, now: datetime) -> Placement:
        bid, ask = (taker, resting) if taker.side is Side.BID else (resting, taker)
        first = min(bid, ask, key=lambda quote: quote.sequence)
        match = Match(
            id=OrderId(self.ids.new()),
            bid_id=bid.id,
            ask_id=ask.id,
            buyer_id=bid.user_id,
            seller_id=ask.user_id,
            book=taker.book,
            price=first.amount,
            matched_at=now,
            maker=first.side,
        )
        self.leave(resting)
        self.note(replace(resting, status=QuoteStatus.MATCHED, match_id=match.id))
        self.batch.matches.append(match)
        self._bought[bid.user_id] += 1
        return Placement(replace(taker, status=QuoteStatus.MATCHED, match_id=match.id), match)

    def _touch(self, quote: Quote) -> None:
        """Note what is about to change."""
        self._touched[quote.book, quote.side, quote.amount] = None
        if quote.side is Side.ASK and quote.book not in self._lowest_asks:
            self._lowest_asks[quote.book] = self._lowest_ask(quote.book)

    def _let_wait(self, ask: Quote) -> None:
        self._waiting.setdefault(ask.book, {})[ask.id] = ask
        self._own(ask)

    def _own(self, quote: Quote) -> None:
        self._standing.setdefault((quote.user_id, quote.side), {})[quote.id] = quote

    def _disown(self, quote: Quote) -> None:
        owner = (quote.user_id, quote.side)
        del self._standing[owner][quote.id]
        if not self._standing[owner]:
            del self._standing[owner]

    def _lowest_ask(self, key: BookKey) -> Cents | None:
        best = self.book(key).best(Side.ASK)
        return None if best is None else best.amount

    def _publication(self, key: BookKey, levels: tuple[LevelChange, ...]) -> BookView | BookChange:
        if key not in self._views:
            return self.view(key)
        self._views[key] += 1
        return BookChange(key, self._views[key], levels)
