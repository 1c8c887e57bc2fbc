"""Take a removed card from the payment provider."""

from dataclasses import dataclass

from ...ports.card_vault import CardVault
from ...ports.language.events import PaymentMethodRemoved
from ...ports.payment_methods import PaymentMethods


@dataclass(frozen=True, slots=True)
class DetachCard:
    """Tells the provider that a card was removed, so that it is never charged again."""

    payment_methods: PaymentMethods
    card_vault: CardVault

    async def __call__(self, event: PaymentMethodRemoved) -> None:
        """Detach the card. Idempotent. Raises Unavailable, after which retry."""
        token = event.token
        if token is None:
            method = await self.payment_methods.find(event.payment_method_id)
            token = None if method is None else method.token
        if token is not None:
            await self.card_vault.detach(token)
