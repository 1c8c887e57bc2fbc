"""Change the currency of an exchange."""

from dataclasses import dataclass

from ...ports.exchange_terms import ExchangeTerms
from ...ports.integrity import Snapshots
from ...ports.transaction import Transaction


class CurrencyInUse(ValueError):
    """The exchange has amounts in its currency."""

    def __init__(self, currency: str, wanted: str) -> None:
        super().__init__(
            f"the exchange has products, offers or money in {currency}, so its currency cannot be "
            f"changed to {wanted}. Set market.currency to {currency}, or start another exchange "
            "with a store of its own"
        )


@dataclass(frozen=True, slots=True)
class ChangeCurrency:
    """Changes the currency of a stopped exchange in which nothing has a price yet.

    Stored amounts do not name their currency. To convert them would break the trades and the
    balances that they belong to.
    """

    transaction: Transaction
    exchange_terms: ExchangeTerms
    snapshots: Snapshots
    currency: str

    async def check(self) -> bool:
        """Return whether it would change. Raises CurrencyInUse, Unavailable."""
        terms = await self.exchange_terms.find()
        if terms is None or terms.currency == self.currency:
            return False
        async with self.snapshots() as snapshot:
            size = await snapshot.size()
        if any((size.products, size.bids, size.asks, size.trades, size.transfers)):
            raise CurrencyInUse(terms.currency, self.currency)
        return True

    async def __call__(self) -> None:
        """Change the currency if it is another one. Raises CurrencyInUse, Unavailable."""
        if await self.check():
            async with self.transaction():
                await self.exchange_terms.denominate(self.currency)
