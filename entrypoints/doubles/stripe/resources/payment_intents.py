"""Payment intents."""

from ..calls import LISTED, SEARCH, Call, Request, address
from ..errors import ApiError
from ..fields import (
    Fields,
    amount,
    anything,
    check_charge,
    choice,
    currency,
    flag,
    group,
    metadata,
    money,
    or_text,
    several,
    text,
)
from ..lists import matching, page, search
from ..state import Object, shown
from .paying import cancel, capture_intent, confirm
from .payment_methods import not_of_customer, resolved
from .shared import change_whole, check_only_to_confirm, merge_metadata, with_its_secret

_CANCELLABLE = (
    "requires_payment_method",
    "requires_capture",
    "requires_confirmation",
    "requires_action",
    "processing",
)
_CHANGEABLE = ("requires_payment_method", "requires_confirmation", "requires_action")
_COPIED = (
    "description",
    "receipt_email",
    "setup_future_usage",
    "shipping",
    "statement_descriptor",
    "statement_descriptor_suffix",
    "transfer_group",
)


def _create(request: Request) -> Object:
    state, form = request.state, request.form
    check_charge(form["amount"], form["currency"])
    automatic = form.get("automatic_payment_methods")
    if automatic is None and "allowed_payment_method_types" not in form:
        automatic = {"enabled": True, "allow_redirects": "always"}
    ident = state.new_id("pi")
    intent: Object = {
        "id": ident,
        "object": "payment_intent",
        "amount": form["amount"],
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "application": None,
        "application_fee_amount": None,
        "allowed_payment_method_types": form.get("allowed_payment_method_types"),
        "automatic_payment_methods": automatic and {"allow_redirects": "always"} | automatic,
        "canceled_at": None,
        "cancellation_reason": None,
        "capture_method": form.get("capture_method", "automatic_async"),
        "client_secret": f"{ident}_secret_{state.secret(25)}",
        "confirmation_method": form.get("confirmation_method", "automatic"),
        "created": state.second,
        "currency": form["currency"],
        "customer": None,
        "description": None,
        "last_payment_error": None,
        "latest_charge": None,
        "livemode": False,
        "metadata": {},
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": None,
        "payment_method_configuration_details": None,
        "payment_method_options": form.get("payment_method_options", {}),
        "payment_method_types": ["card"],
        "payment_record": None,
        "processing": None,
        "receipt_email": None,
        "review": None,
        "setup_future_usage": None,
        "shipping": None,
        "source": None,
        "statement_descriptor": None,
        "statement_descriptor_suffix": None,
        "status": "requires_payment_method",
        "transfer_data": None,
        "transfer_group": None,
        "_fails_on_action": form.get("error_on_requires_action", False),
        "_return_url": None,
    }
    check_only_to_confirm(form, "off_session", "return_url", "error_on_requires_action")
    _change(request, intent)
    if form.get("confirm"):
        _check_confirmation(request, intent)
    state.add(intent)
    state.emit("payment_intent.created", intent)
    if form.get("confirm"):
        _confirm_now(request, intent)
    return intent


def _change(request: Request, intent: Object) -> None:
    form = request.form
    if "customer" in form and request.get("customer") is not None:
        intent["customer"] = request.state.get("customer", form["customer"], param="customer")["id"]
    for name in ("amount", "currency", "capture_method"):
        if name in form:
            intent[name] = form[name]
    check_charge(intent["amount"], intent["currency"])
    for name in _COPIED:
        if name in form:
            intent[name] = request.get(name)
    if "payment_method" in form:
        _choose_method(request, intent)
    merge_metadata(request, intent)


def _choose_method(request: Request, intent: Object) -> None:
    token = request.get("payment_method")
    if token is None:
        intent["payment_method"] = None
        intent["status"] = "requires_payment_method"
        return
    method = resolved(request.state, token, "payment_method")
    owner = method["customer"]
    if owner is not None and owner != intent["customer"]:
        if intent["customer"] is None:
            raise ApiError(
                "The provided PaymentMethod was previously attached to a Customer. To use it "
                "again, supply its Customer too.",
                param="payment_method",
            )
        raise not_of_customer(token, "payment_method")
    intent["payment_method"] = method["id"]
    intent["status"] = "requires_confirmation"


def _change_to_confirm(request: Request, intent: Object) -> None:
    _change(request, intent)
    intent["_fails_on_action"] = request.form.get("error_on_requires_action", False)
    _check_confirmation(request, intent)


def _check_confirmation(request: Request, intent: Object) -> None:
    if intent["payment_method"] is None:
        raise ApiError(
            "You cannot confirm this PaymentIntent because it's missing a payment method. Update "
            "the PaymentIntent with a payment method and then confirm it again.",
            code="payment_intent_unexpected_state",
        )
    automatic = intent["automatic_payment_methods"] or {}
    may_redirect = automatic.get("allow_redirects") == "always" and automatic.get("enabled")
    if may_redirect and not (request.form.get("off_session") or request.form.get("return_url")):
        raise ApiError(
            "This PaymentIntent is configured to accept payment methods that might redirect your "
            "customer off of your page, so you must provide a `return_url`. If you don't want to "
            "accept them, set `automatic_payment_methods[allow_redirects]` to `never`."
        )


def _confirm_now(request: Request, intent: Object) -> None:
    confirm(
        request.state,
        intent,
        off_session=bool(request.form.get("off_session")),
        return_url=request.get("return_url"),
    )


def _confirm(request: Request) -> Object:
    intent = request.state.get("payment_intent", request.id)
    if intent["status"] not in _CHANGEABLE:
        raise _wrong_state(intent, "confirm", _CHANGEABLE)
    change_whole(intent, lambda changed: _change_to_confirm(request, changed))
    _confirm_now(request, intent)
    return intent


