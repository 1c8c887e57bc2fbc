"""The invariants of a market."""

from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass

from ...composition.application import Application
from ...core.orders.shown_orders import ShownOrder
from ...ports.language.ids import QuoteId
from ...ports.language.market import BookKey, BookView, Quote, Side
from ...ports.language.orders import Order
from ...ports.language.paging import MAX_PAGE, PageRequest
from ...ports.language.users import OPERATOR, Role


@dataclass(frozen=True, slots=True)
class Invariants:
    """The checked invariants of a market, and whether each holds."""

    money_is_all_there: bool
    """The ledger matches the balance at the payment provider, to the cent."""
    each_pair_sold_once: bool
    """No ask and no bid is in two trades, unless the earlier trade returned it to its book."""
    no_book_crossed: bool
    """In every book the highest bid is below the lowest ask, as stored and as published."""
    nothing_given_up: bool
    """There are no dead letters."""

    @property
    def hold(self) -> bool:
        """Whether all invariants hold."""
        return (
            self.money_is_all_there
            and self.each_pair_sold_once
            and self.no_book_crossed
            and self.nothing_given_up
        )


async def check_invariants(app: Application, books: Sequence[BookKey]) -> Invariants:
    """Check a market that is settled: everything left to do waits for a later time."""
    solvency = await app.payments.check_solvency()
    orders = [order async for order in all_orders(app)]
    published = await app.bidding.list_best_prices(books)
    resting = await app.bidding.list_resting_quotes(OPERATOR, books)
    dead = await app.operations.list_dead_letters(OPERATOR, PageRequest(limit=1))
    return Invariants(
        money_is_all_there=solvency.balanced,
        each_pair_sold_once=not sold_twice(orders),
        no_book_crossed=not any(map(is_crossed, published)) and not crossed_books(resting),
        nothing_given_up=not dead.items,
    )


async def all_orders(app: Application) -> AsyncIterator[ShownOrder]:
    """Yield every order, newest first."""
    request = PageRequest(limit=MAX_PAGE)
    while True:
        page = await app.orders.list_orders(OPERATOR, request, role=Role.ADMIN)
        for order in page.items:
            yield order
        if page.next_cursor is None:
            return
        request = PageRequest(limit=MAX_PAGE, after=page.next_cursor)


def sold_twice(orders: Iterable[Order | ShownOrder]) -> set[QuoteId]:
    """Return the bids and asks that are in two orders. An ask that returned does not count."""
    uses: defaultdict[QuoteId, int] = defaultdict(int)
    for order in orders:
        uses[order.bid_id] += 1
        uses[order.ask_id] += order.cancel_reason is None or not order.cancel_reason.ask_returns
    return {quote_id for quote_id, times in uses.items() if times > 1}


def is_crossed(view: BookView) -> bool:
    """Return whether the highest bid reaches the lowest ask."""
    bid, ask = view.highest_bid, view.lowest_ask
    return bid is not None and ask is not None and bid >= ask


def crossed_books(resting: Iterable[Quote]) -> set[BookKey]:
    """Return the books in which a resting bid reaches a resting ask."""
    highest: dict[BookKey, int] = {}
    lowest: dict[BookKey, int] = {}
    for quote in resting:
        if quote.side is Side.BID:
            highest[quote.book] = max(quote.amount, highest.get(quote.book, quote.amount))
        else:
            lowest[quote.book] = min(quote.amount, lowest.get(quote.book, quote.amount))
    return {book for book in highest.keys() & lowest.keys() if highest[book] >= lowest[book]}
