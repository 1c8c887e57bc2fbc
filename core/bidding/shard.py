"""The books of one shard in memory, and the batch of uncommitted changes."""

from collections.abc import Collection, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime

from ...ports.ids import Ids
from ...ports.language.batch import Batch
from ...ports.language.errors import BookHalted, IdempotencyKeyReused
from ...ports.language.events import Event, LowestAskChanged
from ...ports.language.halts import Halt
from ...ports.language.idempotency import IdempotencyKey
from ...ports.language.ids import HaltId, OrderId, QuoteId, UserId
from ...ports.language.market import (
    BookKey,
    Match,
    Quote,
    QuoteStatus,
    Side,
)
from ...ports.language.money import Cents
from ...ports.language.placement import Placement
from ...ports.language.rules import MarketRules
from .book_side import BookSide
from .shard_book import ShardBook
from .standing_halts import StandingHalts

_BID = Side.BID  # an enum's member is slow to look up
_MATCHED = QuoteStatus.MATCHED
_NOBODY: Set[UserId] = frozenset()


@dataclass(slots=True)
class Shard:
    """Changes the books in memory, one command at a time, and records the changes in `batch`.

    Commands decide; the shard keeps books and batch consistent. A book must be loaded before a
    command uses it. A command that raises has changed nothing and used no sequence number, except
    that it may have removed quotes that can no longer trade. The caller commits the batch and then
    calls `begin_batch`, or `give_up_batch` if the commit failed.
    """

    ids: Ids
    rules: MarketRules
    sequence: int = 0
    """The last sequence number used."""
    books: dict[BookKey, ShardBook] = field(default_factory=dict)
    """The loaded books."""
    halts: StandingHalts = field(default_factory=StandingHalts)
    batch: Batch = field(default_factory=lambda: Batch(sequence=0))
    has_learned_halts: bool = False
    """Whether halts of other engines began or ended in this batch."""
    _waiting: dict[BookKey, dict[QuoteId, Quote]] = field(default_factory=dict)
    """Asks that wait for their halted book to open."""
    _changed: dict[ShardBook, None] = field(default_factory=dict)
    """The books whose resting quotes this batch changed."""
    _entered: list[Quote] = field(default_factory=list)
    """Quotes that started to rest or to wait in this batch."""
    _left: list[Quote] = field(default_factory=list)
    """Quotes that stopped resting or waiting in this batch."""
    _bought: dict[UserId, int] = field(default_factory=dict)
    """The number of matches of each buyer in this batch."""
    _keys: dict[tuple[UserId, str], IdempotencyKey] = field(default_factory=dict)

    # ---- loading -------------------------------------------------------------------------

    def add_book(self, key: BookKey, quotes: Iterable[Quote]) -> ShardBook:
        """Add a book with its stored quotes. It must not be loaded yet."""
        assert key not in self.books, f"{key} is loaded already"
        active = (quote for quote in quotes if quote.status is QuoteStatus.ACTIVE)
        book = self.books[key] = ShardBook(key, active)
        return book

    def begin(self, sequence: int) -> None:
        """Start with no books, after the last stored sequence number."""
        self.sequence = sequence
        self.begin_batch()

    def have_halts(self, halts: Iterable[Halt], waiting: Iterable[Quote]) -> None:
        """Replace the halts and the waiting asks by those in the store."""
        self.halts = StandingHalts(halts)
        self._waiting = {}
        for ask in waiting:
            self._let_wait(ask)

    def give_up_batch(self) -> list[BookKey]:
        """Discard the batch and the books that it touched, and return the keys of these books.

        They must be loaded again before a command uses them.
        """
        touched = dict.fromkeys(book.key for book in self._changed)
        touched |= dict.fromkeys(quote.book for quote in self.batch.changed.values())
        for key in touched:
            self.books.pop(key, None)
        self._changed = {}
        self.begin_batch()
        return list(touched)

    # ---- batches -------------------------------------------------------------------------

    def begin_batch(self) -> None:
        """Start an empty batch."""
        self.batch = Batch(sequence=self.sequence, after=self.sequence)
        self.has_learned_halts = False
        for book in self._changed:
            book.begin_batch()
        self._changed = {}
        self._entered = []
        self._left = []
        self._bought = {}
        self._keys = {}

    def skip_number(self) -> None:
        """Use up a sequence number for nothing, before an empty batch."""
        assert self.is_at_rest, "the number belongs to the batch"
        self.sequence += 1
        self.begin_batch()

    @property
    def is_at_rest(self) -> bool:
        """Whether the batch is empty, so the books equal the stored ones."""
        return not self._changed and self.batch.is_empty

    @property
    def changed_books(self) -> Collection[ShardBook]:
        """The books whose resting quotes this batch changed, in the order of the first change."""
        return self._changed.keys()

    def lowest_ask_changes(self, now: datetime) -> list[LowestAskChanged]:
        """Return the net change of the lowest ask of each book in this batch.

        Each batch starts from the stored state, so a book's events form a gapless sequence even if
        batches fail.
        """
        changes = (book.lowest_ask_change(now) for book in self._changed if book.asks.changed)
        return [change for change in changes if change is not None]

    @property
    def entered(self) -> Sequence[Quote]:
        """The quotes that started to rest or to wait in this batch."""
        return self._entered

    # ---- looking up ----------------------------------------------------------------------

    def find(self, quote: Quote) -> Quote | None:
        """Return the waiting ask with this id, or the resting quote in this place, or None."""
        if self._waiting and quote.book in self._waiting:
            waiting = self._waiting[quote.book].get(quote.id)
            if waiting is not None:
                return waiting
        book = self.books.get(quote.book)
        return book.find(quote) if book is not None else None

    def book(self, key: BookKey) -> ShardBook:
        """Return a loaded book. A book without stored quotes is created empty."""
        book = self.books.get(key)
        if book is None:
            book = self.books[key] = ShardBook(key)
        return book

    def count_opened(self, user_id: UserId, side: Side) -> int:
        """Return how many open quotes this batch adds for a user on a side, net."""
        entered = sum(q.user_id == user_id and q.side is side for q in self._entered)
        return entered - sum(q.user_id == user_id and q.side is side for q in self._left)

    def may_open(self, user_id: UserId, side: Side, stored: int) -> bool:
        """Return whether a user with `stored` open quotes in the store may open another."""
        limit = self.rules.max_open_quotes
        # Fast path: most users stay below the limit even if all quotes in this batch were theirs.
        if stored + len(self._entered) < limit:
            return True
        return stored + self.count_opened(user_id, side) < limit

    def owners(self, key: BookKey, side: Side, amount: Cents, most: int) -> Set[UserId]:
        """Return the owners, up to `most`, of the best quotes that an incoming quote reaches."""
        book = self.books.get(key)
        if book is None or (resting := book.against(side)).best_within(amount) is None:
            return _NOBODY
        owners: set[UserId] = set()
        for quote in resting.within(amount):
            owners.add(quote.user_id)
            if len(owners) == most:
                break
        return owners

    def bought(self, user_id: UserId) -> int:
        """Return how many orders this batch opens for a buyer."""
        return self._bought.get(user_id, 0)

    def waiting_for(self, halt: Halt) -> list[Quote]:
        """Return the asks that wait for the books of a halt, in order of arrival."""
        books = [book for book in self._waiting if halt.covers(book)]
        asks = [ask for book in books for ask in self._waiting[book].values()]
        return sorted(asks, key=lambda ask: ask.sequence)

    def waiting_for_none(self) -> list[Quote]:
        """Return the asks that wait although no halt covers their book any more."""
        books = [book for book in self._waiting if not self.halts.cover(book)]
        return [ask for book in books for ask in self._waiting[book].values()]

    def is_waiting(self, ask: Quote) -> bool:
        """Return whether an ask waits for its book to open."""
        return ask.id in self._waiting.get(ask.book, {})

    def check_open(self, key: BookKey) -> None:
        """Raise BookHalted if the book is halted."""
        if self.halts.stand and self.halts.cover(key):
            raise BookHalted(product_id=key.product_id, size=key.size, condition=key.condition)

    def halt(self, halt_id: HaltId) -> Halt | None:
        """Return a halt that stands or that this batch changed, in its latest state, or None."""
        return self.batch.halts.get(halt_id) or self.halts.get(halt_id)

    def all_standing(self) -> Iterator[Quote]:
        """Yield every quote that rests in a loaded book, then every waiting ask."""
        for book in self.books.values():
            yield from book
        yield from self.all_waiting()

    def all_waiting(self) -> Iterator[Quote]:
        """Yield every waiting ask."""
        for asks in self._waiting.values():
            yield from asks.values()

    def noted_of(self, user_id: UserId) -> list[Quote]:
        """Return a user's quotes that this batch added or changed, in their latest state."""
        noted = (*self.batch.added.values(), *self.batch.changed.values())
        return [quote for quote in noted if quote.user_id == user_id]

    def noted(self, quote_id: QuoteId) -> Quote | None:
        """Return the quote's latest state if this batch added or changed it, otherwise None."""
        return self.batch.added.get(quote_id) or self.batch.changed.get(quote_id)

    def match(self, match_id: OrderId) -> Match | None:
        """Return the match with this id if this batch made it, otherwise None."""
        return next((match for match in self.batch.matches if match.id == match_id), None)

    def answered(self, key: IdempotencyKey) -> Placement | IdempotencyKeyReused | None:
        """Return this batch's answer to the key, a refusal if another request used it, or None."""
        used = self._keys.get(key.name)
        if used is None:
            return None
        return self.batch.answers[used] if used == key else IdempotencyKeyReused(key=key.key)

    # ---- building blocks of commands -----------------------------------------------------

    def next_arrival(self) -> int:
        """Use the next sequence number. Every change of a book uses at least one."""
        self.sequence += 1
        self.batch.sequence = self.sequence
        return self.sequence

    def enter(
        self, quote: Quote, counterpart: Quote | None, now: datetime, book: ShardBook
    ) -> Placement:
        """Match a quote with its counterpart, or let it rest if there is none."""
        self._changed[book] = None
        if counterpart is not None:
            return self._trade(quote, counterpart, now, book)
        (book.bids if quote.side is _BID else book.asks).add(quote)
        self._entered.append(quote)
        return Placement(quote)

    def leave(self, quote: Quote) -> None:
        """Remove a resting quote from its book."""
        book = self.book(quote.book)
        self._changed[book] = None
        book.on(quote.side).remove(quote)
        self._left.append(quote)

    def end(self, quote: Quote, status: QuoteStatus) -> Quote:
        """End a standing quote in a final status, and return it."""
        self.next_arrival()
        if quote.status is QuoteStatus.WAITING:
            self.stop_waiting(quote)
        else:
            self.leave(quote)
        ended = quote.in_status(status, quote.match_id)
        self.note(ended)
        return ended

    def wait(self, ask: Quote) -> None:
        """Let an ask wait for its book to open."""
        self._let_wait(ask)
        self._entered.append(ask)
        self.note(ask)

    def stop_waiting(self, ask: Quote) -> None:
        """Remove an ask from those that wait."""
        waiting = self._waiting[ask.book]
        del waiting[ask.id]
        if not waiting:
            del self._waiting[ask.book]
        self._left.append(ask)

    def note_halt(self, halt: Halt) -> None:
        """Record a halt that began or ended."""
        self.batch.halts[halt.id] = halt
        if halt.stands:
            self.halts.add(halt)
        else:
            self.halts.remove(halt)

    def learn_halt(self, halt: Halt) -> None:
        """Follow a halt that another engine has committed, or its end."""
        if halt.stands:
            self.halts.add(halt)
        else:
            self.halts.remove(halt)
        self.has_learned_halts = True

    def expire_best(self, resting: BookSide, now: datetime) -> None:
        """Expire overdue quotes at the front of this side of a book."""
        while (best := resting.best()) is not None and best.expires_at <= now:
            self.end(best, QuoteStatus.EXPIRED)

    def add(self, placement: Placement, key: IdempotencyKey | None) -> None:
        """Record a new quote, and the answer under its idempotency key if it has one."""
        self.batch.added[placement.quote.id] = placement.quote
        if key is not None:
            self._keys[key.name] = key
            self.batch.answers[key] = placement

    def note(self, quote: Quote) -> None:
        """Record the latest state of a quote."""
        where = self.batch.added if quote.id in self.batch.added else self.batch.changed
        where[quote.id] = quote

    def tell(self, event: Event) -> None:
        """Record an event to commit with the batch."""
        self.batch.events.append(event)

    # ---- internals -----------------------------------------------------------------------

    def _trade(self, taker: Quote, resting: Quote, now: datetime, book: ShardBook) -> Placement:
        bid, ask = (taker, resting) if taker.side is _BID else (resting, taker)
        first = bid if bid.sequence <= ask.sequence else ask
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
        book.on(resting.side).remove(resting)
        self._left.append(resting)
        self.note(resting.in_status(_MATCHED, match.id))
        self.batch.matches.append(match)
        self._bought[bid.user_id] = self.bought(bid.user_id) + 1
        return Placement(taker.in_status(_MATCHED, match.id), match)

    def _let_wait(self, ask: Quote) -> None:
        self._waiting.setdefault(ask.book, {})[ask.id] = ask
