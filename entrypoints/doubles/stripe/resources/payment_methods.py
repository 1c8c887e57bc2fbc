"""Payment methods, which are all test cards."""

from typing import Any

from ..calls import PAGE, Call, Request, address
from ..cards import CARDS, Card, declined, test_card
from ..errors import ApiError, missing_parameter
from ..fields import Fields, choice, group, integer, metadata, text
from ..lists import matching, page
from ..state import Object, State
from .shared import merge_metadata

_BILLING: Fields = {
    "address": group(address),
    "email": text(can_be_unset=True),
    "name": text(can_be_unset=True),
    "phone": text(can_be_unset=True),
}
_EXPIRY: Fields = {"exp_month": integer(1, 12), "exp_year": integer(2000, 2100)}
_ALLOW_REDISPLAY = choice("always", "limited", "unspecified")


def card_of(method: Object) -> Card:
    """Return the test card of a payment method."""
    return CARDS[method["_card"]]


def new_method(state: State, name: str) -> Object:
    """Create the payment method of a test card."""
    card = CARDS[name]
    method: Object = {
        "id": state.new_id("pm"),
        "object": "payment_method",
        "allow_redisplay": "unspecified",
        "billing_details": {
            "address": dict.fromkeys(address),
            "email": None,
            "name": None,
            "phone": None,
            "tax_id": None,
        },
        "card": _card_details(card),
        "created": state.second,
        "customer": None,
        "livemode": False,
        "metadata": {},
        "type": "card",
        "_card": name,
        "_set_up": False,
        "_used_up": False,
    }
    return state.add(method)


def _card_details(card: Card) -> Object:
    return {
        "brand": card.brand,
        "checks": {
            "address_line1_check": None,
            "address_postal_code_check": None,
            "cvc_check": "pass",
        },
        "country": "US",
        "display_brand": card.brand,
        "exp_month": 12,
        "exp_year": 2034,
        "fingerprint": f"card{card.last4}",
        "funding": card.funding,
        "generated_from": None,
        "last4": card.last4,
        "networks": {"available": [card.brand], "preferred": None},
        "regulated_status": "unregulated",
        "three_d_secure_usage": {"supported": True},
        "wallet": None,
    }


def resolved(state: State, token: str, param: str) -> Object:
    """Return the payment method of an id, or a new one of a test card such as `pm_card_visa`.

    Raises ApiError for an unknown one, and for one that was used without a customer or detached.
    """
    if token.startswith("pm_card_"):
        return new_method(state, test_card(token, param))
    method = state.get("payment_method", token, param=param)
    if method["_used_up"]:
        raise ApiError(
            "The provided PaymentMethod was previously used with a PaymentIntent without Customer "
            "attachment, or was detached from a Customer. It may not be used again.",
            param=param,
        )
    return method


def detach(method: Object) -> None:
    """Take a payment method from its customer. It cannot be used again."""
    method |= {"customer": None, "_used_up": True}


def attached_to(state: State, token: str, customer: str, param: str) -> Object:
    """Attach a payment method to a customer.

    Raises ApiError if it belongs to another one, or is a card that is declined at once.
    """
    method = resolved(state, token, param)
    if method["customer"] not in (None, customer):
        raise ApiError(
            "The payment method you provided has already been attached to a customer.", param=param
        )
    card = card_of(method)
    if card.decline is not None and card.refuses_setup:
        raise declined(card.decline, param="")
    if method["customer"] is None:
        method["customer"] = customer
        state.emit("payment_method.attached", method)
    return method


def not_of_customer(ident: str, param: str) -> ApiError:
    """Return the error for a payment method that the customer does not have."""
    return ApiError(
        f"The customer does not have a payment method with the ID {ident}. The payment method "
        "must be attached to the customer.",
        code="resource_missing",
        param=param,
    )


def _create(request: Request) -> Object:
    given: dict[str, Any] = request.form.get("card", {})
    if "token" not in given:
        raise missing_parameter("card[token]")
    method = new_method(request.state, test_card(given["token"], "card[token]"))
    _change(request, method)
    return method


def _update(request: Request) -> Object:
    method = request.state.get("payment_method", request.id)
    _change(request, method)
    method["card"].update(request.form.get("card", {}))
    request.state.emit("payment_method.updated", method)
    return method


def _change(request: Request, method: Object) -> None:
    if "billing_details" in request.form:
        method["billing_details"].update(request.form["billing_details"])
    if "allow_redisplay" in request.form:
        method["allow_redisplay"] = request.form["allow_redisplay"]
    merge_metadata(request, method)


def _retrieve(request: Request) -> Object:
    if request.id.startswith("pm_card_"):
        return resolved(request.state, request.id, "payment_method")
    return request.state.get("payment_method", request.id)


def _list(request: Request) -> Object:
    methods = matching(request, request.state.of("payment_method").values(), "customer", "type")
    return page(request, [each for each in methods if each["customer"]], "/v1/payment_methods")


def _attach(request: Request) -> Object:
    customer = request.state.get("customer", request.form["customer"], param="customer")
    return attached_to(request.state, request.id, customer["id"], "payment_method")


def _detach(request: Request) -> Object:
    state = request.state
    method = state.get("payment_method", request.id)
    owner = method["customer"]
    if owner is None:
        raise ApiError(
            "The payment method you provided is not attached to a customer so detachment is "
            "impossible."
        )
    detach(method)
    settings = state.get("customer", owner)["invoice_settings"]
    if settings["default_payment_method"] == method["id"]:
        settings["default_payment_method"] = None
    state.emit("payment_method.detached", method, previous={"customer": owner})
    return method


_FIELDS: Fields = {
    "billing_details": group(_BILLING),
    "metadata": metadata,
    "allow_redisplay": _ALLOW_REDISPLAY,
}
CALLS = (
    Call(
        "POST",
        "/v1/payment_methods",
        _create,
        need={"type": choice("card")},
        may=_FIELDS | {"card": group({"token": text()})},
    ),
    Call(
        "GET",
        "/v1/payment_methods",
        _list,
        may=PAGE | {"customer": text(), "type": choice("card")},
    ),
    Call("GET", "/v1/payment_methods/*", _retrieve),
    Call("POST", "/v1/payment_methods/*", _update, may=_FIELDS | {"card": group(_EXPIRY)}),
    Call("POST", "/v1/payment_methods/*/attach", _attach, need={"customer": text()}),
    Call("POST", "/v1/payment_methods/*/detach", _detach),
)
