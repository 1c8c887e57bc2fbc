"""The embedded payment provider, behind its port."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from ...ports.clock import Clock
from ...ports.language.errors import (
    ChargeDeclined,
    PayoutDeclined,
    RefundDeclined,
    Unavailable,
)
from ...ports.language.ids import OrderId
from ...ports.language.invariants import ensure
from ...ports.language.money import Cents
from ...ports.language.movements import Movement, MovementKind
from ...ports.language.payments import (
    AcceptedCharge,
    ChargeOutcome,
    DeclinedCharge,
    FoundRefund,
    PayoutMade,
    RefundMade,
    Webhook,
)
from ...ports.payment_provider import PaymentProvider
from ..security.webhook_signatures import check_signature, sign
from . import tokens
from .calls import Call, Request, outcome_of
from .disputes import dispute_key
from .journal import Journal
from .operations import Operation
from .outcomes import Outcome
from .provider import Provider
from .webhook_bodies import read_event, write_event


class SignedWebhook(NamedTuple):
    """A webhook request of the provider: the raw body and its signature."""

    body: bytes
    signature: str


@dataclass(frozen=True, slots=True)
class EmbeddedPaymentProvider(PaymentProvider):
    """Behaves like a real provider with its own records, but moves no real money.

    Its answers depend on the requests only. `tokens` lists the tokens that it declines or answers
    late or wrongly. `Dashboard` makes unasked charges, refunds and payouts. It does not send
    webhooks; `webhooks` returns them for delivery.
    """

    journal: Journal
    clock: Clock
    webhook_secret: str = field(repr=False)
    old_webhook_secret: str | None = field(default=None, repr=False, kw_only=True)
    """The secret before it, while webhooks may still be signed with that."""

    def __post_init__(self) -> None:
        if not self.webhook_secret:
            raise ValueError("webhook_secret must not be empty")

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
        request = Request(key, Operation.CHARGE, payment_method, amount, order_id)
        call = await self._settle(request)
        if request.token == tokens.CARD_THAT_IS_DISPUTED:
            await self.journal.consult(lambda provider: self._dispute(provider, call))
        outcome = outcome_of(call)
        if isinstance(outcome, DeclinedCharge):
            raise ChargeDeclined(reason=outcome.reason)
        return outcome

    async def find_charge(self, order_id: OrderId) -> ChargeOutcome | None:
        return await self.journal.consult(lambda provider: provider.find_charge(order_id))

    async def cancel_charge(
        self, order_id: OrderId, charge_id: str | None = None
    ) -> ChargeOutcome | None:
        return await self.journal.consult(lambda provider: provider.cancel_charge(order_id))

    async def receipt(self, charge_id: str) -> str | None:
        def work(provider: Provider) -> None:
            ensure(provider.has_charge(charge_id), f"the provider made no charge {charge_id}")

        return await self.journal.consult(work)

    async def refund(self, *, key: str, charge_id: str, amount: Cents) -> RefundMade:
        call = await self._settle(Request(key, Operation.REFUND, charge_id, amount))
        if call.outcome is Outcome.DECLINED:
            raise RefundDeclined(reason=call.reason or "declined")
        return RefundMade(call.refund_id, call.moved)

    async def find_refund(self, refund_id: str) -> FoundRefund | None:
        return await self.journal.consult(lambda provider: provider.find_refund(refund_id))

    async def refunds_of(self, charge_id: str) -> Sequence[FoundRefund]:
        def work(provider: Provider) -> list[FoundRefund]:
            found = (provider.find_refund(name) for name in provider.refunds.of_charge(charge_id))
            return [refund for refund in found if refund is not None]

        return await self.journal.consult(work)

    async def pay_out(
        self, *, key: str, order_id: OrderId, account: str, amount: Cents
    ) -> PayoutMade:
        call = await self._settle(Request(key, Operation.PAYOUT, account, amount, order_id))
        if call.outcome is Outcome.DECLINED:
            raise PayoutDeclined(reason=call.reason or "declined")
        return PayoutMade(call.payout_id, call.moved)

    async def balance(self) -> Cents:
        return await self.journal.consult(lambda provider: provider.balance)

    async def movements(self, after: str, limit: int) -> Sequence[Movement]:
        def work(provider: Provider) -> list[Movement]:
            first = int(after or 0)
            calls = provider.calls[first : first + limit]
            # A page without any movement would look like the last one.
            while calls and not any(call.moved_money for call in calls):
                first += limit
                calls = provider.calls[first : first + limit]
            return list(_movements(provider, range(first, first + len(calls))))

        return await self.journal.consult(work)

    async def movements_of(self, order_ids: Collection[OrderId]) -> Sequence[Movement]:
        def work(provider: Provider) -> list[Movement]:
            return list(_movements(provider, provider.calls_for(order_ids)))

        return await self.journal.consult(work)

    def parse_webhook(self, body: bytes, signature: str) -> Webhook:
        check_signature(body, signature, self._secrets, self.clock.now())
        return self.read_webhook(body)

    def read_webhook(self, body: bytes) -> Webhook:
        return read_event(body)

    def sign(self, body: bytes) -> str:
        """Return the signature of a body that the provider sends now."""
        return sign(body, self.webhook_secret, self.clock.now())

    async def webhooks(self, after: int = 0) -> list[SignedWebhook]:
        """Return the webhooks of all money except the first `after`, each signed now."""
        bodies = await self.journal.consult(_bodies)
        return [SignedWebhook(body, self.sign(body)) for body in bodies[after:]]

    @property
    def _secrets(self) -> tuple[str, ...]:
        return tuple(secret for secret in (self.webhook_secret, self.old_webhook_secret) if secret)

    def _dispute(self, provider: Provider, charge: Call) -> None:
        """Let the buyer's bank dispute a charge, once."""
        if not provider.disputes.of_charge(charge.charge_id):
            key = dispute_key(len(provider.calls), "fraudulent", self.clock.now())
            provider.settle(Request(key, Operation.DISPUTE, charge.charge_id, charge.moved))

    async def _settle(self, request: Request) -> Call:
        call = await self.journal.consult(lambda provider: provider.settle(request))
        if call.outcome in (Outcome.REQUEST_LOST, Outcome.ANSWER_LOST):
            raise Unavailable(what="the payment provider")
        return call


