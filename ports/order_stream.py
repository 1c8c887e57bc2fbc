"""The port to orders as they change."""

from contextlib import AbstractAsyncContextManager
from typing import Protocol

from .language.ids import OrderId, UserId


class OrderReader(Protocol):
    """What one listener is told of a user's orders."""

    async def next(self) -> OrderId:
        """Wait for an order that changed since it was returned last, and return it.

        An order that changes twice meanwhile is returned once. Raises FellBehind, from then on each
        time, once more orders waited than may wait.
        """
        ...


class OrderStream(Protocol):
    """Which orders change, told to those of their parties who listen at that moment.

    It is news and no record: what nobody heard is in Orders all the same.
    """

    def tell(self, order_id: OrderId, *parties: UserId) -> None:
        """Tell the parties that an order changed. It returns at once and raises nothing."""
        ...

    def follow(self, user_id: UserId) -> AbstractAsyncContextManager[OrderReader]:
        """Return a reader of what is told to the user from now on, until the block ends."""
        ...
