"""Refunds."""

from ..calls import LISTED, Call, Request
from ..errors import ApiError, missing_parameter
from ..fields import Fields, amount, choice, flag, metadata, money, text
from ..lists import matching, page
from ..state import Object, State
from .balance import record
from .charges import refundable, settled_at
from .payment_methods import card_of
from .shared import merge_metadata

CHANGES_AFTER = 5.0
"""Seconds until a pending refund succeeds, or a refund that shall fail fails."""


def _create(request: Request) -> Object:
    state = request.state
    charge = _charge_of(request)
    wanted = _amount_of(request, charge)
    card = card_of(state.of("payment_method")[charge["payment_method"]])
    refund: Object = {
        "id": state.new_id("re"),
        "object": "refund",
        "amount": wanted,
        "balance_transaction": None,
        "charge": charge["id"],
        "created": state.second,
        "currency": charge["currency"],
        "customer": None,
        "destination_details": {
            "card": {
                "reference_status": "pending",
                "reference_type": "acquirer_reference_number",
                "type": "refund",
            },
            "type": "card",
        },
        "failure_balance_transaction": None,
        "metadata": {},
        "payment_intent": charge["payment_intent"],
        "payment_method": None,
        "pending_reason": None,
        "reason": request.form.get("reason"),
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": "succeeded",
        "transfer_reversal": None,
    }
    merge_metadata(request, refund)
    transaction = record(
        state,
        "refund",
        -wanted,
        charge["currency"],
        refund["id"],
        available_on=max(state.now, settled_at(state, charge)),
        description="REFUND FOR CHARGE",
    )
    refund["balance_transaction"] = transaction["id"]
    if card.refund == "pending":
        refund |= {"status": "pending", "pending_reason": "processing"}
        state.later(CHANGES_AFTER, "refund_succeeds", refund["id"])
    elif card.refund == "fails":
        state.later(CHANGES_AFTER, "refund_fails", refund["id"])
    state.add(refund)
    _add_to_charge(charge, wanted)
    state.emit("refund.created", refund)
    state.emit("charge.refunded", charge)
    return refund


def _charge_of(request: Request) -> Object:
    state, form = request.state, request.form
    if ("charge" in form) == ("payment_intent" in form):
        if "charge" in form:
            intent = state.get("payment_intent", form["payment_intent"], param="payment_intent")
            if intent["latest_charge"] == form["charge"]:
                return state.get("charge", form["charge"], param="charge")
            raise ApiError(
                "You can only specify one of these parameters: charge, payment_intent.",
                code="parameters_exclusive",
            )
        raise missing_parameter("charge")
    if "charge" in form:
        charge = state.get("charge", form["charge"], param="charge")
    else:
        intent = state.get("payment_intent", form["payment_intent"], param="payment_intent")
        if intent["status"] != "succeeded":
            raise ApiError(
                f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund.",
                param="payment_intent",
            )
        charge = state.get("charge", intent["latest_charge"], param="charge")
    if charge["status"] != "succeeded" or not charge["captured"]:
        raise ApiError(f"Charge {charge['id']} is not a captured charge.", param="charge")
    return charge


def _amount_of(request: Request, charge: Object) -> int:
    left, code = refundable(charge), charge["currency"]
    if charge["_charged_back"]:
        raise ApiError(
            f"Charge {charge['id']} has been charged back; cannot issue a refund.",
            code="charge_disputed",
        )
    if left == 0:
        raise ApiError(
            f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded"
        )
    wanted: int = request.form.get("amount", left)
    if wanted > charge["amount"]:
        raise ApiError(
            f"Refund amount ({money(wanted, code)}) is greater than charge amount "
            f"({money(charge['amount'], code)})",
            param="amount",
        )
    if wanted > left:
        raise ApiError(
            f"Refund amount ({money(wanted, code)}) is greater than unrefunded amount on charge "
            f"({money(left, code)})",
            param="amount",
        )
    return wanted


def _add_to_charge(charge: Object, refunded: int) -> None:
    charge["amount_refunded"] += refunded
    charge["refunded"] = refundable(charge) == 0


def succeed(state: State, ident: str, _account: str = "") -> None:
    """Let a pending refund reach the buyer."""
    refund = state.of("refund")[ident]
    if refund["status"] == "pending":
        refund |= {"status": "succeeded", "pending_reason": None}
        state.emit("refund.updated", refund, previous={"status": "pending"})
        state.emit("charge.refund.updated", refund, previous={"status": "pending"})


def fail(state: State, ident: str, _account: str = "") -> None:
    """Let the bank return a refund: the money is the platform's again."""
    refund = state.of("refund")[ident]
    if refund["status"] in ("pending", "succeeded"):
        _give_back(state, refund, "failed", "refund_failure")
        refund["failure_reason"] = "expired_or_canceled_card"
        state.emit("refund.updated", refund)
        state.emit("refund.failed", refund)
        state.emit("charge.refund.updated", refund)


def _give_back(state: State, refund: Object, status: str, kind: str) -> None:
    refund |= {"status": status, "pending_reason": None}
    back = record(state, kind, refund["amount"], refund["currency"], refund["id"])
    refund["failure_balance_transaction"] = back["id"]
    _add_to_charge(state.of("charge")[refund["charge"]], -refund["amount"])


def _cancel(request: Request) -> Object:
    refund = request.state.get("refund", request.id)
    if refund["status"] != "pending":
        raise ApiError(
            f"You cannot cancel this refund because it has a status of {refund['status']}.",
            param="refund",
        )
    _give_back(request.state, refund, "canceled", "refund_failure")
    request.state.emit("refund.updated", refund, previous={"status": "pending"})
    return refund


def _update(request: Request) -> Object:
    refund = request.state.get("refund", request.id)
    merge_metadata(request, refund)
    request.state.emit("refund.updated", refund)
    return refund


def _retrieve(request: Request) -> Object:
    return request.state.get("refund", request.id)


def _list(request: Request) -> Object:
    refunds = request.state.of("refund").values()
    return page(request, matching(request, refunds, "charge", "payment_intent"), "/v1/refunds")


_CREATE: Fields = {
    "amount": amount,
    "charge": text(),
    "metadata": metadata,
    "payment_intent": text(),
    "reason": choice("duplicate", "fraudulent", "requested_by_customer"),
    "refund_application_fee": flag,
    "reverse_transfer": flag,
}
CALLS = (
    Call("POST", "/v1/refunds", _create, may=_CREATE),
    Call("GET", "/v1/refunds", _list, may=LISTED | {"charge": text(), "payment_intent": text()}),
    Call("GET", "/v1/refunds/*", _retrieve),
    Call("POST", "/v1/refunds/*", _update, may={"metadata": metadata}),
    Call("POST", "/v1/refunds/*/cancel", _cancel),
)
