"""Stripe's test cards, and what each of them does."""

from dataclasses import dataclass
from typing import Any

from .errors import ApiError


@dataclass(frozen=True)
class Card:
    """A test card. The defaults are a card that works."""

    brand: str = "visa"
    last4: str = "4242"
    funding: str = "credit"
    decline: str | None = None
    """The code with which each charge is declined."""
    refuses_setup: bool = False
    """Whether it is declined already when it is attached to a customer."""
    authentication: str = "optional"
    """When the buyer must authenticate: `optional`, `required`, `unless_set_up` or `always`."""
    dispute: str | None = None
    """The reason of the dispute that follows each charge."""
    refund: str = "succeeds"
    """What refunds do: `succeeds`, `pending` at first, or `fails` later."""
    skips_pending: bool = False
    """Whether the money is available at once."""


GENERIC = "generic_decline"
_DECLINES = {
    "Declined": (GENERIC, "0002"),
    "DeclinedInsufficientFunds": ("insufficient_funds", "9995"),
    "DeclinedLostCard": ("lost_card", "9987"),
    "DeclinedStolenCard": ("stolen_card", "9979"),
    "DeclinedExpiredCard": ("expired_card", "0069"),
    "DeclinedIncorrectCvc": ("incorrect_cvc", "0127"),
    "DeclinedProcessingError": ("processing_error", "0119"),
    "DeclinedFraudulent": ("fraudulent", "0019"),
    "DeclinedVelocityLimitExceeded": ("card_velocity_exceeded", "6975"),
}
MESSAGES = {
    GENERIC: "Your card was declined.",
    "insufficient_funds": "Your card has insufficient funds.",
    "lost_card": "Your card was declined.",
    "stolen_card": "Your card was declined.",
    "expired_card": "Your card has expired.",
    "incorrect_cvc": "Your card's security code is incorrect.",
    "processing_error": (
        "An error occurred while processing your card. Try again in a little bit."
    ),
    "fraudulent": "Your card was declined.",
    "card_velocity_exceeded": (
        "Your card was declined for making repeated attempts too frequently or exceeding its "
        "amount limit."
    ),
    "authentication_required": (
        "Your card was declined. This transaction requires authentication."
    ),
}
_OWN_CODES = frozenset({"expired_card", "incorrect_cvc", "processing_error"})

CARDS: dict[str, Card] = {
    "visa": Card(),
    "visa_debit": Card(last4="5556", funding="debit"),
    "mastercard": Card("mastercard", "4444"),
    "mastercard_debit": Card("mastercard", "8210", "debit"),
    "mastercard_prepaid": Card("mastercard", "5100", "prepaid"),
    "amex": Card("amex", "0005"),
    "discover": Card("discover", "1117"),
    "diners": Card("diners", "3237"),
    "jcb": Card("jcb", "0505"),
    "unionpay": Card("unionpay", "0005"),
    "bypassPending": Card(last4="0077", skips_pending=True),
    "chargeCustomerFail": Card(last4="0341", decline=GENERIC),
    "radarBlock": Card(last4="0019", decline="fraudulent"),
    "pendingRefund": Card(last4="7726", refund="pending"),
    "refundFail": Card(last4="5126", refund="fails"),
    "createDispute": Card(last4="0259", dispute="fraudulent"),
    "createDisputeProductNotReceived": Card(last4="2685", dispute="product_not_received"),
    "threeDSecureOptional": Card(last4="3055"),
    "threeDSecureRequired": Card(last4="3063", authentication="required"),
    "threeDSecure2Required": Card(last4="3220", authentication="required"),
    "threeDSecureRequiredChargeDeclined": Card(
        last4="3097", authentication="required", decline=GENERIC
    ),
    "authenticationRequired": Card(last4="3184", authentication="always"),
    "authenticationRequiredOnSetup": Card(last4="3155", authentication="unless_set_up"),
    "authenticationRequiredSetupForOffSession": Card(last4="0003"),
    "authenticationRequiredChargeDeclinedInsufficientFunds": Card(
        last4="3178", authentication="always", decline="insufficient_funds"
    ),
}
"""The cards by the end of their name: `visa` is `pm_card_visa` and `tok_visa`."""
for _name, (_code, _last4) in _DECLINES.items():
    for _prefix in ("", "visa_"):
        CARDS[f"{_prefix}charge{_name}"] = Card(last4=_last4, decline=_code, refuses_setup=True)


def test_card(token: str, param: str) -> str:
    """Return the name of the card in a token such as `tok_visa` or `pm_card_visa`.

    Raises ApiError if there is none.
    """
    name = token.removeprefix("pm_card_").removeprefix("tok_")
    if name == token or name not in CARDS:
        what = "token" if param.endswith("[token]") else "PaymentMethod"
        raise ApiError(f"No such {what}: '{token}'", code="resource_missing", param=param)
    return name


def declined(code: str, **more: Any) -> ApiError:
    """Return Stripe's error for a card that is declined with this code."""
    if code == "authentication_required":
        error_code, more = code, {"decline_code": code, **more}
    elif code in _OWN_CODES:
        error_code = code
        more = {"decline_code": code, **more} if code == "processing_error" else more
    else:
        error_code, more = "card_declined", {"decline_code": code, **more}
    return ApiError(MESSAGES[code], status=402, kind="card_error", code=error_code, **more)
