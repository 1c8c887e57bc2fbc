"""Books money for no known order in suspense."""

from dataclasses import dataclass

from ...ports.clock import Clock
from ...ports.language.ids import OrderId
from ...ports.language.money import Cents
from ...ports.language.payments import Charge
from ...ports.payments import Ledger
from .irregularities import Irregularities
from .payouts.returned_payouts import ReturnedPayouts, moved
from .transfers import suspended, suspense, to_world


@dataclass(frozen=True, slots=True)
class Suspense:
    """Books charges, refunds and payouts of the provider that match no known payment or payout.

    Each is booked once, by the provider's name, and raises an alarm. The account of a name is
    locked while it is booked or assigned to an order. It needs a transaction.
    """

    ledger: Ledger
    returned_payouts: ReturnedPayouts
    irregularities: Irregularities
    clock: Clock

    async def lock(self, name: str) -> None:
        """Lock the account of a name, even if it is empty, until the transaction ends."""
        await self.ledger.lock(suspense(name))

    async def charge(self, order_id: OrderId | None, charge: Charge) -> None:
        """Book a charge for no known order, or a second charge for `order_id`."""
        why = "for no known order" if order_id is None else "in addition to the order's charge"
        what = (
            f"The provider charged {self.irregularities.amount(charge.amount)} {why}: {charge.id}."
        )
        await self._book(_charge(charge.id), charge.id, charge.amount, order_id, what)

    async def refund(
        self, order_id: OrderId | None, charge_id: str | None, name: str, amount: Cents
    ) -> None:
        """Book a refund of a charge that is not yet, or never, the payment of an order."""
        of = charge_id or name
        refunded = self.irregularities.amount(amount)
        what = f"The provider refunded {refunded} of an unknown charge: {of}."
        await self._book(suspended_refund_id(of, name), of, -amount, order_id, what)

    async def return_refund(self, charge_id: str, name: str, *, of_an_order: bool) -> Cents:
        """Book that a refund came back that is in suspense. Return how much of it was there.

        If its charge has become that of an order, only what the order did not take over is there.
        """
        made = await self.ledger.find(suspended_refund_id(charge_id, name))
        if made is None:
            return 0
        (waits,) = await self.ledger.lock(suspense(charge_id))
        amount = to_world(made)
        if of_an_order:
            amount = min(amount, max(0, -waits))
        transfer_id = f"{made.id}:back"
        back = suspended(transfer_id, charge_id, amount, self.clock.now())
        if amount == 0 or not await self.ledger.post(back):
            return 0
        what = f"A refund of an unknown charge did not reach the buyer: {name}."
        await self.irregularities.note(None, what)
        return amount

    async def pay_out(self, name: str, amount: Cents) -> None:
        """Book a payout for no known order."""
        paid = self.irregularities.amount(amount)
        what = f"The provider paid out {paid} for no known order: {name}."
        await self._book(_payout(name), name, -amount, None, what)

    async def return_payout(self, name: str, total: Cents) -> bool:
        """Book that so much of a payout came back by now.

        Return False if none was booked under its name.
        """
        await self.lock(name)
        paid = await self.ledger.find(_payout(name))
        if paid is None:
            return False
        back = await self.returned_payouts.book(paid, total)
        if back is not None:
            came, whole = map(self.irregularities.amount, (-moved(back), moved(paid)))
            what = f"{came} of a payout of {whole} for no known order came back to the provider"
            await self.irregularities.note(None, f"{what}: {name}.")
        return True

    async def assign_payout(self, name: str) -> None:
        """Take a payout out of suspense, because its order is known now."""
        await self.lock(name)
        paid = await self.ledger.find(_payout(name))
        if paid is not None:
            await self.returned_payouts.book(paid, moved(paid))

    async def of_charge(self, charge_id: str) -> tuple[Cents, Cents]:
        """Return how much of a charge came into suspense and how much was refunded."""
        waits = await self.ledger.lock_used(suspense(charge_id))
        if waits is None:
            return 0, 0
        charged = await self.ledger.find(_charge(charge_id))
        amount = 0 if charged is None else sum(max(0, e.amount) for e in charged.entries)
        return amount, amount - waits

    async def _book(
        self, transfer_id: str, name: str, amount: Cents, order_id: OrderId | None, what: str
    ) -> None:
        await self.lock(name)
        if await self.ledger.post(suspended(transfer_id, name, amount, self.clock.now())):
            await self.irregularities.note(order_id, what)


def suspended_refund_id(charge_id: str, name: str) -> str:
    """Return the id of the transfer of a refund of a charge that is in suspense."""
    return f"{_charge(charge_id)}:refund:{name}"


def _charge(charge_id: str) -> str:
    return f"charge:{charge_id}"


def _payout(name: str) -> str:
    return f"payout:{name}"
