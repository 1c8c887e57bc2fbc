"""The ports to stored orders."""

from collections.abc import Sequence
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

    async def save(self, order: Order, steps: Sequence[RecordedStep]) -> None:
        """Replace the order and append its new steps, the last of them number `order.version`.

        Raises NotFound, and Outdated if the history grew in between.
        """
        ...

    async def history(self, order_id: OrderId) -> Sequence[RecordedStep]:
        """Return all steps of the order, in order. Raises NotFound."""
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
        """Return a page of everybody's orders."""
        ...

    async def frozen(self, request: PageRequest) -> Page[Order]:
        """Return a page of the orders whose payouts wait until a freeze is lifted."""
        ...

    async def held_since(self, instant: datetime) -> Sequence[Order]:
        """Return the orders whose time to complain counts from after an instant, in no order."""
        ...

    async def count_by_status(self) -> dict[OrderStatus, int]:
        """Return how many orders are in each state that any is in."""
        ...


class Destinations(Protocol):
    """Where the pairs of orders go. They are kept apart from the histories, to be erasable."""

    async def find(self, order_id: OrderId) -> PostalAddress | None:
        """Return the address that was the buyer's newest at the match, unless it was erased."""
        ...

    async def erase(self, order_id: OrderId) -> None:
        """Forget the address; there may be none. Needs a transaction."""
        ...


class OrderOpening(Protocol):
    """What turns matches into orders. The engine calls it before it commits."""

    async def open(self, matches: Sequence[Match]) -> Sequence[OpenedOrder]:
        """Return the pending order of each match, in their order.

        Fees, destination and payment method are frozen with it.
        """
        ...
