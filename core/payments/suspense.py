"""Money at the provider that nobody can tell apart waits in suspense."""

from dataclasses import dataclass

from ...ports.clock import Clock
from ...ports.language.ids import OrderId
from ...ports.language.money import Cents
from ...ports.language.payments import Charge
from ...ports.payments import Ledger
from .irregularities import Irregularities, dollars
from .transfers import suspended, suspense, taken_back


@dataclass(frozen=True, slots=True)
class Suspense:
    """Books what the provider did with money of no payment or payout that is known.

    Each charge, refund and payout is booked once, by the provider's name, and raises an alarm. What
    waits under a name is locked by whoever books it or finds out whose it is. It needs a
    transaction.
    """

    ledger: Ledger
    irregularities: Irregularities
    clock: Clock

    async def lock(self, name: str) -> None:
        """Have what waits under a name, or does not yet, stay as it is until the end."""
        await self.ledger.lock(suspense(name))

    async def charge(self, order_id: OrderId | None, charge: Charge) -> None:
        """Somebody was charged, for no order or once too often for `order_id`."""
        why = "for no known order" if order_id is None else "beside the order's own charge"
        what = f"The provider charged {dollars(charge.amount)} {why}: {charge.id}."
        await self._book(_charge(charge.id), charge.id, charge.amount, order_id, what)

    async def refund(
        self, order_id: OrderId | None, charge_id: str | None, name: str, amount: Cents
    ) -> None:
        """A part of a charge went back that is not the payment of any order, or not yet."""
        of = charge_id or name
        what = f"The provider refunded {dollars(amount)} of a charge that is not known: {of}."
        await self._book(f"{_charge(of)}:refund:{name}", of, -amount, order_id, what)

    async def pay_out(self, name: str, amount: Cents) -> None:
        """Somebody was paid for no known order."""
        what = f"The provider paid {dollars(amount)} out for no known order: {name}."
        await self._book(_payout(name), name, -amount, None, what)

    async def return_payout(self, name: str) -> bool:
        """A payout for no known order came back. Return False if none was booked under its name."""
        await self.lock(name)
        paid = await self.ledger.find(_payout(name))
        if paid is None:
            return False
        if await self.ledger.post(taken_back(paid, self.clock.now())):
            what = f"A payout for no known order came back to the provider: {name}."
            await self.irregularities.note(None, what)
        return True

    async def claim_payout(self, name: str) -> None:
        """It is known by now which order a payout is for: it leaves suspense."""
        await self.lock(name)
        paid = await self.ledger.find(_payout(name))
        if paid is not None:
            await self.ledger.post(taken_back(paid, self.clock.now()))

    async def of_charge(self, charge_id: str) -> tuple[Cents, Cents]:
        """Return what came of a charge, and what went back of it, before its payment was known."""
        (waits,) = await self.ledger.lock(suspense(charge_id))
        charged = await self.ledger.find(_charge(charge_id))
        came = 0 if charged is None else sum(max(0, e.amount) for e in charged.entries)
        return came, came - waits

    async def _book(
        self, transfer_id: str, name: str, amount: Cents, order_id: OrderId | None, what: str
    ) -> None:
        await self.lock(name)
        if await self.ledger.post(suspended(transfer_id, name, amount, self.clock.now())):
            await self.irregularities.note(order_id, what)


def _charge(charge_id: str) -> str:
    return f"charge:{charge_id}"


def _payout(name: str) -> str:
    return f"payout:{name}"
