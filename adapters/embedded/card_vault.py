"""The embedded provider's cards, behind their port."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from ...ports.card_vault import CardVault
from ...ports.language.cards import (
    CardHolder,
    CardPage,
    CardSetup,
    CardSetupState,
    NewCardSetup,
    SavedCard,
)
from ...ports.language.errors import CardRefused, NoSuchCardSetup
from . import tokens
from .calls import Call, Request
from .card_records import client_secret_of
from .operations import Operation
from .payment_provider import EmbeddedPaymentProvider, SignedWebhook
from .provider import Provider
from .webhook_bodies import write_event

PAGES = "/embedded-provider/cards"
"""Where the exchange shows the page of a setup, with test cards."""


@dataclass(frozen=True, slots=True)
class EmbeddedCardVault(CardVault):
    """Keeps test cards in the provider's journal. A user's id is the customer's.

    `confirm` and `authenticate` are what a buyer does in a browser at a real provider. They return
    the webhook with which the provider reports it, for delivery.
    """

    provider: EmbeddedPaymentProvider

    async def begin(self, *, key: str, holder: CardHolder) -> NewCardSetup:
        setup_id = await self.provider.journal.consult(
            lambda provider: _begin(provider, key, holder)
        )
        return NewCardSetup(setup_id, client_secret_of(setup_id))

    async def begin_on_page(self, *, key: str, holder: CardHolder, back_to: str) -> CardPage:
        setup_id = (await self.begin(key=key, holder=holder)).id
        here = urlsplit(back_to)  # it is a page of the exchange too
        return CardPage(setup_id, f"{here.scheme}://{here.netloc}{PAGES}/{setup_id}")

    async def save(self, *, key: str, holder: CardHolder, token: str) -> SavedCard:
        def work(provider: Provider) -> CardSetup:
            setup_id = _begin(provider, key, holder)
            if provider.cards.calls_in(setup_id) == 0:
                known = provider.cards.made_from(token, str(holder.user_id)) or token
                _act(provider, Operation.CARD_CONFIRMATION, setup_id, known)
            return _found(provider, setup_id)

        setup = await self.provider.journal.consult(work)
        if setup.card is None:
            raise CardRefused(reason=setup.reason or "authentication_required")
        return setup.card

    async def find_setup(self, setup_id: str) -> CardSetup | None:
        return await self.provider.journal.consult(lambda provider: provider.cards.find(setup_id))

    async def detach(self, token: str) -> None:
        if tokens.is_for_everybody(token):
            return  # a card from before cards were kept
        await self.provider.journal.consult(
            lambda provider: provider.settle(
                Request(f"detach {token}", Operation.CARD_DETACHMENT, token, 0)
            )
        )

    async def confirm(self, setup_id: str, token: str) -> SignedWebhook:
        """Try a card in a setup. Raises NoSuchCardSetup, and CardRefused if it has one already."""

        def work(provider: Provider) -> Call:
            if _found(provider, setup_id).state is CardSetupState.SUCCEEDED:
                raise CardRefused(reason="the setup has a card already")
            return _act(provider, Operation.CARD_CONFIRMATION, setup_id, token)

        return self._reported(await self.provider.journal.consult(work))

    async def authenticate(self, setup_id: str, *, passes: bool) -> SignedWebhook:
        """Pass or fail the authentication. Raises NoSuchCardSetup.

        Raises CardRefused if the setup does not wait for it.
        """

        def work(provider: Provider) -> Call:
            if _found(provider, setup_id).state is not CardSetupState.NEEDS_ACTION:
                raise CardRefused(reason="the setup does not wait for authentication")
            what = tokens.AUTHENTICATION_PASSES if passes else tokens.AUTHENTICATION_FAILS
            return _act(provider, Operation.CARD_AUTHENTICATION, setup_id, what)

        return self._reported(await self.provider.journal.consult(work))

    def _reported(self, call: Call) -> SignedWebhook:
        body = write_event(call, None, 0)
        return SignedWebhook(body, self.provider.sign(body))


def _begin(provider: Provider, key: str, holder: CardHolder) -> str:
    request = Request(key, Operation.CARD_SETUP, str(holder.user_id), 0)
    return f"seti_{provider.settle(request).id}"


def _act(provider: Provider, operation: Operation, setup_id: str, what: str) -> Call:
    number = provider.cards.calls_in(setup_id) + 1
    return provider.settle(Request(f"{setup_id} {number}", operation, f"{setup_id} {what}", 0))


def _found(provider: Provider, setup_id: str) -> CardSetup:
    setup = provider.cards.find(setup_id)
    if setup is None:
        raise NoSuchCardSetup(setup=setup_id)
    return setup
