"""Charge a penalty to a seller who breaks off a trade."""

from dataclasses import dataclass

from ...ports.clock import Clock
from ...ports.language.events import OrderAuthFailed, OrderCancelled
from ...ports.language.rules import MarketRules
from ...ports.orders import Orders
from ...ports.payments import Ledger
from ...ports.transaction import Transaction
from .transfers import penalised


@dataclass(frozen=True, slots=True)
class PenaliseSeller:
    """A seller who breaks off a trade owes 15 % of its price, or a minimum.

    A seller breaks off a trade by cancelling, by not shipping in time, or with a pair that fails
    authentication or never arrives. There is no penalty if an admin noted that the carrier had the
    pair. The penalty is a debt that the seller's next payouts settle. The market rules may set it
    to zero.
    """

    transaction: Transaction
    orders: Orders
    ledger: Ledger
    clock: Clock
    rules: MarketRules

    async def __call__(self, event: OrderCancelled | OrderAuthFailed) -> None:
        """Post the debt, once per order."""
        if isinstance(event, OrderCancelled) and not event.reason.seller_at_fault:
            return
        penalty = self.rules.penalty_of(event.price)
        if penalty == 0:  # by the rules, or because a low price rounds it down
            return
        async with self.transaction():
            if not await self._is_owed(event):
                return
            await self.ledger.post(
                penalised(event.order_id, event.seller_id, penalty, self.clock.now())
            )

    async def _is_owed(self, event: OrderCancelled | OrderAuthFailed) -> bool:
        """Whether the penalty is owed; an admin may have excused the seller already."""
        if isinstance(event, OrderAuthFailed):
            return True
        return (await self.orders.get(event.order_id)).owes_penalty
