"""What happens to a payment intent: it is paid, declined, waits for the buyer, or is cancelled."""

from typing import Any

from ..cards import Card, declined
from ..errors import ApiError
from ..state import Object, State, shown
from .charges import capture, new_charge
from .disputes import open_dispute
from .payment_methods import card_of

AUTHORISED_FOR = 7 * 86_400
"""Seconds after which an authorised payment that was not captured is cancelled."""


def confirm(state: State, intent: Object, *, off_session: bool, return_url: str | None) -> None:
    """Try to pay. Raises ApiError if the card is declined, after which the intent can be retried.

    A buyer who is there may have to authenticate: then the intent waits with a link.
    """
    method = state.of("payment_method")[intent["payment_method"]]
    card = card_of(method)
    if must_authenticate(card, method, off_session=off_session):
        if off_session or intent["_fails_on_action"]:
            raise _decline(state, intent, method, "authentication_required")
        await_buyer(state, intent, return_url)
        return
    pay(state, intent)


def must_authenticate(card: Card, method: Object, *, off_session: bool) -> bool:
    """Return whether the buyer must authenticate this payment."""
    match card.authentication:
        case "always":
            return True
        case "required" | "unless_set_up":
            return not (method["_set_up"] and off_session)
        case _:
            return False


def pay(state: State, intent: Object) -> None:
    """Charge the card. Raises ApiError if it is declined."""
    method = state.of("payment_method")[intent["payment_method"]]
    card = card_of(method)
    if card.decline is not None:
        raise _decline(state, intent, method, card.decline)
    charge = new_charge(state, intent, method, None)
    intent["next_action"] = None
    intent["last_payment_error"] = None
    intent["latest_charge"] = charge["id"]
    if intent["setup_future_usage"] == "off_session" and intent["customer"]:
        method["_set_up"] = True
        method["customer"] = method["customer"] or intent["customer"]
    method["_used_up"] = method["customer"] is None
    if intent["capture_method"] == "manual":
        intent["status"] = "requires_capture"
        intent["amount_capturable"] = intent["amount"]
        state.emit("charge.succeeded", charge)
        state.emit("payment_intent.amount_capturable_updated", intent)
        state.later(AUTHORISED_FOR, "authorization_expires", intent["id"])
        return
    capture(state, charge, intent["amount"])
    state.emit("charge.succeeded", charge)
    _succeed(state, intent, charge, intent["amount"])


def capture_intent(state: State, intent: Object, amount: int) -> None:
    """Collect this amount of an authorised payment."""
    charge = state.of("charge")[intent["latest_charge"]]
    capture(state, charge, amount)
    state.emit("charge.captured", charge)
    _succeed(state, intent, charge, amount)


def _succeed(state: State, intent: Object, charge: Object, amount: int) -> None:
    intent["status"] = "succeeded"
    intent["amount_capturable"] = 0
    intent["amount_received"] = amount
    state.emit("payment_intent.succeeded", intent)
    reason = card_of(state.of("payment_method")[charge["payment_method"]]).dispute
    if reason is not None:
        open_dispute(state, charge, reason, amount)


def _decline(state: State, intent: Object, method: Object, code: str) -> ApiError:
    charge = new_charge(state, intent, method, code)
    more: dict[str, Any] = {"payment_method": shown(method), "charge": charge["id"]}
    error = declined(code, **more)
    _fail(intent, error.error)
    intent["latest_charge"] = charge["id"]
    state.emit("payment_intent.payment_failed", intent)
    error.error["payment_intent"] = shown(intent)
    return error


def _fail(intent: Object, error: dict[str, Any]) -> None:
    intent["status"] = "requires_payment_method"
    intent["payment_method"] = None
    intent["next_action"] = None
    intent["last_payment_error"] = dict(error)


def await_buyer(state: State, intent: Object, return_url: str | None) -> None:
    """Let a payment or setup intent wait for the buyer, with a link to authenticate."""
    intent["status"] = "requires_action"
    url = f"{state.base}/_double/authenticate/{intent['id']}"
    secret = intent["client_secret"]
    intent["_return_url"] = return_url
    if return_url is None:
        intent["next_action"] = {"type": "use_stripe_sdk", "use_stripe_sdk": {"stripe_js": url}}
    else:
        intent["next_action"] = {
            "redirect_to_url": {
                "return_url": return_url,
                "url": f"{url}?client_secret={secret}",
            },
            "type": "redirect_to_url",
        }
    if intent["object"] == "payment_intent":
        state.emit("payment_intent.requires_action", intent)
    else:
        state.emit("setup_intent.requires_action", intent)


def fail_authentication(state: State, intent: Object) -> None:
    """Let the buyer fail to authenticate: the payment intent wants another card."""
    method = state.of("payment_method")[intent["payment_method"]]
    message = (
        "We are unable to authenticate your payment method. Please choose a different payment "
        "method and try again."
    )
    error = {
        "code": "payment_intent_authentication_failure",
        "message": message,
        "payment_method": shown(method),
        "type": "invalid_request_error",
    }
    _fail(intent, error)
    state.emit("payment_intent.payment_failed", intent)


def cancel(state: State, intent: Object, reason: str | None) -> None:
    """Cancel a payment intent, and release what was authorised."""
    if intent["status"] == "requires_capture":
        charge = state.of("charge")[intent["latest_charge"]]
        charge["refunded"] = True
        charge["amount_refunded"] = charge["amount"]
        state.emit("charge.refunded", charge)
    intent["status"] = "canceled"
    intent["canceled_at"] = state.second
    intent["cancellation_reason"] = reason
    intent["amount_capturable"] = 0
    intent["next_action"] = None
    state.emit("payment_intent.canceled", intent)
