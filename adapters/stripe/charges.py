"""Charges: payment intents, which are tried without the buyer first."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import stripe

from ...ports.language.errors import ChargeDeclined
from ...ports.language.ids import OrderId
from ...ports.language.invariants import ensure
from ...ports.language.money import Cents
from ...ports.language.payments import (
    AcceptedCharge,
    Charge,
    ChargeOutcome,
    DeclinedCharge,
)
from .attempts import NEEDS_BUYER, attempts_of, intent_of, outcome_of
from .client import StripeCalls, refused
from .labels import METHOD, id_of, labels, made_under, metadata_of
from .refusals import why_not_charged

if TYPE_CHECKING:
    from stripe.params import PaymentIntentCreateParams


@dataclass(frozen=True, slots=True)
class ChargeRequest:
    """What to charge, under an idempotency key. A repetition has the same values."""

    key: str
    order_id: OrderId
    payment_method: str = field(repr=False)
    amount: Cents
    description: str
    statement: str


@dataclass(frozen=True, slots=True)
class StripeCharges:
    """Charges buyers. The id of a charge is that of its payment intent.

    Before a payment intent is made, those of the order are looked up, because Stripe forgets an
    idempotency key after a day, and keeps an answer under it that was an error of its own.

    If the bank wants the buyer to authenticate, the same intent is confirmed again as if the buyer
    were there, which gives a link. `return_url` is where the bank sends the buyer afterwards, with
    `{order_id}` for the order. Without it there is no link, and such a charge is declined.
    """

    calls: StripeCalls
    currency: str
    return_url: str | None = None

    async def charge(self, request: ChargeRequest) -> AcceptedCharge:
        """Charge once under this key. Raises ChargeDeclined, Unavailable."""
        ensure(request.amount > 0, request.amount)
        attempts = {
            each.intent.id: each for each in await attempts_of(self.calls, request.order_id)
        }
        intent = made_under(request.key, (each.intent for each in attempts.values()))
        if intent is None:
            outcome = await self._create(request)
        else:
            asked = (metadata_of(intent).get(METHOD), intent.amount)
            same = asked == (request.payment_method, request.amount)
            ensure(same, f"{request.key} was used for another charge")
            must_ask = attempts[intent.id].must_ask_buyer and self.return_url is not None
            outcome = await self._ask_buyer(request, intent.id) if must_ask else outcome_of(intent)
        if isinstance(outcome, DeclinedCharge):
            raise ChargeDeclined(reason=outcome.reason)
        return outcome

    async def find(self, order_id: OrderId) -> ChargeOutcome | None:
        """Return the successful charge of an order, else the latest attempt, or None.

        A charge whose buyer must be asked is as if it had not arrived: repeating it asks them.
        """
        outcomes = [
            outcome_of(each.intent)
            for each in await attempts_of(self.calls, order_id)
            if self.return_url is None or not each.must_ask_buyer
        ]
        paid = (outcome for outcome in outcomes if isinstance(outcome, Charge))
        return next(paid, outcomes[0] if outcomes else None)

    async def source(
        self, order_id: OrderId, amount: Cents, transfers: Iterable[stripe.Transfer]
    ) -> str | None:
        """Return Stripe's charge that can be the source of a transfer of this amount, or None.

        `transfers` are those of the order. What they took from a charge is left of it no more.
        """
        taken: Counter[str | None] = Counter()
        for transfer in transfers:
            taken[id_of(transfer.source_transaction)] += transfer.amount - transfer.amount_reversed
        for attempt in await attempts_of(self.calls, order_id):
            intent, charge = attempt.intent, id_of(attempt.intent.latest_charge)
            if intent.status == "succeeded" and intent.amount_received - taken[charge] >= amount:
                return charge
        return None

    async def receipt(self, charge_id: str) -> str | None:
        """Return the page with the receipt of a charge, or None. Stripe lets it expire."""
        charge = (await intent_of(self.calls, charge_id)).latest_charge
        return charge.receipt_url if isinstance(charge, stripe.Charge) else None

    async def _create(self, request: ChargeRequest) -> ChargeOutcome:
        try:
            params = await self._params(request)
            intent = await self.calls.ask(
                lambda client: client.v1.payment_intents.create_async(
                    params, {"idempotency_key": request.key}
                )
            )
        except stripe.StripeError as error:
            made = id_of(getattr(error.error, "payment_intent", None))
            if error.code == NEEDS_BUYER and made is not None and self.return_url is not None:
                return await self._ask_buyer(request, made)
            return _declined(error)
        return outcome_of(intent)

    async def _params(self, request: ChargeRequest) -> "PaymentIntentCreateParams":
        redirects = "never" if self.return_url is None else "always"
        params: PaymentIntentCreateParams = {
            "amount": request.amount,
            "currency": self.currency,
            "payment_method": request.payment_method,
            "automatic_payment_methods": {"enabled": True, "allow_redirects": redirects},
            "confirm": True,
            "off_session": True,
            "transfer_group": str(request.order_id),
            "metadata": labels(request.key, request.order_id, **{METHOD: request.payment_method}),
        }
        if self.return_url is not None:
            params["return_url"] = self._return_url(self.return_url, request.order_id)
        if request.description:
            params["description"] = request.description
        if request.statement:
            params["statement_descriptor_suffix"] = request.statement
        customer = await self._customer_of(request.payment_method)
        if customer is not None:
            params["customer"] = customer
        return params

    async def _ask_buyer(self, request: ChargeRequest, intent_id: str) -> ChargeOutcome:
        """Confirm an intent as if the buyer were there. It then waits for them, with a link."""
        assert self.return_url is not None
        url = self._return_url(self.return_url, request.order_id)
        try:
            intent = await self.calls.ask(
                lambda client: client.v1.payment_intents.confirm_async(
                    intent_id,
                    {"payment_method": request.payment_method, "return_url": url},
                    {"idempotency_key": f"{request.key}:buyer"},
                )
            )
        except stripe.StripeError as error:
            if error.code == "payment_intent_unexpected_state":  # such as cancelled meanwhile
                return outcome_of(await intent_of(self.calls, intent_id))
            return _declined(error)
        return outcome_of(intent)

    @staticmethod
    def _return_url(template: str, order_id: OrderId) -> str:
        return template.replace("{order_id}", str(order_id))

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


def _declined(error: stripe.StripeError) -> DeclinedCharge:
    """Return a refusal as a decline. Raises what it is if the payment method is not the reason."""
    reason = why_not_charged(error)
    if reason is None:
        raise refused("a charge", error) from None
    return DeclinedCharge(reason)
