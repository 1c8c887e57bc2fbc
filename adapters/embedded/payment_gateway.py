"""The embedded payment provider, as the application sees it."""

from dataclasses import dataclass, field
from typing import NamedTuple

from ...ports.clock import Clock
from ...ports.language.errors import (
    PaymentDeclined,
    PayoutDeclined,
    RefundDeclined,
    Unavailable,
)
from ...ports.language.ids import OrderId
from ...ports.language.money import Cents
from ...ports.language.payments import (
    Charge,
    ChargeOutcome,
    GatewayEvent,
    PayoutMade,
    PendingCharge,
    RefundMade,
)
from ...ports.payment_gateway import PaymentGateway
from .journal import Journal
from .provider import Call, Operation, Outcome, Provider, Request
from .signatures import check_signature, sign
from .webhook_bodies import read_event, write_event


class Webhook(NamedTuple):
    """A request that the provider would send: a raw body and the signature over it."""

    body: bytes
    signature: str


@dataclass(frozen=True, slots=True)
class EmbeddedPaymentGateway(PaymentGateway):
    """Behaves as a real provider does, with books of its own, but moves no real money.

    What it does follows from the requests alone: see `tokens` for those that it declines or
    answers badly. What people do at the provider itself, unasked, is in `Dashboard`. It sends no
    webhooks by itself; `webhook_events` returns them for delivery.
    """

    journal: Journal
    clock: Clock
    webhook_secret: str = field(repr=False)

    def __post_init__(self) -> None:
        if not self.webhook_secret:
            raise ValueError("webhooks need a secret to be signed with")

    async def charge(
        self, *, key: str, order_id: OrderId, payment_method: str, amount: Cents
    ) -> Charge | PendingCharge:
        request = Request(key, Operation.CHARGE, payment_method, amount, order_id)
        call = await self._settle(request)
        if call.outcome is Outcome.DECLINED:
            raise PaymentDeclined(reason=call.reason or "declined")
        if call.outcome is Outcome.PENDING:
            return PendingCharge(call.charge_id, amount)
        return Charge(call.charge_id, call.moved)

    async def find_charge(self, order_id: OrderId) -> ChargeOutcome | None:
        return await self.journal.consult(lambda provider: provider.find_charge(order_id))

    async def refund(self, *, key: str, charge_id: str, amount: Cents) -> RefundMade:
        call = await self._settle(Request(key, Operation.REFUND, charge_id, amount))
        if call.outcome is Outcome.DECLINED:
            raise RefundDeclined(reason=call.reason or "declined")
        return RefundMade(call.refund_id, call.moved)

    async def pay_out(
        self, *, key: str, order_id: OrderId, account: str, amount: Cents
    ) -> PayoutMade:
        call = await self._settle(Request(key, Operation.PAYOUT, account, amount, order_id))
        if call.outcome is Outcome.DECLINED:
            raise PayoutDeclined(reason=call.reason or "declined")
        return PayoutMade(call.payout_id, call.moved)

    async def balance(self) -> Cents:
        return await self.journal.consult(lambda provider: provider.balance)

    def parse_webhook(self, body: bytes, signature: str) -> GatewayEvent:
        check_signature(body, signature, self.webhook_secret, self.clock.now())
        return read_event(body)

    def sign(self, body: bytes) -> str:
        """Return the signature with which the provider would send the body now."""
        return sign(body, self.webhook_secret, self.clock.now())

    async def webhook_events(self, after: int = 0) -> list[Webhook]:
        """Return everything that ever happened, but for the first `after`, each signed now."""
        bodies = await self.journal.consult(_bodies)
        return [Webhook(body, self.sign(body)) for body in bodies[after:]]

    async def _settle(self, request: Request) -> Call:
        call = await self.journal.consult(lambda provider: provider.settle(request))
        if call.outcome in (Outcome.REQUEST_LOST, Outcome.ANSWER_LOST):
            raise Unavailable(what="the payment provider")
        return call


def _bodies(provider: Provider) -> list[bytes]:
    return [
        write_event(call, provider.order_of(call))
        for call in provider.calls
        if call.outcome is not Outcome.REQUEST_LOST
    ]
