"""The seller who breaks a trade off owes a penalty."""

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
    """A seller who breaks a trade off owes 15 % of its price, or a minimum.

    That is one who cancels, does not ship in time, sends a pair that fails authentication, or whose
    pair never arrives, unless an admin noted that the carrier had it. The penalty is a debt, which
    the seller's next payouts settle. A market may have no penalty.
    """

    transaction: Transaction
    orders: Orders
    ledger: Ledger
    clock: Clock
    rules: MarketRules

    async def __call__(self, event: OrderCancelled | OrderAuthFailed) -> None:
        """Note the debt, once for an order."""
        if isinstance(event, OrderCancelled) and not event.reason.seller_at_fault:
            return
        penalty = self.rules.penalty_of(event.price)
        if penalty == 0:  # by the rules, or of a price so low that a share of it is no cent
            return
        async with self.transaction():
            if not await self._is_owed(event):
                return
            await self.ledger.post(
                penalised(event.order_id, event.seller_id, penalty, self.clock.now())
            )

    async def _is_owed(self, event: OrderCancelled | OrderAuthFailed) -> bool:
        """Whether the seller was not excused before the penalty could be noted."""
        if isinstance(event, OrderAuthFailed):
            return True
        return (await self.orders.get(event.order_id)).owes_penalty
