"""Checkout sessions in mode `setup`: a page on which a buyer types a card in."""

from ..calls import PAGE, Call, Request
from ..errors import ApiError
from ..fields import Fields, choice, group, metadata, several, text
from ..lists import matching, page
from ..state import Object, State
from . import setup_intents

_A_DAY = 86_400
_ALL = "/v1/checkout/sessions"


def _create(request: Request) -> Object:
    state, form = request.state, request.form
    customer = state.get("customer", form["customer"], param="customer")["id"]
    asked = {"customer": customer, "allowed_payment_method_types": ["card"]}
    more = form.get("setup_intent_data", {})
    intent = setup_intents.create(Request(state, request.account, (), asked | more))
    ident = state.new_id("cs_test", 58)
    session: Object = {
        "id": ident,
        "object": "checkout.session",
        "cancel_url": form.get("cancel_url"),
        "client_reference_id": None,
        "created": state.second,
        "currency": None,
        "customer": customer,
        "expires_at": state.second + _A_DAY,
        "livemode": False,
        "metadata": form.get("metadata", {}),
        "mode": "setup",
        "payment_intent": None,
        "payment_status": "no_payment_required",
        "setup_intent": intent["id"],
        "status": "open",
        "success_url": form["success_url"],
        "url": f"{state.base}/_double/checkout/{ident}",
    }
    return state.add(session)


def _retrieve(request: Request) -> Object:
    return _seen(request.state, request.state.get("checkout.session", request.id))


def _list(request: Request) -> Object:
    state = request.state
    sessions = [_seen(state, each) for each in state.of("checkout.session").values()]
    return page(request, matching(request, sessions, "customer", "status"), _ALL)


def submit(state: State, ident: str, card: str) -> Object:
    """Type a card in, and do what the bank wants. Raises ApiError if it is declined."""
    session = state.get("checkout.session", ident)
    if session["status"] != "open" or _is_late(state, session):
        raise ApiError(f"Checkout session {ident} is over.")
    intent = state.of("setup_intent")[session["setup_intent"]]
    setup_intents.confirm(Request(state, "", (intent["id"],), {"payment_method": card}))
    if intent["status"] == "requires_action":
        setup_intents.set_up(state, intent)
    session |= {"status": "complete", "url": None}
    state.emit("checkout.session.completed", session)
    return session


def _seen(state: State, session: Object) -> Object:
    return session | {"status": "expired", "url": None} if _is_late(state, session) else session


def _is_late(state: State, session: Object) -> bool:
    return bool(session["status"] == "open" and session["expires_at"] <= state.second)


_DATA: Fields = {"description": text(1_000), "metadata": metadata}
CALLS = (
    Call(
        "POST",
        _ALL,
        _create,
        need={"customer": text(), "mode": choice("setup"), "success_url": text()},
        may={
            "allowed_payment_method_types": several(choice("card")),
            "cancel_url": text(),
            "metadata": metadata,
            "setup_intent_data": group(_DATA),
        },
    ),
    Call(
        "GET",
        _ALL,
        _list,
        may=PAGE | {"customer": text(), "status": choice("open", "complete", "expired")},
    ),
    Call("GET", "/v1/checkout/sessions/*", _retrieve),
)
