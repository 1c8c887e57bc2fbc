"""A card vault under test, with what a buyer does in a browser."""

from abc import ABC, abstractmethod
from dataclasses import dataclass

from solebook.adapters.embedded import tokens
from solebook.adapters.embedded.card_vault import EmbeddedCardVault
from solebook.adapters.embedded.journal import Journal
from solebook.adapters.memory.seeded import SeededIds
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.adapters.stripe.card_vault import StripeCardVault
from solebook.ports.card_vault import CardVault
from solebook.ports.language.cards import CardHolder, CardPage
from solebook.ports.language.ids import UserId
from solebook.ports.language.payments import Charge
from solebook.ports.payment_provider import PaymentProvider

from ..payment_provider.embedded_rig import embedded_rig
from ..payment_provider.stripe_rig import StripeRig


@dataclass(frozen=True, slots=True)
class CardRig(ABC):
    """A vault, the provider that charges its cards, and test cards."""

    vault: CardVault
    provider: PaymentProvider
    ids: SeededIds
    good: str
    another: str
    declined: str
    needs_buyer: str

    @abstractmethod
    async def confirm(self, setup_id: str, card: str) -> None:
        """Send a card from the browser, whatever comes of it."""

    @abstractmethod
    async def type_in(self, page: CardPage, card: str) -> None:
        """Type a card in on the provider's page, whatever comes of it."""

    @abstractmethod
    async def authenticate(self, setup_id: str, *, passes: bool) -> None:
        """Pass or fail the authentication that the setup waits for."""

    def holder(self, name: str = "buyer") -> CardHolder:
        return CardHolder(UserId(self.ids.new()), f"{name}@example.com")

    def key(self) -> str:
        return f"{self.ids.new()}:setup"

    async def charge(self, token: str) -> Charge:
        """Charge a card. Raises ChargeDeclined."""
        rig_order = self.ids.new()
        charge = await self.provider.charge(
            key=f"{rig_order}:charge",
            order_id=rig_order,  # type: ignore[arg-type]  # any id will do
            payment_method=token,
            amount=21_400,
        )
        assert isinstance(charge, Charge)
        return charge


@dataclass(frozen=True, slots=True)
class EmbeddedCardRig(CardRig):
    """The embedded provider."""

    vault: EmbeddedCardVault

    async def confirm(self, setup_id: str, card: str) -> None:
        await self.vault.confirm(setup_id, card)

    async def type_in(self, page: CardPage, card: str) -> None:
        await self.confirm(page.id, card)

    async def authenticate(self, setup_id: str, *, passes: bool) -> None:
        await self.vault.authenticate(setup_id, passes=passes)


@dataclass(frozen=True, slots=True)
class StripeCardRig(CardRig):
    """Stripe's double."""

    stripe: StripeRig

    async def confirm(self, setup_id: str, card: str) -> None:
        form = {"payment_method": card, "return_url": "https://shop.example.com"}
        path = f"/v1/setup_intents/{setup_id}/confirm"
        await self.stripe.double.perform("POST", path, form)

    async def type_in(self, page: CardPage, card: str) -> None:
        await self.stripe.double.perform("POST", f"/_double/checkout/{page.id}", {"card": card})

    async def authenticate(self, setup_id: str, *, passes: bool) -> None:
        path = f"/_double/authenticate/{setup_id}"
        answer = await self.stripe.double.perform("POST", path, {"passes": str(passes).lower()})
        assert answer.status == 200, answer.body


def embedded_cards(journal: Journal, clock: VirtualClock, ids: SeededIds) -> EmbeddedCardRig:
    """Return the vault of the embedded provider with its calls in a journal."""
    provider = embedded_rig(journal, clock, ids).provider
    return EmbeddedCardRig(
        vault=EmbeddedCardVault(provider),
        provider=provider,
        ids=ids,
        good=tokens.CARD,
        another="pm_card_mastercard",
        declined=tokens.CARD_DECLINED_AT_SETUP,
        needs_buyer=tokens.CARD_THAT_NEEDS_AUTHENTICATION_AT_SETUP,
    )


def stripe_cards(rig: StripeRig) -> StripeCardRig:
    """Return the vault of Stripe on a double."""
    return StripeCardRig(
        vault=StripeCardVault(rig.provider.calls),
        provider=rig.provider,
        ids=rig.ids,
        good="pm_card_visa",
        another="pm_card_mastercard",
        declined="pm_card_chargeDeclinedInsufficientFunds",
        needs_buyer="pm_card_authenticationRequiredOnSetup",
        stripe=rig,
    )
