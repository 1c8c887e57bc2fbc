"""Refunds of charges."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import stripe

from ...ports.language.errors import RefundDeclined
from ...ports.language.invariants import ensure
from ...ports.language.money import Cents
from ...ports.language.payments import FoundRefund, RefundMade, RefundState
from .attempts import intent_of
from .client import StripeCalls, refused
from .labels import id_of, labels, made_under, order_of
from .refusals import why_not_refunded

if TYPE_CHECKING:
    from stripe.params import RefundListParams

_RETURNED, _ON_ITS_WAY = ("failed", "canceled"), ("pending", "requires_action")
_NOT_FOUND = 404


@dataclass(frozen=True, slots=True)
class StripeRefunds:
    """Refunds buyers. A refund that is pending has left the balance, so it is made."""

    calls: StripeCalls

    async def refund(self, key: str, charge_id: str, amount: Cents) -> RefundMade:
        """Refund once under this key. Raises RefundDeclined, Unavailable."""
        ensure(amount > 0, amount)
        made = made_under(
            key,
            await self._list(charge_id),
        )
        if made is None:
            made = await self._create(key, charge_id, amount)
        ensure(made.amount == amount, f"{key} was used for another refund")
        if made.status in _RETURNED:
            raise RefundDeclined(reason=made.failure_reason or str(made.status))
        return RefundMade(made.id, made.amount)

    async def find(self, refund_id: str) -> FoundRefund | None:
        """Return a refund, or None. Raises Unavailable."""
        try:
            refund = await self.calls.ask(
                lambda client: client.v1.refunds.retrieve_async(refund_id)
            )
        except stripe.InvalidRequestError as error:
            if error.http_status == _NOT_FOUND:
                return None
            raise refused("to read a refund", error) from None
        except stripe.StripeError as error:
            raise refused("to read a refund", error) from None
        return _found(refund)

    async def of_charge(self, charge_id: str) -> list[FoundRefund]:
        """Return all refunds of a payment intent or a charge, oldest first. Raises Unavailable."""
        return [_found(refund) for refund in await self._list(charge_id)][::-1]

    async def _list(self, charge_id: str) -> list[stripe.Refund]:
        params: RefundListParams = {"limit": 100}
        if charge_id.startswith("ch_"):
            params["charge"] = charge_id
        else:
            params["payment_intent"] = charge_id
        return await self.calls.all_of(lambda client: client.v1.refunds.list_async(params))

    async def _create(self, key: str, charge_id: str, amount: Cents) -> stripe.Refund:
        order_id = order_of(await intent_of(self.calls, charge_id))
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


def _found(refund: stripe.Refund) -> FoundRefund:
    state = RefundState.MADE
    if refund.status in _RETURNED:
        state = RefundState.FAILED
    elif refund.status in _ON_ITS_WAY:
        state = RefundState.PENDING
    return FoundRefund(
        refund.id,
        id_of(refund.payment_intent) or id_of(refund.charge) or "",
        refund.amount,
        state,
        order_of(refund),
        getattr(refund, "failure_reason", None) or refund.status,
    )
