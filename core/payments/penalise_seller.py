"""The seller who breaks a trade off owes a penalty."""

from dataclasses import dataclass

from ...ports.clock import Clock
from ...ports.language.events import OrderAuthFailed, OrderCancelled
from ...ports.language.rules import MarketRules
from ...ports.payments import Ledger
from ...ports.transaction import Transaction
from .transfers import penalised


@dataclass(frozen=True, slots=True)
class PenaliseSeller:
    """A seller who breaks a trade off owes 15 % of its price, or a minimum.

    That is one who cancels, does not ship in time, or sends a pair that fails authentication. The
    penalty is a debt, which the seller's next payouts settle. A market may have no penalty.
    """

    transaction: Transaction
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
            await self.ledger.post(
                penalised(event.order_id, event.seller_id, penalty, self.clock.now())
            )
