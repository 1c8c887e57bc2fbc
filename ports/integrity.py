"""The ports to a store as of one instant, for checks."""

from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence, Set
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol, TypeAlias

from .language.disputes import Dispute
from .language.halts import Halt
from .language.ids import MessageId, OrderId, ProductId, QuoteId, UserId
from .language.integrity import (
    BookedOrder,
    BookedTransfer,
    BookRecord,
    Dangling,
    Finding,
    ProductRecord,
    Progress,
    QuoteRecord,
    SellerAccount,
    SellerQuarter,
    StoreSize,
    Trade,
    Turnover,
    Underway,
    Unopened,
    WaitingMessage,
)
from .language.market import Side
from .language.messages import Queue
from .language.money import Cents
from .language.movements import Movement
from .language.rules import MarketRules
from .language.terms import Terms


class Snapshot(Protocol):
    """The store as of one instant. Every read raises Unavailable.

    Reads with `after` and `limit` return a page: up to `limit` records after the one with that id,
    by id. An empty page is the last one.
    """

    async def size(self) -> StoreSize:
        """Return about how much there is to check."""
        ...

    async def rules_in_force(self) -> MarketRules | None:
        """Return the rules that the store was last run with.

        None if there are none, or none that this version allows.
        """
        ...

    async def terms(self) -> Terms | None:
        """Return the terms of the exchange, or None before its first start."""
        ...

    async def shards(self) -> Set[int]:
        """Return the shards that an engine has ever taken."""
        ...

    async def halts(self) -> Sequence[Halt]:
        """Return the halts that stand."""
        ...

    async def last_sequence(self) -> int:
        """Return the highest sequence number that an engine has given, or 0."""
        ...

    async def trades(self, after: OrderId | None, limit: int) -> Sequence[Trade]:
        """Return a page of trades: everything that has an order id, with or without an order.

        All of them count as settled.
        """
        ...

    async def trades_of(self, order_ids: Collection[OrderId]) -> Sequence[Trade]:
        """Return what the store has of these ids, also if that is nothing."""
        ...

    async def unsettled(
        self, order_ids: Collection[OrderId], queues: Collection[Queue]
    ) -> Set[OrderId]:
        """Return those about which a message waits in the outbox or in one of the queues.

        Dead letters count, because they may be replayed, and so does a webhook about the order.
        """
        ...

    async def waiting_keys(self, keys: Collection[str], queues: Collection[Queue]) -> Set[str]:
        """Return those under which a message waits in the outbox or in one of the queues."""
        ...

    async def orders_of_seller(self, seller_id: UserId) -> Sequence[OrderId]:
        """Return the ids of all orders of a seller."""
        ...

    def turnovers(self) -> AsyncIterator[Turnover]:
        """Yield what is stored of each book's sales."""
        ...

    def seller_quarters(self) -> AsyncIterator[SellerQuarter]:
        """Yield what is stored of each seller's quarters."""
        ...

    async def quotes(self, side: Side, after: QuoteId | None, limit: int) -> Sequence[QuoteRecord]:
        """Return a page of one side's quotes."""
        ...

    async def books(
        self, after: ProductId | None, limit: int, now: datetime
    ) -> tuple[ProductId | None, Sequence[BookRecord]]:
        """Return the books with active quotes of up to `limit` products, and the last product.

        After the last page the product is None. A quote is living if it expires after `now`.
        """
        ...

    async def booked(self, after: OrderId | None, limit: int) -> Sequence[BookedOrder]:
        """Return a page of orders, each with its transfers."""
        ...

    async def unknown_orders(self, order_ids: Collection[OrderId]) -> Set[OrderId]:
        """Return those that are no orders."""
        ...

    async def transfers(self, after: str, limit: int) -> Sequence[BookedTransfer]:
        """Return a page of transfers, each with all its entries."""
        ...

    async def transfers_in_suspense(self, names: Collection[str]) -> Sequence[BookedTransfer]:
        """Return the transfers that touch the accounts of these names: in suspense, or disputed."""
        ...

    def disputes(self) -> AsyncIterator[tuple[Dispute, Cents]]:
        """Yield each dispute, and what is disputed of its charge by the ledger."""
        ...

    async def transfers_by_id(self, ids: Collection[str]) -> Sequence[BookedTransfer]:
        """Return the transfers with these ids."""
        ...

    async def movements_at(self, places: Collection[str]) -> Mapping[str, Movement]:
        """Return the provider's movements at these places, as they were read before."""
        ...

    async def movements_read(self, order_ids: Collection[OrderId]) -> Sequence[Movement]:
        """Return the provider's movements of these orders, as they were read before."""
        ...

    async def number_of_movements(self) -> int:
        """Return how many of the provider's movements were read before."""
        ...

    async def held_for_world(self) -> Cents:
        """Return what the ledger says that the payment provider holds."""
        ...

    async def seller_accounts(self, after: str, limit: int) -> Sequence[SellerAccount]:
        """Return a page of what sellers are owed, by the text of the seller's id."""
        ...

    async def messages(self, after: int, limit: int) -> tuple[int, Sequence[WaitingMessage]]:
        """Return a page of the outbox, and where the next one begins."""
        ...

    async def deliveries(self, after: MessageId | None, limit: int) -> Sequence[WaitingMessage]:
        """Return a page of deliveries, dead ones included."""
        ...

    async def products(self, after: ProductId | None, limit: int) -> Sequence[ProductRecord]:
        """Return a page of products."""
        ...

    def dangling(self) -> AsyncIterator[Dangling]:
        """Yield the rows that refer to something that does not exist."""
        ...

    def unopened(self) -> AsyncIterator[Unopened]:
        """Yield the personal values that do not open, or are not found by their hashes."""
        ...


Report: TypeAlias = Progress | Finding | Underway
"""What a verifier tells: how far it is, and what it found."""


class Verifier(Protocol):
    """Checks one part of the store. The contexts answer it."""

    def __call__(self, snapshot: Snapshot) -> AsyncIterator[Report]:
        """Yield progress and findings. Raises Unavailable."""
        ...


class Snapshots(Protocol):
    """Opens snapshots of the store. They block nobody, and nothing is written."""

    def __call__(self) -> AbstractAsyncContextManager[Snapshot]:
        """Return a context with the store as of now. Raises Unavailable."""
        ...


class TradeCheck(Protocol):
    """A rule of one context about a trade. The contexts answer it."""

    def __call__(self, trade: Trade) -> Iterable[Finding]:
        """Return what contradicts itself in the trade.

        Contexts learn of each other's steps by messages, so they need to agree only in a settled
        trade. What one transaction writes must agree in every trade.
        """
        ...


class TradeTally(Protocol):
    """Adds up something over all trades, to compare it with the stored sums."""

    def add(self, trade: Trade) -> None:
        """Add one trade."""
        ...

    def findings(self, snapshot: Snapshot) -> AsyncIterator[Finding]:
        """Yield the stored sums that differ, once all trades are added. Raises Unavailable."""
        ...
