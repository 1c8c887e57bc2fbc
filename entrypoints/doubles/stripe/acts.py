"""What the double can be told to do beside Stripe's API, and stores like a call."""

from .calls import Call, Request
from .due import pass_time
from .errors import ApiError
from .fields import Fields, amount, choice, currency, flag, integer, several, text
from .resources import (
    accounts,
    balance,
    checkout_sessions,
    disputes,
    paying,
    payouts,
    refunds,
    setup_intents,
)
from .resources.charges import refundable
from .resources.webhook_endpoints import new_endpoint
from .state import Delivery, Object, State

_RETRIES = (5.0, 60.0, 300.0, 1_800.0, 7_200.0, 18_000.0, 36_000.0, 86_400.0)
"""Seconds from each failed attempt to deliver an event until the next."""
_FOREVER = 10 * 366 * 86_400


def _advance(request: Request) -> Object:
    state, seconds = request.state, request.form["advance"]
    state.ahead += seconds
    pass_time(state, state.now + seconds)
    return {"now": state.second, "ahead": state.ahead}


def _authenticate(request: Request) -> Object:
    state, passes = request.state, request.form["passes"]
    is_payment = request.id.startswith("pi_")
    intent = state.get("payment_intent" if is_payment else "setup_intent", request.id)
    if intent["status"] != "requires_action":
        raise ApiError(f"{request.id} has a status of {intent['status']}, and waits for nobody.")
    try:
        if not is_payment:
            (setup_intents.set_up if passes else setup_intents.fail_authentication)(state, intent)
        else:
            (paying.pay if passes else paying.fail_authentication)(state, intent)
    except ApiError:
        pass  # declined after the authentication: the intent says so
    return {"id": intent["id"], "status": intent["status"], "return_url": intent["_return_url"]}


def _submit(request: Request) -> Object:
    return checkout_sessions.submit(request.state, request.id, request.form["card"])


def _complete(request: Request) -> Object:
    account = accounts.account_of(request.state, request.id)
    accounts.complete(request.state, account)
    return account


def _restrict(request: Request) -> Object:
    account = accounts.account_of(request.state, request.id)
    reason = request.form.get("disabled_reason", "requirements.past_due")
    accounts.restrict(request.state, account, reason)
    return account


def _dispute(request: Request) -> Object:
    charge = request.state.get("charge", request.id)
    if not charge["captured"] or charge["disputed"]:
        raise ApiError(f"Charge {request.id} is not captured, or is disputed already.")
    wanted = request.form.get("amount", refundable(charge))
    if not 0 < wanted <= refundable(charge):
        raise ApiError("A dispute can be about what was not refunded.", param="amount")
    reason = request.form.get("reason", "fraudulent")
    return disputes.open_dispute(request.state, charge, reason, wanted)


def _decide(request: Request) -> Object:
    dispute = request.state.get("dispute", request.id)
    if dispute["status"] not in ("needs_response", "under_review"):
        raise ApiError(f"The dispute is {dispute['status']} already.")
    disputes.close(request.state, dispute, won=request.form["won"])
    return dispute


def _fail_refund(request: Request) -> Object:
    refund = request.state.get("refund", request.id)
    refunds.fail(request.state, refund["id"])
    return refund


def _fail_payout(request: Request) -> Object:
    owner = request.form.get("account", "")
    payout = request.state.get("payout", request.id, account=owner)
    payouts.fail(request.state, payout, owner, request.form.get("failure_code", "account_closed"))
    return payout


def _take_fee(request: Request) -> Object:
    form = request.form
    return balance.record(
        request.state,
        "stripe_fee",
        -form["amount"],
        form["currency"],
        None,
        description=form.get("description", "Radar"),
    )


def _top_up(request: Request) -> Object:
    form, ident = request.form, request.state.new_id("tu")
    return balance.record(request.state, "topup", form["amount"], form["currency"], ident)


def _adjust(request: Request) -> Object:
    form = request.form
    amount_ = form["amount"] * (-1 if form.get("takes", False) else 1)
    return balance.record(
        request.state, "adjustment", amount_, form["currency"], None, category="other_adjustment"
    )


def _register(request: Request) -> Object:
    return new_endpoint(
        request.state,
        request.form["url"],
        kinds=request.form.get("enabled_events", ["*"]),
        secrets=request.form["secrets"],
        connect=request.form.get("connect", False),
    )


def _resend(request: Request) -> Object:
    state = request.state
    owner = request.form.get("account", "")
    event = state.get("event", request.id, account=owner)
    for endpoint in state.of("webhook_endpoint").values():
        if endpoint["_connect"] is bool(owner):
            state.deliver(event, endpoint["id"], owner)
    return event


def _delivered(request: Request) -> Object:
    state, done = request.state, request.form["delivered"]
    number = int(request.id) if request.id.isdecimal() else 0
    delivery = state.deliveries.get(number)
    if delivery is None:
        return {}
    delivery.attempts += 1
    if not done and delivery.attempts <= len(_RETRIES):
        delivery.due = state.now + _RETRIES[delivery.attempts - 1]
        return {}
    _end(state, delivery, done=done)
    return {}


def _end(state: State, delivery: Delivery, *, done: bool) -> None:
    del state.deliveries[delivery.number]
    event = state.of("event", delivery.account).get(delivery.event)
    if done and event is not None:
        event["pending_webhooks"] -= 1
    if not done:
        state.lost_deliveries += 1


_ENDPOINT: Fields = {"connect": flag, "enabled_events": several(text(), most=300)}
CALLS = (
    Call("POST", "/_double/clock", _advance, need={"advance": integer(0, _FOREVER)}),
    Call("POST", "/_double/authenticate/*", _authenticate, need={"passes": flag}),
    Call("POST", "/_double/checkout/*", _submit, need={"card": text()}),
    Call("POST", "/_double/accounts/*/complete", _complete),
    Call("POST", "/_double/accounts/*/restrict", _restrict, may={"disabled_reason": text()}),
    Call(
        "POST",
        "/_double/charges/*/dispute",
        _dispute,
        may={"amount": amount, "reason": choice(*disputes.REASONS)},
    ),
    Call("POST", "/_double/disputes/*/decide", _decide, need={"won": flag}),
    Call("POST", "/_double/refunds/*/fail", _fail_refund),
    Call(
        "POST",
        "/_double/payouts/*/fail",
        _fail_payout,
        may={"account": text(), "failure_code": text()},
    ),
    Call(
        "POST",
        "/_double/fees",
        _take_fee,
        need={"amount": amount, "currency": currency},
        may={"description": text()},
    ),
    Call("POST", "/_double/top_ups", _top_up, need={"amount": amount, "currency": currency}),
    Call(
        "POST",
        "/_double/adjustments",
        _adjust,
        need={"amount": amount, "currency": currency},
        may={"takes": flag},
    ),
    Call(
        "POST",
        "/_double/webhook_endpoints",
        _register,
        need={"secrets": several(text(), most=2), "url": text()},
        may=_ENDPOINT,
    ),
    Call("POST", "/_double/events/*/send", _resend, may={"account": text()}),
    Call("POST", "/_double/deliveries/*", _delivered, need={"delivered": flag}),
)
