"""The port to what waits to be charged."""

from collections.abc import Collection
from datetime import datetime
from typing import Protocol


class ChargeBacklog(Protocol):
    """The orders that wait for their turn to be charged, asked by bidding."""

    async def waits_since_before(self, instant: datetime, *, consumers: Collection[str]) -> bool:
        """Return whether an order has been waiting for a first attempt since before `instant`.

        An order waits from its match, or from when its buyer's last charge was answered if that is
        later. One whose buyer has another attempt that is not answered waits for that one. One that
        failed at one of `consumers`, which bring an order to its charge, waits for a retry. Neither
        counts, nor does an order that has ended.
        """
        ...
