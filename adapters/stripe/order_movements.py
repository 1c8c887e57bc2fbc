"""The money that Stripe moved for some orders."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import stripe

from ...ports.language.ids import OrderId
from ...ports.language.movements import Movement
from .client import StripeCalls
from .labels import id_of
from .movement_records import came_back, charged, refunded, transferred

_AT_ONCE = 10
"""Orders that are looked up at the same time."""


class _Dated(NamedTuple):
    """A movement, and when it was. What is in one second has the order of a trade."""

    second: int
    step: int
    movement: Movement


@dataclass(frozen=True, slots=True)
class OrderMovements:
    """Reads charges and transfers by their group, which is the order."""

    calls: StripeCalls

    async def of(self, order_ids: Collection[OrderId]) -> Sequence[Movement]:
        """Return the movements of these orders, oldest first."""
        turns = asyncio.Semaphore(_AT_ONCE)

        async def read(order_id: OrderId) -> list[_Dated]:
            async with turns:
                return [*await self._charges(order_id), *await self._transfers(order_id)]

        found = await asyncio.gather(*(read(order_id) for order_id in set(order_ids)))
        dated = sorted((each for of_order in found for each in of_order), key=lambda each: each[:2])
        return [each.movement for each in dated]

    async def _charges(self, order_id: OrderId) -> list[_Dated]:
        charges = await self.calls.all_of(
            lambda client: client.v1.charges.list_async(
                {"transfer_group": str(order_id), "limit": 100}
            )
        )
        found: list[_Dated] = []
        for charge in charges:
            if charge.captured:
                movement = charged(_place(charge.balance_transaction), charge)
                found.append(_Dated(charge.created, 0, movement))
                if charge.amount_refunded:
                    found += await self._refunds(order_id, charge)
        return found

    async def _refunds(self, order_id: OrderId, charge: stripe.Charge) -> list[_Dated]:
        refunds = await self.calls.all_of(
            lambda client: client.v1.refunds.list_async({"charge": charge.id, "limit": 100})
        )
        return [
            _Dated(each.created, 1, refunded(_place(each.balance_transaction), each, order_id))
            for each in refunds[::-1]
            if each.balance_transaction is not None
        ]

    async def _transfers(self, order_id: OrderId) -> list[_Dated]:
        transfers = await self.calls.all_of(
            lambda client: client.v1.transfers.list_async(
                {"transfer_group": str(order_id), "limit": 100}
            )
        )
        found: list[_Dated] = []
        for transfer in transfers[::-1]:
            movement = transferred(_place(transfer.balance_transaction), transfer)
            found.append(_Dated(transfer.created, 2, movement))
            if transfer.amount_reversed:
                found += await self._reversals(order_id, transfer)
        return found

    async def _reversals(self, order_id: OrderId, transfer: stripe.Transfer) -> list[_Dated]:
        reversals = await self.calls.all_of(
            lambda client: client.v1.transfers.reversals.list_async(transfer.id, {"limit": 100})
        )
        return [
            _Dated(each.created, 3, came_back(_place(each.balance_transaction), each, order_id))
            for each in reversals[::-1]
        ]


def _place(transaction: str | stripe.BalanceTransaction | None) -> str:
    place = id_of(transaction)
    assert place is not None, "money moved without a balance transaction"
    return place
