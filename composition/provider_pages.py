"""Actions of an operator at the embedded payment provider, with their webhooks."""

from collections.abc import Awaitable
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from ..adapters.embedded.dashboard import Dashboard
from ..adapters.embedded.payment_provider import EmbeddedPaymentProvider
from ..ports.language.ids import OrderId
from ..ports.language.money import Cents
from .application import Application

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ProviderPages:
    """Moves money at the provider without a request, and delivers its webhook to the exchange.

    The exchange may run in another process. It handles the report like any other.
    """

    application: Application

    async def refund(self, charge_id: str, amount: Cents) -> str:
        """Refund a part of a charge and return the refund's id.

        Raises RefundDeclined, and AssertionError for an unknown charge.
        """
        return (await self._act(self._dashboard().refund(charge_id, amount))).id

    async def fail_refund(self, refund_id: str) -> str:
        """Let a refund fail and return its id. Raises AssertionError if it cannot."""
        await self._act(self._dashboard().fail_refund(refund_id))
        return refund_id

    async def charge(self, order_id: UUID | None, amount: Cents) -> str:
        """Charge a card and return the charge's id."""
        return (await self._act(self._dashboard().charge(_order(order_id), amount))).id

    async def authenticate(self, name: str, *, passes: bool) -> str:
        """Let the buyer pass or fail the authentication of a charge, and return the charge's id.

        It is named by its id or its order. Raises AssertionError if it does not wait for its buyer.
        """
        return await self._act(self._dashboard().authenticate(name, passes=passes))

    async def pay_out(self, order_id: UUID | None, amount: Cents) -> str:
        """Pay an account and return the payout's id. Raises PayoutDeclined."""
        return (await self._act(self._dashboard().pay_out(_order(order_id), amount))).id

    async def return_payout(self, payout_id: str, amount: Cents | None = None) -> str:
        """Return a payout, or a part of it, to the provider. Return the payout's id.

        Raises AssertionError if so much is not left.
        """
        await self._act(self._dashboard().return_payout(payout_id, amount))
        return payout_id

    @property
    def are_here(self) -> bool:
        """Whether the payment provider is the embedded one."""
        return isinstance(self.application.adapters.payment_provider, EmbeddedPaymentProvider)

    async def complete_account(self, account: str) -> str:
        """Let a seller tell all that is required, and return the account's id."""
        await self._act(self._dashboard().complete_account(account))
        return account

    async def restrict_account(self, account: str) -> str:
        """Require more of a seller, and return the account's id."""
        await self._act(self._dashboard().restrict_account(account))
        return account

    async def withdraw(self, amount: Cents) -> str:
        """Send money to the exchange's own bank and return the withdrawal's id."""
        return await self._act(self._dashboard().withdraw(amount))

    async def return_withdrawal(self, withdrawal_id: str) -> str:
        """Let that bank return a withdrawal and return its id. Raises AssertionError."""
        await self._act(self._dashboard().return_withdrawal(withdrawal_id))
        return withdrawal_id

    async def top_up(self, amount: Cents) -> str:
        """Add money from the exchange's own bank and return the top-up's id."""
        return await self._act(self._dashboard().top_up(amount))

    async def take_fee(self, amount: Cents) -> str:
        """Take a fee for no single charge and return its id."""
        return await self._act(self._dashboard().take_fee(amount))

    async def dispute(self, charge_id: str, amount: Cents) -> str:
        """Have a buyer's bank dispute a charge, and return the dispute's name.

        Raises AssertionError if less is left of it, or there is no such charge.
        """
        now = self.application.adapters.clock.now()
        return await self._act(self._dashboard().dispute(charge_id, amount, now))

    async def inquire(self, charge_id: str, amount: Cents) -> str:
        """Have a buyer's bank ask about a charge. Raises AssertionError like `dispute`."""
        now = self.application.adapters.clock.now()
        return await self._act(self._dashboard().inquire(charge_id, amount, now))

    async def decide_dispute(self, name: str, *, won: bool) -> str:
        """Have the bank decide a dispute, and return its name.

        Raises AssertionError if it has decided already, or there is no such dispute.
        """
        await self._act(self._dashboard().decide_dispute(name, won=won))
        return name

    async def _act(self, act: Awaitable[T]) -> T:
        provider = self._provider()
        before = len(await provider.webhooks())
        done = await act
        for body, signature in await provider.webhooks(after=before):
            await self.application.payments.receive_webhook(body, signature)
        return done

    def _dashboard(self) -> Dashboard:
        return Dashboard(self._provider().journal)

    def _provider(self) -> EmbeddedPaymentProvider:
        provider = self.application.adapters.payment_provider
        if not isinstance(provider, EmbeddedPaymentProvider):
            raise ValueError("the payment provider is not the embedded one")
        return provider


def _order(order_id: UUID | None) -> OrderId | None:
    return None if order_id is None else OrderId(order_id)
