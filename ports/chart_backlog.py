"""The port to the sales that the charts do not have yet."""

from collections.abc import Sequence
from typing import Protocol

from .language.analytics import TapedSale
from .language.ids import OrderId


class ChartBacklog(Protocol):
    """The recorded or voided sales of the tape with which the charts are behind.

    Every sale is in it from the moment in which it is recorded, and again once it is voided.
    """

    async def first(self, limit: int) -> Sequence[TapedSale]:
        """Return the sales of the earliest orders, up to a limit, as the tape has them."""
        ...

    async def count(self, limit: int) -> int:
        """Return how many sales wait, at most the limit."""
        ...

    async def settle(self, charted: Sequence[TapedSale]) -> None:
        """Remove what was charted in this state. Needs a transaction.

        A sale whose state has changed meanwhile waits (again), because what was charted last may be
        the old state.
        """
        ...

    async def add_again(self, after: OrderId | None, limit: int) -> Sequence[OrderId]:
        """Add a page of all sales, by the order ids that follow `after`. Needs a transaction.

        Returns their order ids. None are left after an empty page.
        """
        ...
