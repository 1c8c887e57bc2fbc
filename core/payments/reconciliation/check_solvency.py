"""Compare the ledger with the payment provider's balance."""

from dataclasses import dataclass

from ....ports.language.payments import Solvency
from ....ports.payment_provider import PaymentProvider
from ....ports.payments import Ledger
from ..patience import Patience


@dataclass(frozen=True, slots=True)
class CheckSolvency:
    """Compares the money in the ledger with the provider's balance.

    They may differ while an answer of the provider is under way. Otherwise they are equal to the
    cent.
    """

    ledger: Ledger
    provider: PaymentProvider
    patience: Patience

    async def __call__(self) -> Solvency:
        """Return the ledger's totals and the provider's balance. Raises Unavailable."""
        return Solvency(
            await self.ledger.totals(), await self.patience.wait_for(self.provider.balance())
        )
