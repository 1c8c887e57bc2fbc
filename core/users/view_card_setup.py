"""View the setup of a card."""

import re
from dataclasses import dataclass

from ...ports.card_vault import CardVault
from ...ports.language.cards import CardSetup, PaymentMethod
from ...ports.language.errors import NoSuchCardSetup
from ...ports.language.users import Actor
from .keep_card import KeepCard

_SETUP = re.compile(r"\w{1,255}", re.ASCII)
"""What the id of a setup may look like. Anything else is not sent to the provider."""


@dataclass(frozen=True, slots=True)
class ViewedSetup:
    """The current state of a setup, and the card on file that came of it."""

    setup: CardSetup
    method: PaymentMethod | None


@dataclass(frozen=True, slots=True)
class ViewCardSetup:
    """A user asks what became of a setup. If it succeeded, its card is on file when they know it.

    So nobody has to wait for the provider's webhook, which may be late or lost.
    """

    card_vault: CardVault
    keep_card: KeepCard

    async def __call__(self, actor: Actor, setup_id: str) -> ViewedSetup:
        """Return the setup.

        Raises NoSuchCardSetup, TooManyPaymentMethods, AccountClosed, Unavailable, and CardRefused
        if its card was removed since.
        """
        is_one = _SETUP.fullmatch(setup_id) is not None
        setup = await self.card_vault.find_setup(setup_id) if is_one else None
        if setup is None or setup.user_id != actor.user_id:
            raise NoSuchCardSetup(setup=setup_id)
        if setup.card is None:
            return ViewedSetup(setup, None)
        kept = await self.keep_card(actor.user_id, setup.card, as_default=False)
        return ViewedSetup(setup, kept.method)
