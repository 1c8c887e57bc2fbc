"""The port to the orders that wait to be charged."""

from collections.abc import Collection
from datetime import datetime
from typing import Protocol


class ChargeBacklog(Protocol):
    """The orders that wait for their turn to be charged. Bidding asks it."""

    async def waits_since_before(self, instant: datetime, *, consumers: Collection[str]) -> bool:
        """Return whether an order has been waiting for its first charge attempt since before
        `instant`.

        The wait starts with the match, or with the answer to the buyer's last charge if that is
        later. Three kinds of orders do not count: those whose buyer has an unanswered attempt,
        those that failed at one of `consumers` (which bring an order to its charge) and wait for a
        retry, and those that have ended.
        """
        ...
