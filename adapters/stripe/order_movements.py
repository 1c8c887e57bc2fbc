"""The money that Stripe moved for some orders."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import stripe

from ...ports.language.ids import OrderId
from ...ports.language.movements import Movement
from .client import StripeCalls
from .movement_records import movement

_MOVED, _MOVED_BACK = "data.balance_transaction", "data.failure_balance_transaction"
"""What is read together with an object."""
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
                {"transfer_group": str(order_id), "limit": 100, "expand": [_MOVED]}
            )
        )
        found: list[_Dated] = []
        for charge in charges:
            if charge.captured:
                found += _dated(0, charge, order_id, charge.balance_transaction)
                found += await self._refunds(order_id, charge)
                if charge.disputed:
                    found += await self._disputes(order_id, charge)
        return found

    async def _refunds(self, order_id: OrderId, charge: stripe.Charge) -> list[_Dated]:
        refunds = await self.calls.all_of(
            lambda client: client.v1.refunds.list_async(
                {"charge": charge.id, "limit": 100, "expand": [_MOVED, _MOVED_BACK]}
            )
        )
        found: list[_Dated] = []
        for each in refunds[::-1]:
            found += _dated(1, each, order_id, each.balance_transaction)
            found += _dated(1, each, order_id, each.failure_balance_transaction)
        return found

    async def _disputes(self, order_id: OrderId, charge: stripe.Charge) -> list[_Dated]:
        disputes = await self.calls.all_of(
            lambda client: client.v1.disputes.list_async({"charge": charge.id, "limit": 100})
        )
        return [
            dated
            for each in disputes[::-1]
            for row in each.balance_transactions
            for dated in _dated(2, each, order_id, row)
        ]

    async def _transfers(self, order_id: OrderId) -> list[_Dated]:
        transfers = await self.calls.all_of(
            lambda client: client.v1.transfers.list_async(
                {"transfer_group": str(order_id), "limit": 100, "expand": [_MOVED]}
            )
        )
        found: list[_Dated] = []
        for transfer in transfers[::-1]:
            found += _dated(3, transfer, order_id, transfer.balance_transaction)
            if transfer.amount_reversed:
                found += await self._reversals(order_id, transfer)
        return found

    async def _reversals(self, order_id: OrderId, transfer: stripe.Transfer) -> list[_Dated]:
        reversals = await self.calls.all_of(
            lambda client: client.v1.transfers.reversals.list_async(
                transfer.id, {"limit": 100, "expand": [_MOVED]}
            )
        )
        return [
            dated
            for each in reversals[::-1]
            for dated in _dated(4, each, order_id, each.balance_transaction)
        ]


def _dated(
    step: int,
    source: stripe.StripeObject,
    order_id: OrderId,
    row: str | stripe.BalanceTransaction | None,
) -> list[_Dated]:
    """Return the movement of an object's balance transaction, if it has one."""
    if row is None:
        return []
    assert isinstance(row, stripe.BalanceTransaction), "it was asked for with the object"
    return [_Dated(row.created, step, movement(row, source, order_id))]
