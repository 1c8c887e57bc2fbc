"""The ports to stored orders."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from .language.batch import OpenedOrder
from .language.ids import OrderId, UserId
from .language.market import Match, Side
from .language.orders import Order, OrderStatus
from .language.paging import Page, PageRequest
from .language.steps import RecordedStep
from .language.users import PostalAddress


class Orders(Protocol):
    """Orders and their histories. Writes need a transaction."""

    async def get(self, order_id: OrderId) -> Order:
        """Return the order, locked until the end of a transaction. Raises NotFound."""
        ...

    async def lock(self, order_ids: Collection[OrderId]) -> Mapping[OrderId, Order]:
        """Return the orders, locked in one sequence until the end of the transaction.

        Raises NotFound.
        """
        ...

    async def look_up(self, order_ids: Collection[OrderId]) -> Mapping[OrderId, Order]:
        """Return orders without locking them, for those who only tell of them. Raises NotFound."""
        ...

    async def save(
        self, order: Order, steps: Sequence[RecordedStep], *, before: Order | None = None
    ) -> None:
        """Replace the order and append its new steps. The last one has the number `order.version`.

        `before` is the order as this transaction read it with `get`, or saved it: then only what
        differs is written. Raises NotFound, and Outdated if the history has grown since it was
        read.
        """
        ...

    async def history(self, order_id: OrderId) -> Sequence[RecordedStep]:
        """Return all steps of the order, oldest first. Raises NotFound."""
        ...

    async def histories(
        self, order_ids: Collection[OrderId]
    ) -> Mapping[OrderId, Sequence[RecordedStep]]:
        """Return all steps of each order, oldest first. Raises NotFound."""
        ...

    async def of_user(
        self,
        user_id: UserId,
        request: PageRequest,
        side: Side | None = None,
        status: OrderStatus | None = None,
    ) -> Page[Order]:
        """Return a page of the orders in which the user buys (side BID), sells (ASK) or either."""
        ...

    async def all(self, request: PageRequest, status: OrderStatus | None = None) -> Page[Order]:
        """Return a page of all orders."""
        ...

    async def frozen(self, request: PageRequest) -> Page[Order]:
        """Return a page of the orders with a frozen payout."""
        ...

    async def held_since(self, instant: datetime) -> Sequence[Order]:
        """Return the orders whose time to complain started after an instant, in no particular
        order.
        """
        ...

    async def count_by_status(self) -> dict[OrderStatus, int]:
        """Return the number of orders per status, without statuses that no order has."""
        ...


class Destinations(Protocol):
    """Shipping addresses of orders, stored apart from the histories so that they can be erased."""

    async def find(self, order_id: OrderId) -> PostalAddress | None:
        """Return the buyer's newest address at the match, or None if it was missing or erased."""
        ...

    async def of(self, order_ids: Collection[OrderId]) -> Mapping[OrderId, PostalAddress]:
        """Return the addresses of orders, without those that were missing or erased."""
        ...

    async def kept(self, after: OrderId | None, limit: int) -> Sequence[OrderId]:
        """Return a page of the orders with an address, oldest first."""
        ...

    async def erase(self, order_id: OrderId) -> None:
        """Erase the address, which need not exist. Needs a transaction."""
        ...


class OrderOpening(Protocol):
    """Creates orders from matches. The engine calls it before it commits."""

    async def open(self, matches: Sequence[Match]) -> Sequence[OpenedOrder]:
        """Return the pending order of each match, in the same order.

        Fees, destination and payment method are frozen with it.
        """
        ...
