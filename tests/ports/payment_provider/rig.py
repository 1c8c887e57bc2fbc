"""A payment provider under test."""

from collections.abc import Callable
from dataclasses import dataclass

from solebook.adapters.memory.seeded import SeededIds
from solebook.ports.language.ids import OrderId
from solebook.ports.payment_provider import PaymentProvider


@dataclass(frozen=True, slots=True)
class Rig:
    """A provider's provider, with its test tokens."""

    provider: PaymentProvider
    sign: Callable[[bytes], str]
    ids: SeededIds
    card: str
    declined_card: str
    card_that_fails_once: str
    card_that_times_out: str
    card_charged_later: str
    card_declined_later: str
    card_that_stays_pending: str
    account: str
    closed_account: str
    account_that_times_out: str

    def order_id(self) -> OrderId:
        return OrderId(self.ids.new())

    def key(self) -> str:
        return f"{self.ids.new()}:step"

    async def charged(self, amount: int) -> str:
        """Charge a good card and return the charge's id."""
        charge = await self.provider.charge(
            key=self.key(), order_id=self.order_id(), payment_method=self.card, amount=amount
        )
        return charge.id
