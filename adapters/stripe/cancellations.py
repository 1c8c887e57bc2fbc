"""Cancelling what could still be paid for an order."""

from collections.abc import Sequence
from dataclasses import dataclass

import stripe

from ...ports.language.ids import OrderId
from ...ports.language.payments import (
    Charge,
    ChargeOutcome,
    DeclinedCharge,
    PendingCharge,
)
from .attempts import attempts_of, intent_of, outcome_of
from .client import StripeCalls, refused

OUR_REASON = "abandoned"
"""With this reason the exchange cancels. Its events tell nothing new."""

_ENDED = ("succeeded", "canceled")


@dataclass(frozen=True, slots=True)
class StripeCancellations:
    """Cancels payment intents. Stripe decides whether the buyer was faster."""

    calls: StripeCalls

    async def cancel(self, order_id: OrderId, charge_id: str | None) -> ChargeOutcome | None:
        """Cancel every intent of an order that is not paid. Return what is true afterwards."""
        intents = [attempt.intent for attempt in await attempts_of(self.calls, order_id)]
        if charge_id is not None and charge_id not in {intent.id for intent in intents}:
            intents.append(await intent_of(self.calls, charge_id))
        return _most_important([await self._cancelled(intent) for intent in intents])

    async def _cancelled(self, intent: stripe.PaymentIntent) -> ChargeOutcome:
        """Cancel an intent, and return what became of it."""
        if intent.status in _ENDED:
            return outcome_of(intent)
        try:
            return outcome_of(
                await self.calls.ask(
                    lambda client: client.v1.payment_intents.cancel_async(
                        intent.id, {"cancellation_reason": OUR_REASON}
                    )
                )
            )
        except stripe.InvalidRequestError as error:
            if error.code != "payment_intent_unexpected_state":
                raise refused("to cancel a charge", error) from None
        except stripe.StripeError as error:
            raise refused("to cancel a charge", error) from None
        # The buyer paid meanwhile, or somebody else cancelled it, or it cannot be cancelled.
        return outcome_of(await intent_of(self.calls, intent.id))


def _most_important(outcomes: Sequence[ChargeOutcome]) -> ChargeOutcome | None:
    """Return a charge that succeeded, else one that is pending, else the latest, or None."""
    for kind in (Charge, PendingCharge, DeclinedCharge):
        for outcome in outcomes:
            if isinstance(outcome, kind):
                return outcome
    return outcomes[0] if outcomes else None
