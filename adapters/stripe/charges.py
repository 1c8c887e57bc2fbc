"""Charges: payment intents without the buyer being there."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import stripe

from ...ports.language.errors import ChargeDeclined
from ...ports.language.ids import OrderId
from ...ports.language.money import Cents
from ...ports.language.payments import Charge, ChargeOutcome, DeclinedCharge, PendingCharge
from .client import StripeCalls, refused
from .labels import METHOD, id_of, labels, made_under, metadata_of
from .refusals import decline_of, why_not_charged

if TYPE_CHECKING:
    from stripe.params import PaymentIntentCreateParams

_PENDING = ("processing", "requires_action", "requires_confirmation", "requires_capture")


@dataclass(frozen=True, slots=True)
class StripeCharges:
    """Charges buyers. The id of a charge is that of its payment intent.

    Before a payment intent is made, those of the order are looked up, because Stripe forgets an
    idempotency key after a day, and keeps an answer under it that was an error of its own.
    """

    calls: StripeCalls
    currency: str

    async def charge(
        self, key: str, order_id: OrderId, payment_method: str, amount: Cents
    ) -> Charge | PendingCharge:
        """Charge once under this key. Raises ChargeDeclined, Unavailable."""
        assert amount > 0, amount
        intent = made_under(key, await self._intents(order_id))
        if intent is None:
            outcome = await self._create(key, order_id, payment_method, amount)
        else:
            asked = (metadata_of(intent).get(METHOD), intent.amount)
            assert asked == (payment_method, amount), f"{key} was used for another charge"
            outcome = outcome_of(intent)
        if isinstance(outcome, DeclinedCharge):
            raise ChargeDeclined(reason=outcome.reason)
        return outcome

    async def find(self, order_id: OrderId) -> ChargeOutcome | None:
        """Return the successful charge of an order, else the latest attempt, or None."""
        outcomes = [outcome_of(intent) for intent in await self._intents(order_id)]
        paid = (outcome for outcome in outcomes if isinstance(outcome, Charge))
        return next(paid, outcomes[0] if outcomes else None)

    async def source(self, order_id: OrderId, amount: Cents) -> str | None:
        """Return Stripe's charge that can be the source of a transfer of this amount, or None."""
        for intent in await self._intents(order_id):
            if intent.status == "succeeded" and intent.amount_received >= amount:
                return id_of(intent.latest_charge)
        return None

    async def intent(self, charge_id: str) -> stripe.PaymentIntent:
        """Return the payment intent of a charge. Raises AssertionError if there is none."""
        return await self.calls.read(
            lambda client: client.v1.payment_intents.retrieve_async(charge_id)
        )

    async def _intents(self, order_id: OrderId) -> list[stripe.PaymentIntent]:
        """Return the payment intents of an order, latest first.

        They are found by their charges, because a list is up to date at once and a search is not.
        Each attempt without the buyer has a charge, also a declined one.
        """
        charges = await self.calls.all_of(
            lambda client: client.v1.charges.list_async(
                {
                    "transfer_group": str(order_id),
                    "limit": 100,
                    "expand": ["data.payment_intent"],
                }
            )
        )
        intents = (charge.payment_intent for charge in charges)
        found = {each.id: each for each in intents if isinstance(each, stripe.PaymentIntent)}
        return list(found.values())

    async def _create(
        self, key: str, order_id: OrderId, payment_method: str, amount: Cents
    ) -> ChargeOutcome:
        try:
            customer = await self._customer_of(payment_method)
            params: PaymentIntentCreateParams = {
                "amount": amount,
                "currency": self.currency,
                "payment_method": payment_method,
                "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
                "confirm": True,
                "off_session": True,
                "transfer_group": str(order_id),
                "metadata": labels(key, order_id, **{METHOD: payment_method}),
            }
            if customer is not None:
                params["customer"] = customer
            intent = await self.calls.ask(
                lambda client: client.v1.payment_intents.create_async(
                    params, {"idempotency_key": key}
                )
            )
        except stripe.StripeError as error:
            reason = why_not_charged(error)
            if reason is None:
                raise refused("a charge", error) from None
            return DeclinedCharge(reason)
        return outcome_of(intent)

    async def _customer_of(self, payment_method: str) -> str | None:
        """Return the customer of a payment method. A card that has one is charged only with it."""
        try:
            method = await self.calls.ask(
                lambda client: client.v1.payment_methods.retrieve_async(payment_method)
            )
        except stripe.InvalidRequestError as error:
            if error.code != "resource_missing":
                raise
            return None  # the charge is declined for it
        return id_of(method.customer)


def outcome_of(intent: stripe.PaymentIntent) -> ChargeOutcome:
    """Return what became of a payment intent."""
    if intent.status == "succeeded":
        return Charge(intent.id, intent.amount_received)
    if intent.status in _PENDING:
        return PendingCharge(intent.id, intent.amount)
    return DeclinedCharge(why_declined(intent))


def why_declined(intent: stripe.PaymentIntent) -> str:
    """Return why a payment intent was not paid."""
    return decline_of(intent.last_payment_error) or intent.cancellation_reason or intent.status
