"""Stripe, behind the port of the payment provider."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from ...ports.clock import Clock
from ...ports.language.ids import OrderId
from ...ports.language.money import Cents
from ...ports.language.movements import Movement
from ...ports.language.payments import (
    AcceptedCharge,
    ChargeOutcome,
    FoundRefund,
    PayoutMade,
    RefundMade,
    Webhook,
)
from ...ports.payment_provider import PaymentProvider
from ..security.webhook_signatures import check_signature
from .all_movements import AllMovements
from .cancellations import StripeCancellations
from .charges import ChargeRequest, StripeCharges
from .client import StripeCalls
from .order_movements import OrderMovements
from .payouts import StripePayouts
from .refunds import StripeRefunds
from .webhook_events import read_event


@dataclass(frozen=True, slots=True)
class StripePaymentProvider(PaymentProvider):
    """Charges by payment intents and pays sellers by transfers to their connected accounts.

    The `clock` is the real one, because Stripe's signatures have the real time. A webhook may be
    signed with any of the secrets, so that one can be replaced by another.
    """

    calls: StripeCalls
    clock: Clock
    webhook_secrets: tuple[str, ...] = field(repr=False)
    currency: str
    """As Stripe writes it: `usd`."""
    return_url: str | None = None
    """Where the bank sends a buyer back, with `{order_id}` for the order."""

    def __post_init__(self) -> None:
        if not self.webhook_secrets or not all(self.webhook_secrets):
            raise ValueError("webhook_secrets must not be empty")

    async def charge(
        self,
        *,
        key: str,
        order_id: OrderId,
        payment_method: str,
        amount: Cents,
        description: str = "",
        statement: str = "",
    ) -> AcceptedCharge:
        return await self._charges.charge(
            ChargeRequest(key, order_id, payment_method, amount, description, statement)
        )

    async def find_charge(self, order_id: OrderId) -> ChargeOutcome | None:
        return await self._charges.find(order_id)

    async def cancel_charge(
        self, order_id: OrderId, charge_id: str | None = None
    ) -> ChargeOutcome | None:
        return await StripeCancellations(self.calls).cancel(order_id, charge_id)

    async def receipt(self, charge_id: str) -> str | None:
        return await self._charges.receipt(charge_id)

    async def refund(self, *, key: str, charge_id: str, amount: Cents) -> RefundMade:
        return await StripeRefunds(self.calls).refund(key, charge_id, amount)

    async def find_refund(self, refund_id: str) -> FoundRefund | None:
        return await StripeRefunds(self.calls).find(refund_id)

    async def refunds_of(self, charge_id: str) -> Sequence[FoundRefund]:
        return await StripeRefunds(self.calls).of_charge(charge_id)

    async def pay_out(
        self, *, key: str, order_id: OrderId, account: str, amount: Cents
    ) -> PayoutMade:
        payouts = StripePayouts(self.calls, self._charges, self.currency)
        return await payouts.pay_out(key, order_id, account, amount)

    async def balance(self) -> Cents:
        balance = await self.calls.read(lambda client: client.v1.balance.retrieve_async())
        available = (each.amount for each in balance.available if each.currency == self.currency)
        pending = (each.amount for each in balance.pending if each.currency == self.currency)
        return sum(available) + sum(pending)

    async def movements(self, after: str, limit: int) -> Sequence[Movement]:
        return await AllMovements(self.calls, self.currency).page(after, limit)

    async def movements_of(self, order_ids: Collection[OrderId]) -> Sequence[Movement]:
        return await OrderMovements(self.calls).of(order_ids)

    def parse_webhook(self, body: bytes, signature: str) -> Webhook:
        check_signature(body, signature, self.webhook_secrets, self.clock.now())
        return self.read_webhook(body)

    def read_webhook(self, body: bytes) -> Webhook:
        return read_event(body, self.currency)

    @property
    def _charges(self) -> StripeCharges:
        return StripeCharges(self.calls, self.currency, self.return_url)
