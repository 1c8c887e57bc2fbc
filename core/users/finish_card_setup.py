"""Finish the setup of a card that the payment provider reported."""

from dataclasses import dataclass

from ...ports.card_vault import CardVault
from ...ports.language.errors import (
    AccountClosed,
    CardRefused,
    NotFound,
    TooManyPaymentMethods,
)
from ...ports.language.payments import Webhook
from .keep_card import KeepCard


@dataclass(frozen=True, slots=True)
class FinishCardSetup:
    """Puts the card of a setup on file, as the provider knows it now.

    A setup that has no card yet, or that is of no user here, changes nothing.
    """

    card_vault: CardVault
    keep_card: KeepCard

    async def __call__(self, webhook: Webhook) -> None:
        """Follow the webhook. Idempotent. Raises Unavailable."""
        assert webhook.reference is not None, webhook
        setup = await self.card_vault.find_setup(webhook.reference)
        if setup is None or setup.user_id is None or setup.card is None:
            return
        try:
            await self.keep_card(setup.user_id, setup.card, as_default=False)
        except (CardRefused, TooManyPaymentMethods, AccountClosed, NotFound):
            return  # it was removed, is one too many, or its user has left or is another exchange's