def _capture(request: Request) -> Object:
    intent = request.state.get("payment_intent", request.id)
    if intent["status"] != "requires_capture":
        raise _wrong_state(intent, "capture", ("requires_capture",))
    wanted = request.form.get("amount_to_capture", intent["amount_capturable"])
    if wanted > intent["amount_capturable"]:
        raise ApiError(
            f"The requested capture amount ({money(wanted, intent['currency'])}) is greater than "
            f"the amount you can capture for this charge "
            f"({money(intent['amount_capturable'], intent['currency'])}).",
            code="amount_too_large",
            param="amount_to_capture",
        )
    merge_metadata(request, intent)
    capture_intent(request.state, intent, wanted)
    return intent


def _cancel(request: Request) -> Object:
    intent = request.state.get("payment_intent", request.id)
    if intent["status"] not in _CANCELLABLE:
        raise _wrong_state(intent, "cancel", _CANCELLABLE)
    cancel(request.state, intent, request.form.get("cancellation_reason"))
    return intent


def _update(request: Request) -> Object:
    intent = request.state.get("payment_intent", request.id)
    harmless = {"metadata", "description", "receipt_email", "shipping", "transfer_group", "expand"}
    if intent["status"] not in _CHANGEABLE and not set(request.form) <= harmless:
        raise _wrong_state(intent, "update", _CHANGEABLE)
    change_whole(intent, lambda changed: _change(request, changed))
    return intent


def _wrong_state(intent: Object, act: str, allowed: tuple[str, ...]) -> ApiError:
    if act == "capture" and intent["status"] == "succeeded":
        message = "This PaymentIntent could not be captured because it has already been captured."
    else:
        message = (
            f"You cannot {act} this PaymentIntent because it has a status of {intent['status']}. "
            f"Only a PaymentIntent with one of the following statuses may be {_DONE[act]}: "
            f"{', '.join(allowed)}."
        )
    return ApiError(message, code="payment_intent_unexpected_state", payment_intent=shown(intent))


_DONE = {
    "cancel": "canceled",
    "capture": "captured",
    "confirm": "confirmed",
    "update": "updated",
}


def _retrieve(request: Request) -> Object:
    return with_its_secret(request, "payment_intent", "PaymentIntent")


def _list(request: Request) -> Object:
    intents = matching(request, request.state.of("payment_intent").values(), "customer")
    return page(request, intents, "/v1/payment_intents")


def _search(request: Request) -> Object:
    intents = request.state.of("payment_intent").values()
    return search(request, intents, "/v1/payment_intents/search")


_SHIPPING: Fields = {
    "carrier": text(),
    "phone": text(can_be_unset=True),
    "tracking_number": text(),
}
_CHANGES: Fields = {
    "customer": text(),
    "description": text(1_000, can_be_unset=True),
    "metadata": metadata,
    "payment_method": text(can_be_unset=True),
    "payment_method_options": anything,
    "receipt_email": text(can_be_unset=True),
    "setup_future_usage": choice("off_session", "on_session", ""),
    "shipping": or_text(group(_SHIPPING, need={"address": group(address), "name": text()}), ""),
    "statement_descriptor": text(22),
    "statement_descriptor_suffix": text(22),
    "transfer_group": text(),
}
_TO_CONFIRM: Fields = {
    "error_on_requires_action": flag,
    "off_session": or_text(flag, "one_off", "recurring"),
    "return_url": text(),
    "use_stripe_sdk": flag,
}
_CAPTURE_METHOD = choice("automatic", "automatic_async", "manual")
_CREATE: Fields = {
    "automatic_payment_methods": group(
        {"allow_redirects": choice("always", "never")}, need={"enabled": flag}
    ),
    "capture_method": _CAPTURE_METHOD,
    "confirm": flag,
    "confirmation_method": choice("automatic", "manual"),
    "allowed_payment_method_types": several(choice("card")),
}
_CONFIRM: Fields = {
    name: _CHANGES[name]
    for name in (
        "payment_method",
        "payment_method_options",
        "receipt_email",
        "setup_future_usage",
        "shipping",
    )
}
_CAPTURE: Fields = {
    "amount_to_capture": amount,
    "final_capture": flag,
    "metadata": metadata,
    "statement_descriptor": text(22),
    "statement_descriptor_suffix": text(22),
}
_REASON = choice("abandoned", "duplicate", "fraudulent", "requested_by_customer")
_ONE = "/v1/payment_intents/*"
CALLS = (
    Call(
        "POST",
        "/v1/payment_intents",
        _create,
        need={"amount": amount, "currency": currency},
        may=_CHANGES | _TO_CONFIRM | _CREATE,
    ),
    Call("GET", "/v1/payment_intents", _list, may=LISTED | {"customer": text()}),
    Call("GET", "/v1/payment_intents/search", _search, need={"query": text()}, may=SEARCH),
    Call("GET", _ONE, _retrieve, may={"client_secret": text()}),
    Call(
        "POST",
        _ONE,
        _update,
        may=_CHANGES | {"amount": amount, "currency": currency, "capture_method": _CAPTURE_METHOD},
    ),
    Call(
        "POST",
        f"{_ONE}/confirm",
        _confirm,
        may=_CONFIRM | _TO_CONFIRM | {"capture_method": _CAPTURE_METHOD},
    ),
    Call("POST", f"{_ONE}/capture", _capture, may=_CAPTURE),
    Call("POST", f"{_ONE}/cancel", _cancel, may={"cancellation_reason": _REASON}),
)
