"""Sets off a payout against the seller's debt after the buyer was refunded."""

from dataclasses import dataclass, replace

from ....ports.clock import Clock
from ....ports.language.complaints import Bearer
from ....ports.language.money import Cents
from ....ports.language.orders import PaymentStatus
from ....ports.language.payments import Payout, PayoutState
from ....ports.orders import Orders
from ....ports.payments import Ledger, Payments, Payouts
from .refund_transfers import is_share, set_off


@dataclass(frozen=True, slots=True)
class SetOff:
    """Settles a seller's debt for a refund with the order's unpaid payout.

    The payout was refused by the provider or came back, so no request is under way. It needs a
    transaction.
    """

    orders: Orders
    payments: Payments
    payouts: Payouts
    ledger: Ledger
    clock: Clock

    async def __call__(self, payout: Payout) -> None:
        """Set off the payout if it is refused."""
        if payout.state is PayoutState.REFUSED:
            await self.payouts.save(replace(payout, state=PayoutState.CANCELLED))
            if payout.owed:
                await self.ledger.post(set_off(payout, payout.owed, self.clock.now()))

    async def returned(self, payout: Payout, amount: Cents, name: str) -> None:
        """Set off the amount that came back of a payout whose rest was set off already."""
        await self.ledger.post(set_off(payout, amount, self.clock.now(), name))

    async def if_reclaimed(self, payout: Payout) -> bool:
        """Set off the payout if a refund reclaims it. Return whether that is so."""
        order = await self.orders.get(payout.order_id)
        payment = await self.payments.find(payout.order_id)
        refunded = payment is not None and payment.status is PaymentStatus.REFUNDED
        at_sellers_cost = order.borne_by in (Bearer.BUYER, Bearer.SELLER)
        reclaimed = refunded and at_sellers_cost and is_share(order)
        if reclaimed:
            await self(payout)
        return reclaimed
