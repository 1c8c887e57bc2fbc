"""What Stripe's refusals mean."""

import stripe

from .client import NO_FUNDS

_UNPAYABLE = frozenset({"amount_too_small", "amount_too_large"})
_NOTHING_LEFT = frozenset({"charge_already_refunded", "charge_disputed", "refund_disputed_payment"})
_CANNOT_RECEIVE = frozenset(
    {
        "account_closed",
        "account_invalid",
        "insufficient_capabilities_for_transfer",
        "transfers_not_allowed",
    }
)


def why_not_charged(error: stripe.StripeError) -> str | None:
    """Return why a payment method cannot be charged, or None if that is not the reason."""
    if isinstance(error, stripe.CardError):
        return decline_of(error.error) or error.code or "declined"
    if _names(error, "payment_method", "customer") or error.code in _UNPAYABLE:
        return error.code or "invalid payment method"
    return None


def why_not_refunded(error: stripe.StripeError) -> str | None:
    """Return why so much is not refunded, or None if the charge is not the reason."""
    if error.code in _NOTHING_LEFT:
        return error.code
    if error.code not in NO_FUNDS and _names(error, "amount"):
        return error.code or "more than is left"
    return None


def why_not_paid_out(error: stripe.StripeError) -> str | None:
    """Return why an account cannot be paid, or None if the account is not the reason."""
    if error.code in _CANNOT_RECEIVE or _names(error, "destination"):
        return error.code or "invalid account"
    return None


def decline_of(error: stripe.StripeObject | None) -> str | None:
    """Return the code of a decline in an error object: the bank's if there is one."""
    if error is None:
        return None
    code: str | None = getattr(error, "decline_code", None) or getattr(error, "code", None)
    return code


def _names(error: stripe.StripeError, *parameters: str) -> bool:
    is_invalid = isinstance(error, stripe.InvalidRequestError)
    return is_invalid and getattr(error, "param", None) in parameters
