"""Refunds of charges."""

from dataclasses import dataclass

import stripe

from ...ports.language.errors import RefundDeclined
from ...ports.language.money import Cents
from ...ports.language.payments import RefundMade
from .charges import StripeCharges
from .client import StripeCalls, refused
from .labels import labels, made_under, order_of
from .refusals import why_not_refunded

_RETURNED = ("failed", "canceled")


@dataclass(frozen=True, slots=True)
class StripeRefunds:
    """Refunds buyers. A refund that is pending has left the balance, so it is made."""

    calls: StripeCalls
    charges: StripeCharges

    async def refund(self, key: str, charge_id: str, amount: Cents) -> RefundMade:
        """Refund once under this key. Raises RefundDeclined, Unavailable."""
        assert amount > 0, amount
        made = made_under(
            key,
            await self.calls.all_of(
                lambda client: client.v1.refunds.list_async(
                    {"payment_intent": charge_id, "limit": 100}
                )
            ),
        )
        if made is None:
            made = await self._create(key, charge_id, amount)
        assert made.amount == amount, f"{key} was used for another refund"
        if made.status in _RETURNED:
            raise RefundDeclined(reason=made.failure_reason or str(made.status))
        return RefundMade(made.id, made.amount)

    async def _create(self, key: str, charge_id: str, amount: Cents) -> stripe.Refund:
        order_id = order_of(await self.charges.intent(charge_id))
        try:
            return await self.calls.ask(
                lambda client: client.v1.refunds.create_async(
                    {
                        "payment_intent": charge_id,
                        "amount": amount,
                        "metadata": labels(key, order_id),
                    },
                    {"idempotency_key": key},
                )
            )
        except stripe.StripeError as error:
            reason = why_not_refunded(error)
            if reason is None:
                raise refused("a refund", error) from None
            raise RefundDeclined(reason=reason) from error
