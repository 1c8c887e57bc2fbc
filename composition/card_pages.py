"""What a buyer does in a browser at the embedded payment provider, with its webhook."""

from dataclasses import dataclass
from hmac import compare_digest

from ..adapters.embedded.card_records import client_secret_of
from ..adapters.embedded.card_vault import EmbeddedCardVault
from ..adapters.embedded.payment_provider import SignedWebhook
from ..core.users.user_texts import check_provider_token
from ..ports.language.cards import CardSetup
from ..ports.language.errors import NoSuchCardSetup
from .application import Application


@dataclass(frozen=True, slots=True)
class CardPages:
    """Sends test cards to the provider, and delivers its webhook to the exchange."""

    application: Application

    async def confirm(self, setup_id: str, token: str) -> CardSetup:
        """Try a card in a setup, and return the setup.

        Raises NoSuchCardSetup, CardRefused if the setup has a card already, and InvalidText if no
        card has such a token.
        """
        vault = self._vault(setup_id)
        token = check_provider_token("token", token)
        return await self._reported(setup_id, await vault.confirm(setup_id, token))

    async def authenticate(self, setup_id: str, *, passes: bool) -> CardSetup:
        """Pass or fail the authentication, and return the setup.

        Raises NoSuchCardSetup, and CardRefused if the setup does not wait for it.
        """
        vault = self._vault(setup_id)
        return await self._reported(setup_id, await vault.authenticate(setup_id, passes=passes))

    def check_secret(self, setup_id: str, client_secret: str) -> None:
        """Raise NoSuchCardSetup unless this is the client secret of a setup."""
        known = client_secret_of(setup_id).encode(errors="replace")
        if not compare_digest(known, client_secret.encode(errors="replace")):
            raise NoSuchCardSetup(setup=setup_id)

    def check_embedded(self, setup_id: str) -> None:
        """Raise NoSuchCardSetup if the payment provider is a real one."""
        self._vault(setup_id)

    async def _reported(self, setup_id: str, webhook: SignedWebhook) -> CardSetup:
        await self.application.payments.receive_webhook(webhook.body, webhook.signature)
        setup = await self._vault(setup_id).find_setup(setup_id)
        assert setup is not None, setup_id
        return setup

    def _vault(self, setup_id: str) -> EmbeddedCardVault:
        vault = self.application.adapters.card_vault
        if not isinstance(vault, EmbeddedCardVault):
            raise NoSuchCardSetup(setup=setup_id)  # buyers send cards to the real provider
        return vault
