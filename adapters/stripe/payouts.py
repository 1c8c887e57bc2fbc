"""Payouts to sellers: transfers to their connected accounts."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import stripe

from ...ports.language.errors import PayoutDeclined
from ...ports.language.ids import OrderId
from ...ports.language.invariants import ensure
from ...ports.language.money import Cents
from ...ports.language.payments import PayoutMade
from .charges import StripeCharges
from .client import StripeCalls, refused
from .labels import id_of, labels, made_under
from .refusals import why_not_paid_out

if TYPE_CHECKING:
    from stripe.params import TransferCreateParams


@dataclass(frozen=True, slots=True)
class StripePayouts:
    """Transfers money to sellers, from the charge of the order if that is enough.

    So the transfer needs no other money, and waits with the charge until it is available.
    """

    calls: StripeCalls
    charges: StripeCharges
    currency: str

    async def pay_out(self, key: str, order_id: OrderId, account: str, amount: Cents) -> PayoutMade:
        """Transfer once under this key. Raises PayoutDeclined, Unavailable."""
        ensure(amount > 0, amount)
        transfers = await self.calls.all_of(
            lambda client: client.v1.transfers.list_async(
                {"transfer_group": str(order_id), "limit": 100}
            )
        )
        made = made_under(key, transfers)
        if made is None:
            source = await self.charges.source(order_id, amount, transfers)
            made = await self._create(key, order_id, account, amount, source)
        asked = (id_of(made.destination), made.amount)
        ensure(asked == (account, amount), f"{key} was used for another payout")
        return PayoutMade(made.id, made.amount)

    async def _create(
        self, key: str, order_id: OrderId, account: str, amount: Cents, source: str | None
    ) -> stripe.Transfer:
        params: TransferCreateParams = {
            "amount": amount,
            "currency": self.currency,
            "destination": account,
            "transfer_group": str(order_id),
            "metadata": labels(key, order_id),
        }
        if source is not None:
            params["source_transaction"] = source
        try:
            return await self.calls.ask(
                lambda client: client.v1.transfers.create_async(params, {"idempotency_key": key})
            )
        except stripe.StripeError as error:
            reason = why_not_paid_out(error)
            if reason is None:
                raise refused("a transfer", error) from None
            raise PayoutDeclined(reason=reason) from error
