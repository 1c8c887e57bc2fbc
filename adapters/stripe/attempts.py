"""The attempts to charge for an order: its payment intents, and what became of each."""

from dataclasses import dataclass

import stripe

from ...ports.language.ids import OrderId
from ...ports.language.payments import (
    CancelledCharge,
    Charge,
    ChargeNeedsBuyer,
    ChargeOutcome,
    DeclinedCharge,
    PendingCharge,
)
from .client import StripeCalls
from .refusals import decline_of

NEEDS_BUYER = "authentication_required"
"""The bank's code for a charge that it wants the buyer to authenticate."""

_PENDING = ("processing", "requires_action", "requires_confirmation", "requires_capture")


@dataclass(frozen=True, slots=True)
class Attempt:
    """A payment intent, and how often it was tried: each try has a charge, also a declined one."""

    intent: stripe.PaymentIntent
    tries: int

    @property
    def must_ask_buyer(self) -> bool:
        """Whether the bank wants the buyer, who has not been asked.

        After the buyer authenticated, the same decline is final.
        """
        intent = self.intent
        waits = intent.status == "requires_payment_method" and self.tries == 1
        return waits and decline_of(intent.last_payment_error) == NEEDS_BUYER


async def attempts_of(calls: StripeCalls, order_id: OrderId) -> list[Attempt]:
    """Return the attempts to charge for an order, latest first.

    They are found by their charges, because a list is up to date at once and a search is not. Each
    intent is tried first without the buyer, so it has a charge.
    """
    charges = await calls.all_of(
        lambda client: client.v1.charges.list_async(
            {
                "transfer_group": str(order_id),
                "limit": 100,
                "expand": ["data.payment_intent"],
            }
        )
    )
    intents = [charge.payment_intent for charge in charges]
    found = {each.id: each for each in intents if isinstance(each, stripe.PaymentIntent)}
    ids = [each.id for each in intents if isinstance(each, stripe.PaymentIntent)]
    return [Attempt(intent, ids.count(ident)) for ident, intent in found.items()]


async def intent_of(calls: StripeCalls, charge_id: str) -> stripe.PaymentIntent:
    """Return the payment intent of a charge, and with it Stripe's charge.

    Raises AssertionError if there is none, and Unavailable.
    """
    return await calls.read(
        lambda client: client.v1.payment_intents.retrieve_async(
            charge_id, {"expand": ["latest_charge"]}
        )
    )


def outcome_of(intent: stripe.PaymentIntent) -> ChargeOutcome:
    """Return what became of a payment intent."""
    if intent.status == "succeeded":
        return Charge(intent.id, intent.amount_received)
    url = _link_of(intent)
    if url is not None:
        return ChargeNeedsBuyer(intent.id, intent.amount, url)
    if intent.status in _PENDING:
        return PendingCharge(intent.id, intent.amount)
    declined = decline_of(intent.last_payment_error)
    if intent.status == "canceled" and declined in (None, NEEDS_BUYER):
        return CancelledCharge(intent.id, intent.amount)
    return DeclinedCharge(declined or intent.status)


def _link_of(intent: stripe.PaymentIntent) -> str | None:
    """Return the page on which the buyer authenticates, or None."""
    action = intent.next_action if intent.status == "requires_action" else None
    redirect = None if action is None else getattr(action, "redirect_to_url", None)
    return None if redirect is None else redirect.url
