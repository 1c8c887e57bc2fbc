"""Reverses what parties or the exchange bore of refunds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ....ports.clock import Clock
from ....ports.language.money import Cents
from ....ports.language.orders import Order
from ....ports.language.payments import Transfer
from ....ports.payments import Ledger
from ..irregularities import Irregularities
from ..transfers import debt, escrow
from .refund_transfers import borne_back, borne_back_id, borne_id


@dataclass(frozen=True, slots=True)
class ReverseShortfalls:
    """Gives back what was borne of an order's shortfalls, in whole or in part.

    If a party's payouts already settled it, they have a credit, and an alarm says so. It needs a
    transaction in which the order is locked.
    """

    ledger: Ledger
    irregularities: Irregularities
    clock: Clock

    async def all_of(self, order: Order, disputes: Sequence[str]) -> None:
        """Reverse all that is borne, also of these lost disputes."""
        is_any = False
        for of in (None, *disputes):
            for borne in await self._borne(order, of):
                is_any = True
                await self._reverse(order, borne, borne.left)
        if is_any:
            await self._tell_credits(order)

    async def of_refund(self, order: Order, made_at: datetime, amount: Cents) -> None:
        """Reverse as much as came back of a refund, of what was borne after it was booked.

        What was borne before was of other refunds. That of lost disputes stays.
        """
        is_any = False
        for borne in await self._borne(order, None):
            part = min(amount, borne.left)
            if borne.transfer.at >= made_at and part > 0:
                is_any = True
                await self._reverse(order, borne, part)
                amount -= part
        if is_any:
            await self._tell_credits(order)

    async def _borne(self, order: Order, of: str | None) -> "list[_Borne]":
        """Return what was borne, oldest first, with how much of it is not reversed."""
        found, number = [], 1
        while (transfer := await self.ledger.find(borne_id(order, number, of))) is not None:
            left, backs = _into_escrow(order, transfer), 0
            while back := await self.ledger.find(borne_back_id(transfer, backs + 1)):
                left, backs = left + _into_escrow(order, back), backs + 1
            found.append(_Borne(transfer, left, backs))
            number += 1
        return found

    async def _reverse(self, order: Order, borne: "_Borne", amount: Cents) -> None:
        if amount > 0:
            back = borne_back(order, borne.transfer, borne.backs + 1, amount, self.clock.now())
            await self.ledger.append(back)

    async def _tell_credits(self, order: Order) -> None:
        parties = (order.buyer_id, order.seller_id)
        credits_ = await self.ledger.lock(*map(debt, parties))
        for user_id, credit in zip(parties, credits_, strict=True):
            if credit > 0:
                what = f"User {user_id} bore a part of this refund and has already paid for it:"
                await self.irregularities.note(
                    order.id,
                    f"{what} {self.irregularities.amount(credit)} must be paid back to them.",
                )


@dataclass(frozen=True, slots=True)
class _Borne:
    """A shortfall that was borne."""

    transfer: Transfer
    left: Cents
    """How much of it is not reversed."""
    backs: int
    """How often a part of it was reversed."""


def _into_escrow(order: Order, transfer: Transfer) -> Cents:
    return sum(e.amount for e in transfer.entries if e.account == escrow(order.id))
