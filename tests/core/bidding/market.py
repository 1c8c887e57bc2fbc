"""An exchange from the engine's side, on adapters that a test can observe and make fail."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Self

from solebook.adapters.embedded import tokens
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.composition.adapters import Adapters, Store
from solebook.composition.application import Application
from solebook.composition.bidding import BiddingUseCases, adopt_rules_of
from solebook.composition.engine import engine_of
from solebook.core.bidding.matching_engine import EngineLimits, MatchingEngine
from solebook.core.orders.open_orders import OpenOrders
from solebook.core.payments.quote_fees import QuoteFees
from solebook.ports.ids import Ids
from solebook.ports.language.catalog import Product
from solebook.ports.language.idempotency import IdempotencyKey
from solebook.ports.language.ids import ProductId, QuoteId, UserId
from solebook.ports.language.market import (
    BookKey,
    BookView,
    Quote,
    QuoteStatus,
    Side,
    Size,
    TimeInForce,
)
from solebook.ports.language.placement import Placement, PlaceQuote
from solebook.ports.language.rules import MarketRules
from solebook.ports.language.users import OPERATOR, Actor
from solebook.ports.tenure import Tenure

from ...exchange import SIZE, Exchange, build_exchange
from .watched_adapters import WatchedBooks, WatchedTraders, WatchedViews

PRICE = 20_000


@dataclass(repr=False)  # asyncio would spell it out for each fixture
class Market:
    """An exchange from the engine's side. A restart returns another one on the same adapters."""

    exchange: Exchange
    book: BookKey
    limits: EngineLimits | None

    @property
    def app(self) -> Application:
        return self.exchange.app

    @property
    def adapters(self) -> Adapters:
        return self.app.adapters

    @property
    def clock(self) -> VirtualClock:
        return self.exchange.clock

    @property
    def ids(self) -> Ids:
        return self.adapters.ids

    @property
    def engine(self) -> MatchingEngine:
        return engine_of(self.app)

    @property
    def bidding(self) -> BiddingUseCases:
        return self.app.bidding

    @property
    def books(self) -> WatchedBooks:
        books = self.adapters.store.books
        assert isinstance(books, WatchedBooks)
        return books

    @property
    def traders(self) -> WatchedTraders:
        traders = self.adapters.store.traders
        assert isinstance(traders, WatchedTraders)
        return traders

    @property
    def views(self) -> WatchedViews:
        views = self.adapters.book_views
        assert isinstance(views, WatchedViews)
        return views

    async def restarted(
        self, *, rules: MarketRules | None = None, adopts_rules: bool = True
    ) -> Self:
        """Return this market in another process, whose engine takes the shard over.

        Its books are loaded already.
        """
        again = self.in_another_process(rules=rules)
        await again.engine.start(adopts_rules=adopts_rules)
        await again.engine.loaded()
        return again

    def in_another_process(
        self, *, views: WatchedViews | None = None, rules: MarketRules | None = None
    ) -> Self:
        """Return this market with another engine, which is not started yet."""
        exchange = self.exchange.in_another_process(
            rules=rules, limits=self.limits, book_views=views or self.views
        )
        return replace(self, exchange=exchange)

    def engine_of(
        self, shard: int = 0, shards: int = 1, *, tenure: Tenure | None = None
    ) -> MatchingEngine:
        """Return an engine for one of several shards, which is not started yet."""
        store, rules = self.adapters.store, self.app.rules
        fees = QuoteFees(seller_records=store.seller_records, clock=self.clock, rules=rules)
        return MatchingEngine(
            books=self.books,
            views=self.views,
            traders=self.traders,
            opening=OpenOrders(
                fees=fees,
                newest_addresses=store.newest_addresses,
                payment_accounts=store.payment_accounts,
                rules=rules,
            ),
            clock=self.clock,
            ids=self.ids,
            rules=rules,
            adopt_rules=adopt_rules_of(self.adapters, rules),
            tenure=tenure,
            shard=shard,
            shards=shards,
        )

    # ---- people and products -------------------------------------------------------------

    async def join(self, *, pays: bool = True, ships: bool = True, sells: bool = True) -> Actor:
        """Return a new user, who may bid and ask unless told otherwise."""
        actor = await self.exchange.person()
        if pays:
            await self.app.users.set_payment_method(actor, token=tokens.CARD)
        if ships:
            await self.exchange.move_to(actor)
        if sells:
            await self.app.users.set_payout_account(actor, account=tokens.ACCOUNT)
        return actor

    async def suspend(self, seller: Actor) -> None:
        await self.app.users.set_suspension(
            OPERATOR, seller.user_id, suspended=True, reason="as agreed"
        )

    async def add_product(self, *sizes: str) -> Product:
        return await self.exchange.new_product(*sizes, style_code=f"AB-{self.ids.new().hex[-6:]}")

    def user_id(self) -> UserId:
        return UserId(self.ids.new())

    # ---- straight to the engine ----------------------------------------------------------

    def command(
        self,
        side: Side,
        amount: int = PRICE,
        *,
        user_id: UserId | None = None,
        book: BookKey | None = None,
        days: int = 30,
        ioc: bool = False,
        key: IdempotencyKey | None = None,
    ) -> PlaceQuote:
        return PlaceQuote(
            id=QuoteId(self.ids.new()),
            side=side,
            user_id=user_id or self.user_id(),
            book=book or self.book,
            amount=amount,
            expires_at=self.clock.now() + timedelta(days=days),
            time_in_force=TimeInForce.IOC if ioc else TimeInForce.GTC,
            idempotency_key=key,
        )

    async def bid(self, amount: int = PRICE, **fields: Any) -> Placement:
        return await self.engine.place(self.command(Side.BID, amount, **fields))

    async def ask(self, amount: int = PRICE, **fields: Any) -> Placement:
        return await self.engine.place(self.command(Side.ASK, amount, **fields))

    # ---- looking -------------------------------------------------------------------------

    async def stored(self, quote: Quote) -> Quote:
        return await self.adapters.store.quotes.get(quote.id)

    async def status(self, quote: Quote) -> QuoteStatus:
        return (await self.stored(quote)).status

    async def view(self, book: BookKey | None = None) -> BookView:
        return await self.views.get(book or self.book, 100)

    async def stored_levels(self, book: BookKey | None = None) -> dict[Side, dict[int, int]]:
        """Return the quantity at each price of a book as the store has it."""
        levels: dict[Side, dict[int, int]] = {side: {} for side in Side}
        standing = await self.books.resting_in([book or self.book])
        for quote in (quote for quote in standing if quote.status is QuoteStatus.ACTIVE):
            level = levels[quote.side]
            level[quote.amount] = level.get(quote.amount, 0) + 1
        return levels

    async def assert_view_is_the_store(self, book: BookKey | None = None) -> None:
        view = await self.view(book)
        stored = await self.stored_levels(book)
        assert {level.price: level.quantity for level in view.bids} == stored[Side.BID]
        assert {level.price: level.quantity for level in view.asks} == stored[Side.ASK]
        assert view.bids == self.views.folded.levels(view.book, Side.BID)
        assert view.asks == self.views.folded.levels(view.book, Side.ASK)


def build_market(*, rules: MarketRules | None = None, limits: EngineLimits | None = None) -> Market:
    """Return a market with an engine that has not started."""
    views = WatchedViews()

    def watched(store: Store) -> Store:
        views.show_what_is_stored(store.stored_books)
        return replace(
            store, books=WatchedBooks(store.books), traders=WatchedTraders(store.traders)
        )

    exchange = build_exchange(rules=rules, limits=limits, change=watched, book_views=views)
    book = BookKey(ProductId(exchange.app.adapters.ids.new()), Size(SIZE))
    return Market(exchange, book, limits)
