"""Setup intents as the port has them."""

import stripe

from ...ports.language.cards import CardDetails, CardSetup, CardSetupState, SavedCard
from .labels import user_of
from .refusals import decline_of

_STATES = {
    "requires_confirmation": CardSetupState.OPEN,
    "requires_action": CardSetupState.NEEDS_ACTION,
    "processing": CardSetupState.PROCESSING,
    "succeeded": CardSetupState.SUCCEEDED,
    "canceled": CardSetupState.CANCELLED,
}


def setup_of(intent: stripe.SetupIntent) -> CardSetup:
    """Return what became of a setup intent, whose payment method is expanded."""
    reason = decline_of(intent.last_setup_error) or intent.cancellation_reason
    untried = CardSetupState.OPEN if reason is None else CardSetupState.FAILED
    state = _STATES.get(intent.status, untried)
    is_saved = state is CardSetupState.SUCCEEDED
    card = _saved(intent.payment_method) if is_saved else None
    return CardSetup(intent.id, user_of(intent), state, card, _link(intent), reason)


def _saved(method: "str | stripe.PaymentMethod | None") -> SavedCard | None:
    """Return a card, or None if it was detached."""
    assert isinstance(method, stripe.PaymentMethod), "it is expanded"
    if method.customer is None or method.card is None:
        return None
    card = method.card
    return SavedCard(
        method.id,
        CardDetails(card.brand, card.last4, card.exp_month, card.exp_year, card.fingerprint),
    )


def _link(intent: stripe.SetupIntent) -> str | None:
    action = intent.next_action
    redirect = None if action is None else getattr(action, "redirect_to_url", None)
    return None if redirect is None else redirect.url