def _bodies(provider: Provider) -> list[bytes]:
    returned: Counter[str] = Counter()
    bodies: list[bytes] = []
    for call in provider.calls:
        operation = call.request.operation
        is_own = operation is Operation.ACCOUNT_OPENING  # it tells nothing new
        is_reported = not is_own and not operation.is_about_cards  # which its pages report
        if call.outcome is not Outcome.REQUEST_LOST and is_reported:
            amount = call.moved
            if call.request.operation is Operation.PAYOUT_RETURN:
                returned[call.payout_id] += amount
                amount = returned[call.payout_id]
            bodies.append(
                write_event(call, provider.order_of(call), amount, _charge_of(provider, call))
            )
    return bodies


def _movements(provider: Provider, numbers: Iterable[int]) -> Iterable[Movement]:
    """Yield the movements of the calls with these numbers."""
    for number in numbers:
        call = provider.calls[number]
        if call.moved_money:
            kind = MovementKind(call.request.operation)
            yield Movement(
                place=str(number + 1),
                kind=kind,
                name=_name_of(call),
                amount=call.moved,
                order_id=provider.order_of(call),
                charge_id=_charge_of(provider, call),
                fee=call.fee,
                type=kind.value,
            )


def _name_of(call: Call) -> str:
    match call.request.operation:
        case Operation.CHARGE:
            return call.charge_id
        case Operation.REFUND | Operation.REFUND_FAILURE:
            return call.refund_id
        case Operation.PAYOUT | Operation.PAYOUT_RETURN:
            return call.payout_id
        case Operation.DISPUTE | Operation.DISPUTE_REVERSAL:
            return call.dispute_id
        case _:
            return call.movement_id


def _charge_of(provider: Provider, call: Call) -> str | None:
    """Return the charge of a refund, also one that failed, or of a dispute, or None."""
    if call.request.operation in (Operation.DISPUTE, Operation.DISPUTE_REVERSAL):
        return provider.disputes.get(call.dispute_id).report.charge_id
    of_refunds = (Operation.REFUND, Operation.REFUND_FAILURE)
    is_of_refund = call.request.operation in of_refunds and call.took_effect
    return provider.refunds.charge_of(call.refund_id) if is_of_refund else None
