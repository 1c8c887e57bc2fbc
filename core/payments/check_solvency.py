"""The books are compared with the payment provider's."""

from dataclasses import dataclass

from ...ports.language.payments import Solvency
from ...ports.payment_gateway import PaymentGateway
from ...ports.payments import Ledger
from .patience import Patience


@dataclass(frozen=True, slots=True)
class CheckSolvency:
    """What the ledger says is held must be what the provider says it holds, to the cent.

    While a provider's answer is still on its way the two may differ; when nothing is under way
    they may not.
    """

    ledger: Ledger
    gateway: PaymentGateway
    patience: Patience

    async def __call__(self) -> Solvency:
        """Return both sides. Raises Unavailable."""
        return Solvency(
            await self.ledger.totals(), await self.patience.wait_for(self.gateway.balance())
        )
