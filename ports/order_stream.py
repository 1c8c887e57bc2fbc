"""The port to live changes of orders."""

from contextlib import AbstractAsyncContextManager
from typing import Protocol

from .language.ids import OrderId, UserId


class OrderReader(Protocol):
    """The queue of changed orders for one listener."""

    async def next(self) -> OrderId:
        """Wait for an order that changed since it was last returned, and return its id.

        Several changes of an order are returned once. Raises FellBehind, then on every call, if
        more orders waited than allowed.
        """
        ...


class OrderStream(Protocol):
    """Announces changed orders to those of their parties who are listening.

    It is a hint and not a record. Orders is the record.
    """

    def tell(self, order_id: OrderId, *parties: UserId) -> None:
        """Announce that an order changed. It returns immediately and raises nothing."""
        ...

    def follow(self, user_id: UserId) -> AbstractAsyncContextManager[OrderReader]:
        """Return a reader of the user's changes from now on, until the block is left."""
        ...
