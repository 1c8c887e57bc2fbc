"""Setup intents: a card is stored for later payments."""

from ..calls import LISTED, Call, Request
from ..cards import declined
from ..errors import ApiError
from ..fields import Fields, anything, choice, flag, group, metadata, or_text, several, text
from ..lists import matching, page
from ..state import Object, State, shown
from .paying import await_buyer, must_authenticate
from .payment_methods import attached_to, card_of, resolved
from .shared import change_whole, check_only_to_confirm, merge_metadata, with_its_secret

_OPEN = ("requires_payment_method", "requires_confirmation", "requires_action")


def create(request: Request) -> Object:
    """Make a setup intent, and confirm it if the request says so."""
    state, form = request.state, request.form
    automatic = form.get("automatic_payment_methods")
    if automatic is None and "allowed_payment_method_types" not in form:
        automatic = {"enabled": True}
    ident = state.new_id("seti")
    intent: Object = {
        "id": ident,
        "object": "setup_intent",
        "application": None,
        "allowed_payment_method_types": None,
        "automatic_payment_methods": automatic and {"allow_redirects": "always"} | automatic,
        "cancellation_reason": None,
        "client_secret": f"{ident}_secret_{state.secret(25)}",
        "created": state.second,
        "customer": None,
        "description": None,
        "flow_directions": None,
        "last_setup_error": None,
        "latest_attempt": None,
        "livemode": False,
        "mandate": None,
        "metadata": {},
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": None,
        "payment_method_configuration_details": None,
        "payment_method_options": form.get("payment_method_options", {}),
        "payment_method_types": ["card"],
        "single_use_mandate": None,
        "status": "requires_payment_method",
        "usage": form.get("usage", "off_session"),
        "_return_url": None,
    }
    check_only_to_confirm(form, "return_url")
    _change(request, intent)
    state.add(intent)
    state.emit("setup_intent.created", intent)
    if form.get("confirm"):
        _confirm_now(request, intent)
    return intent


def _change(request: Request, intent: Object) -> None:
    form = request.form
    if "customer" in form:
        intent["customer"] = request.state.get("customer", form["customer"], param="customer")["id"]
    if "allowed_payment_method_types" in form:
        intent["allowed_payment_method_types"] = form["allowed_payment_method_types"] or None
    if "description" in form:
        intent["description"] = request.get("description")
    if "payment_method" in form:
        method = resolved(request.state, form["payment_method"], "payment_method")
        if method["customer"] not in (None, intent["customer"]):
            raise ApiError(
                "The provided PaymentMethod is attached to another Customer.",
                param="payment_method",
            )
        intent["payment_method"] = method["id"]
        intent["status"] = "requires_confirmation"
    merge_metadata(request, intent)


def _confirm_now(request: Request, intent: Object) -> None:
    state = request.state
    if intent["payment_method"] is None:
        raise ApiError(
            "You cannot confirm this SetupIntent because it's missing a payment method. Update "
            "the SetupIntent with a payment method and then confirm it again.",
            code="setup_intent_unexpected_state",
        )
    method = state.of("payment_method")[intent["payment_method"]]
    if must_authenticate(card_of(method), method, off_session=False):
        await_buyer(state, intent, request.get("return_url"))
        return
    set_up(state, intent)


def set_up(state: State, intent: Object) -> None:
    """Store the card. Raises ApiError if it is declined."""
    method = state.of("payment_method")[intent["payment_method"]]
    card = card_of(method)
    intent["next_action"] = None
    if card.decline is not None and card.refuses_setup:
        error = declined(card.decline, payment_method=shown(method))
        _fail(state, intent, error.error)
        error.error["setup_intent"] = shown(intent)
        raise error
    if intent["customer"] is not None:
        attached_to(state, method["id"], intent["customer"], "payment_method")
    method["_set_up"] = intent["usage"] == "off_session"
    intent |= {"status": "succeeded", "last_setup_error": None}
    state.emit("setup_intent.succeeded", intent)


def fail_authentication(state: State, intent: Object) -> None:
    """Let the buyer fail to authenticate."""
    error = {
        "code": "setup_intent_authentication_failure",
        "message": (
            "We are unable to authenticate your payment method. Please choose a different payment "
            "method and try again."
        ),
        "payment_method": shown(state.of("payment_method")[intent["payment_method"]]),
        "type": "invalid_request_error",
    }
    _fail(state, intent, error)


def _fail(state: State, intent: Object, error: Object) -> None:
    intent |= {
        "last_setup_error": dict(error),
        "next_action": None,
        "payment_method": None,
        "status": "requires_payment_method",
    }
    state.emit("setup_intent.setup_failed", intent)


def _open(request: Request, act: str) -> Object:
    intent = request.state.get("setup_intent", request.id)
    if intent["status"] not in _OPEN:
        raise ApiError(
            f"You cannot {act} this SetupIntent because it has a status of {intent['status']}.",
            code="setup_intent_unexpected_state",
            setup_intent=shown(intent),
        )
    return intent


def confirm(request: Request) -> Object:
    """Try a card. Raises ApiError if it is declined."""
    intent = _open(request, "confirm")
    change_whole(intent, lambda changed: _change(request, changed))
    _confirm_now(request, intent)
    return intent


def _update(request: Request) -> Object:
    intent = _open(request, "update")
    change_whole(intent, lambda changed: _change(request, changed))
    return intent


def _cancel(request: Request) -> Object:
    intent = _open(request, "cancel")
    intent |= {
        "cancellation_reason": request.form.get("cancellation_reason"),
        "next_action": None,
        "status": "canceled",
    }
    request.state.emit("setup_intent.canceled", intent)
    return intent


def _retrieve(request: Request) -> Object:
    return with_its_secret(request, "setup_intent", "SetupIntent")


def _list(request: Request) -> Object:
    intents = request.state.of("setup_intent").values()
    found = matching(request, intents, "customer", "payment_method")
    return page(request, found, "/v1/setup_intents")


_ALLOWED = several(choice("card"))
"""Of Stripe's kinds of payment methods, the double has cards only."""
_CHANGES: Fields = {
    "allowed_payment_method_types": or_text(_ALLOWED, ""),
    "customer": text(),
    "description": text(1_000, can_be_unset=True),
    "metadata": metadata,
    "payment_method": text(),
    "payment_method_options": anything,
}
_CREATE: Fields = {
    "automatic_payment_methods": group(
        {"allow_redirects": choice("always", "never")}, need={"enabled": flag}
    ),
    "confirm": flag,
    "allowed_payment_method_types": _ALLOWED,
    "return_url": text(),
    "usage": choice("off_session", "on_session"),
    "use_stripe_sdk": flag,
}
_CONFIRM: Fields = {
    "allowed_payment_method_types": _ALLOWED,
    "payment_method": text(),
    "return_url": text(),
    "use_stripe_sdk": flag,
}
_REASON = choice("abandoned", "duplicate", "requested_by_customer")
_ONE = "/v1/setup_intents/*"
CALLS = (
    Call("POST", "/v1/setup_intents", create, may=_CHANGES | _CREATE),
    Call(
        "GET",
        "/v1/setup_intents",
        _list,
        may=LISTED | {"customer": text(), "payment_method": text()},
    ),
    Call("GET", _ONE, _retrieve, may={"client_secret": text()}),
    Call("POST", _ONE, _update, may=_CHANGES),
    Call("POST", f"{_ONE}/confirm", confirm, may=_CONFIRM),
    Call("POST", f"{_ONE}/cancel", _cancel, may={"cancellation_reason": _REASON}),
)
