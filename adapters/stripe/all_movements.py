"""All money that Stripe moved, from its balance transactions."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import stripe

from ...ports.language.ids import OrderId
from ...ports.language.movements import Movement
from .client import StripeCalls
from .labels import id_of, order_of
from .movement_records import came_back, charged, refunded, transferred

if TYPE_CHECKING:
    from stripe.params import BalanceTransactionListParams

_MOST = 100
"""The most objects in a page of Stripe's."""
_BEFORE_STRIPE = 1_262_304_000
"""A time before Stripe's first transaction: 2010, in seconds since 1970."""


@dataclass(frozen=True, slots=True)
class AllMovements:
    """Reads balance transactions, oldest first.

    Fees, disputes, withdrawals and refunds that failed are no movements yet.
    """

    calls: StripeCalls
    currency: str

    async def page(self, after: str, limit: int) -> Sequence[Movement]:
        """Return the movements after a place, at most `limit`. The first place is empty."""
        assert limit > 0, limit
        limit = min(limit, _MOST)
        rows = await (self._after(after, limit) if after else self._first(limit))
        while rows:
            read = [await self._movement(row) for row in rows]
            movements = [movement for movement in read if movement is not None]
            if movements:
                return movements
            # A page without any movement would look like the last one.
            rows = await self._after(rows[-1].id, limit)
        return []

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

    async def _movement(self, row: stripe.BalanceTransaction) -> Movement | None:
        match row.type, row.source:
            case (("charge" | "payment"), stripe.Charge() as charge):
                return charged(row.id, charge)
            case (("refund" | "payment_refund"), stripe.Refund() as refund):
                return refunded(row.id, refund, await self._order_of_refund(refund))
            case "transfer", stripe.Transfer() as transfer:
                return transferred(row.id, transfer)
            case "transfer_refund", stripe.TransferReversal() as reversal:
                return came_back(row.id, reversal, await self._order_of_reversal(reversal))
            case _:
                return None

    async def _order_of_refund(self, refund: stripe.Refund) -> OrderId | None:
        """Return the order of a refund, which names it if the exchange has asked for it."""
        order_id, intent = order_of(refund), id_of(refund.payment_intent)
        if order_id is not None or intent is None:
            return order_id
        return order_of(
            await self.calls.read(lambda client: client.v1.payment_intents.retrieve_async(intent))
        )

    async def _order_of_reversal(self, reversal: stripe.TransferReversal) -> OrderId | None:
        transfer = id_of(reversal.transfer)
        assert transfer is not None, reversal
        return order_of(
            await self.calls.read(lambda client: client.v1.transfers.retrieve_async(transfer))
        )
