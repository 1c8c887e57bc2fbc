"""Customers."""

from typing import Any

from ..calls import LISTED, PAGE, SEARCH, Call, Request, address
from ..errors import no_such
from ..fields import Fields, group, metadata, text
from ..lists import matching, page, search
from ..state import Object
from .payment_methods import attached_to, detach, not_of_customer
from .shared import merge_metadata

_SHIPPING = group(
    {"phone": text(can_be_unset=True)}, need={"address": group(address), "name": text()}
)
_FIELDS: Fields = {
    "address": group(address),
    "description": text(can_be_unset=True),
    "email": text(512, can_be_unset=True),
    "name": text(256, can_be_unset=True),
    "phone": text(20, can_be_unset=True),
    "shipping": _SHIPPING,
    "metadata": metadata,
    "invoice_settings": group({"default_payment_method": text(can_be_unset=True)}),
}


def _create(request: Request) -> Object:
    state = request.state
    customer: Object = {
        "id": state.new_id("cus", 14),
        "object": "customer",
        "address": None,
        "balance": 0,
        "created": state.second,
        "currency": None,
        "default_source": None,
        "delinquent": False,
        "description": None,
        "discount": None,
        "email": None,
        "invoice_prefix": state.secret(8).upper(),
        "invoice_settings": {
            "custom_fields": None,
            "default_payment_method": None,
            "footer": None,
            "rendering_options": None,
        },
        "livemode": False,
        "metadata": {},
        "name": None,
        "next_invoice_sequence": 1,
        "phone": None,
        "preferred_locales": [],
        "shipping": None,
        "tax_exempt": "none",
        "test_clock": None,
    }
    _change(request, customer)
    if (token := request.get("payment_method")) is not None:
        attached_to(state, token, customer["id"], "payment_method")
    state.add(customer)
    state.emit("customer.created", customer)
    return customer


def _update(request: Request) -> Object:
    customer = _existing(request)
    before = {name: customer[name] for name in request.form if name in customer}
    before = {name: dict(v) if isinstance(v, dict) else v for name, v in before.items()}
    _change(request, customer)
    request.state.emit("customer.updated", customer, previous=before)
    return customer


def _change(request: Request, customer: Object) -> None:
    settings: dict[str, Any] = request.form.get("invoice_settings", {})
    default = settings.get("default_payment_method")
    if default:
        param = "invoice_settings[default_payment_method]"
        method = request.state.get("payment_method", default, param=param)
        if method["customer"] != customer["id"]:
            raise not_of_customer(default, param)
    for name in ("address", "description", "email", "name", "phone", "shipping"):
        if name in request.form:
            customer[name] = request.get(name)
    if default is not None:
        customer["invoice_settings"]["default_payment_method"] = default or None
    merge_metadata(request, customer)


def _existing(request: Request) -> Object:
    customer = request.state.get("customer", request.id)
    if customer.get("deleted"):
        raise no_such("customer", request.id, status=404)
    return customer


def _retrieve(request: Request) -> Object:
    return request.state.get("customer", request.id)


def _delete(request: Request) -> Object:
    customer = _existing(request)
    state = request.state
    for method in state.of("payment_method").values():
        if method["customer"] == customer["id"]:
            detach(method)
    state.emit("customer.deleted", customer)
    state.of("customer")[request.id] = {"id": request.id, "object": "customer", "deleted": True}
    return state.of("customer")[request.id]


def _living(request: Request) -> list[Object]:
    return [each for each in request.state.of("customer").values() if not each.get("deleted")]


def _list(request: Request) -> Object:
    return page(request, matching(request, _living(request), "email"), "/v1/customers")


def _search(request: Request) -> Object:
    return search(request, _living(request), "/v1/customers/search")


def _list_methods(request: Request) -> Object:
    customer = _existing(request)
    methods = [
        each
        for each in request.state.of("payment_method").values()
        if each["customer"] == customer["id"]
    ]
    url = f"/v1/customers/{request.id}/payment_methods"
    return page(request, matching(request, methods, "type"), url)


CALLS = (
    Call("POST", "/v1/customers", _create, may=_FIELDS | {"payment_method": text()}),
    Call("GET", "/v1/customers", _list, may=LISTED | {"email": text()}),
    Call("GET", "/v1/customers/search", _search, need={"query": text()}, may=SEARCH),
    Call("GET", "/v1/customers/*", _retrieve),
    Call("POST", "/v1/customers/*", _update, may=_FIELDS),
    Call("DELETE", "/v1/customers/*", _delete),
    Call("GET", "/v1/customers/*/payment_methods", _list_methods, may=PAGE | {"type": text()}),
)
