"""All money that Stripe moved, from its balance transactions."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import stripe

from ...ports.language.ids import OrderId
from ...ports.language.invariants import ensure
from ...ports.language.movements import Movement
from .client import StripeCalls
from .labels import id_of, order_of
from .movement_records import movement

if TYPE_CHECKING:
    from stripe.params import BalanceTransactionListParams

_MOST = 100
"""The most objects in a page of Stripe's."""
_BEFORE_STRIPE = 1_262_304_000
"""A time before Stripe's first transaction: 2010, in seconds since 1970."""


@dataclass(frozen=True, slots=True)
class AllMovements:
    """Reads balance transactions, oldest first. Each of them is a movement."""

    calls: StripeCalls
    currency: str

    async def page(self, after: str, limit: int) -> Sequence[Movement]:
        """Return the movements after a place, at most `limit`. The first place is empty."""
        ensure(limit > 0, limit)
        limit = min(limit, _MOST)
        rows = await (self._after(after, limit) if after else self._first(limit))
        return [await self._movement(row) for row in rows]

    async def _first(self, limit: int) -> list[stripe.BalanceTransaction]:
        oldest = await self._oldest()
        if oldest is None:
            return []
        more = await self._after(oldest.id, limit - 1) if limit > 1 else []
        return [oldest, *more]

    async def _after(self, place: str, limit: int) -> list[stripe.BalanceTransaction]:
        page = await self._list({"ending_before": place, "limit": limit})
        return page.data[::-1]

    async def _oldest(self) -> stripe.BalanceTransaction | None:
        """Return the oldest transaction.

        Stripe lists the newest first, so the time of the oldest is found by halving.
        """
        page = await self._list({"limit": _MOST})
        earliest = _BEFORE_STRIPE
        while page.has_more:
            latest = page.data[-1].created
            if latest - earliest <= 1:
                page = await self._list({"starting_after": page.data[-1].id, "limit": _MOST})
                continue
            middle = (earliest + latest) // 2
            older = await self._list({"created": {"lte": middle}, "limit": _MOST})
            if older.data:
                page = older
            else:
                earliest = middle
        return page.data[-1] if page.data else None

    async def _list(
        self, params: "BalanceTransactionListParams"
    ) -> stripe.ListObject[stripe.BalanceTransaction]:
        wanted: BalanceTransactionListParams = {
            **params,
            "currency": self.currency,
            "expand": ["data.source"],
        }
        return await self.calls.read(
            lambda client: client.v1.balance_transactions.list_async(wanted)
        )

    async def _movement(self, row: stripe.BalanceTransaction) -> Movement:
        source = row.source if isinstance(row.source, stripe.StripeObject) else None
        return movement(row, source, await self._order_of(source))

    async def _order_of(self, source: stripe.StripeObject | None) -> OrderId | None:
        """Return the order of what moved. A refund names it if the exchange has asked for it."""
        order_id = None if source is None else order_of(source)
        if order_id is not None:
            return order_id
        match source:
            case stripe.Refund() | stripe.Dispute():
                return await self._order_of_intent(id_of(source.payment_intent))
            case stripe.TransferReversal():
                return await self._order_of_transfer(id_of(source.transfer))
            case _:
                return None

    async def _order_of_intent(self, intent: str | None) -> OrderId | None:
        if intent is None:
            return None
        return order_of(
            await self.calls.read(lambda client: client.v1.payment_intents.retrieve_async(intent))
        )

    async def _order_of_transfer(self, transfer: str | None) -> OrderId | None:
        if transfer is None:
            return None
        return order_of(
            await self.calls.read(lambda client: client.v1.transfers.retrieve_async(transfer))
        )
