"""A payment provider under test."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import datetime

from solebook.adapters.memory.seeded import SeededIds
from solebook.ports.language.ids import OrderId
from solebook.ports.payment_provider import PaymentProvider
from solebook.ports.seller_accounts import SellerAccounts


@dataclass(frozen=True, slots=True)
class RefundRig(ABC):
    """A provider that refunds what was charged."""

    provider: PaymentProvider
    ids: SeededIds

    def order_id(self) -> OrderId:
        return OrderId(self.ids.new())

    def key(self) -> str:
        return f"{self.ids.new()}:step"

    @abstractmethod
    async def charged(self, amount: int, order_id: OrderId | None = None) -> str:
        """Charge a good card and return the charge's id."""


@dataclass(frozen=True, slots=True)
class Rig(RefundRig):
    """A provider, what its tokens do, and how its line fails."""

    seller_accounts: SellerAccounts
    card: str
    card_with_a_fee: str
    """The fee of a charge is 2.9 % and 30 minor units."""
    declined_card: str
    decline: str
    """Why it is declined."""
    card_that_needs_buyer: str
    account: str
    closed_account: str

    @abstractmethod
    async def card_whose_request_is_lost(self) -> str:
        """Return a card. The next charge, which is of it, does not arrive at first."""

    @abstractmethod
    async def card_whose_answer_is_lost(self) -> str:
        """Return a card. The next charge, which is of it, is made, and its answer is lost."""

    @abstractmethod
    async def account_whose_answer_is_lost(self) -> str:
        """Return an account. The next payout, which is to it, is made, and its answer is lost."""

    @property
    @abstractmethod
    def since(self) -> datetime:
        """A time on the provider's clock before anything was made."""

    @abstractmethod
    async def complete(self, account: str) -> None:
        """Let a seller tell all that is required."""

    @abstractmethod
    async def restrict(self, account: str) -> None:
        """Let the provider require a document."""

    @abstractmethod
    async def webhooks(self) -> list[bytes]:
        """Return the bodies of all events, oldest first."""

    @abstractmethod
    async def fail_refund(self, refund_id: str) -> None:
        """Let the buyer's bank return a refund."""

    @abstractmethod
    async def authenticate(self, charge_id: str, *, passes: bool) -> None:
        """Let the buyer pass or fail the authentication of a charge."""

    @abstractmethod
    def sign(self, body: bytes) -> str:
        """Return the signature of a body that the provider sends now."""

    @abstractmethod
    def event_of_a_charge(self, order_id: OrderId, charge_id: str, amount: int) -> bytes:
        """Return the body of the webhook `evt_1`, which reports a charge."""

    @abstractmethod
    async def withdraw(self, amount: int) -> str:
        """Send money to the exchange's own bank, and return the withdrawal's id."""

    @abstractmethod
    async def return_withdrawal(self, withdrawal_id: str) -> None:
        """Let the bank return a withdrawal."""

    @abstractmethod
    async def top_up(self, amount: int) -> str:
        """Add money from the exchange's own bank, and return the top-up's id."""

    @abstractmethod
    async def take_fee(self, amount: int) -> None:
        """Let the provider take a fee that is for no single charge."""

    @abstractmethod
    def fees(self) -> int:
        """Return what the provider kept for itself."""

    async def held(self) -> int:
        """Return what the provider would hold without its fees."""
        return await self.provider.balance() + self.fees()

    @property
    def unknown_accounts(self) -> tuple[str, ...]:
        """Accounts that might be there. Every name of an account is a test account at first."""
        return ()

    async def charged(self, amount: int, order_id: OrderId | None = None) -> str:
        charge = await self.provider.charge(
            key=self.key(),
            order_id=order_id or self.order_id(),
            payment_method=self.card,
            amount=amount,
        )
        return charge.id
