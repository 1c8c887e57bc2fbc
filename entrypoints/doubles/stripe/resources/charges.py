"""Charges: the attempts of a payment intent, and the money that they brought."""

from ..calls import LISTED, SEARCH, Call, Request
from ..cards import MESSAGES
from ..fields import Fields, metadata, text
from ..ledger import charge_fee
from ..lists import matching, page, search
from ..state import Object, State
from .balance import SETTLES_AFTER, record
from .payment_methods import card_of
from .shared import merge_metadata


def new_charge(state: State, intent: Object, method: Object, declined: str | None) -> Object:
    """Create the charge of a payment intent. Its money is booked by `capture`."""
    ident = state.new_id("ch")
    card = method["card"]
    charge: Object = {
        "id": ident,
        "object": "charge",
        "amount": intent["amount"],
        "amount_captured": 0,
        "amount_refunded": 0,
        "application": None,
        "application_fee": None,
        "application_fee_amount": None,
        "balance_transaction": None,
        "billing_details": method["billing_details"],
        "calculated_statement_descriptor": _descriptor(intent),
        "captured": False,
        "created": state.second,
        "currency": intent["currency"],
        "customer": intent["customer"],
        "description": intent["description"],
        "disputed": False,
        "failure_balance_transaction": None,
        "failure_code": None,
        "failure_message": None,
        "fraud_details": {},
        "livemode": False,
        "metadata": dict(intent["metadata"]),
        "on_behalf_of": None,
        "outcome": _outcome(declined),
        "paid": declined is None,
        "payment_intent": intent["id"],
        "payment_method": method["id"],
        "payment_method_details": {
            "card": {
                "amount_authorized": intent["amount"] if declined is None else None,
                "authorization_code": ident[-6:],
                "brand": card["brand"],
                "checks": card["checks"],
                "country": card["country"],
                "exp_month": card["exp_month"],
                "exp_year": card["exp_year"],
                "fingerprint": card["fingerprint"],
                "funding": card["funding"],
                "last4": card["last4"],
                "network": card["brand"],
            },
            "type": "card",
        },
        "receipt_email": intent["receipt_email"],
        "receipt_number": None,
        "receipt_url": None if declined else f"{state.base}/_double/receipts/{ident}",
        "refunded": False,
        "review": None,
        "shipping": intent["shipping"],
        "source": None,
        "source_transfer": None,
        "statement_descriptor": intent["statement_descriptor"],
        "statement_descriptor_suffix": intent["statement_descriptor_suffix"],
        "status": "failed" if declined else "succeeded",
        "transfer_data": None,
        "transfer_group": intent["transfer_group"],
        "_charged_back": False,
        "_skips_pending": card_of(method).skips_pending,
        "_transferred": 0,
    }
    if declined is not None:
        own = declined in ("expired_card", "incorrect_cvc", "processing_error")
        charge["failure_code"] = declined if own else "card_declined"
        charge["failure_message"] = MESSAGES[declined]
    state.add(charge)
    if declined is not None:
        state.emit("charge.failed", charge)
    return charge


def _descriptor(intent: Object) -> str:
    suffix = intent["statement_descriptor_suffix"]
    return (f"SOLEBOOK* {suffix}" if suffix else "SOLEBOOK")[:22]


def _outcome(declined: str | None) -> Object:
    if declined is None:
        return {
            "advice_code": None,
            "network_advice_code": None,
            "network_decline_code": None,
            "network_status": "approved_by_network",
            "reason": None,
            "risk_level": "normal",
            "risk_score": 20,
            "seller_message": "Payment complete.",
            "type": "authorized",
        }
    return {
        "advice_code": "try_again_later",
        "network_advice_code": None,
        "network_decline_code": None,
        "network_status": "declined_by_network",
        "reason": declined,
        "risk_level": "normal",
        "risk_score": 20,
        "seller_message": "The bank did not return any further details with this decline.",
        "type": "issuer_declined",
    }


def capture(state: State, charge: Object, amount: int) -> None:
    """Collect this amount of an authorised charge, and release the rest."""
    charge["captured"] = True
    charge["amount_captured"] = amount
    if amount < charge["amount"]:
        charge["amount_refunded"] = charge["amount"] - amount
    wait = 0 if charge["_skips_pending"] else SETTLES_AFTER
    transaction = record(
        state,
        "charge",
        amount,
        charge["currency"],
        charge["id"],
        fee=charge_fee(amount, charge["currency"]),
        available_on=state.now + wait,
        description=charge["description"],
    )
    charge["balance_transaction"] = transaction["id"]


def refundable(charge: Object) -> int:
    """Return how much of the charge is left to refund."""
    return int(charge["amount"] - charge["amount_refunded"])


def settled_at(state: State, charge: Object) -> float:
    """Return when the money of a charge is available, which may have been before now."""
    transaction = state.of("balance_transaction")[charge["balance_transaction"]]
    return float(transaction["available_on"])


def _update(request: Request) -> Object:
    charge = request.state.get("charge", request.id)
    for name in ("description", "receipt_email", "transfer_group", "customer"):
        if name in request.form:
            charge[name] = request.get(name)
    merge_metadata(request, charge)
    request.state.emit("charge.updated", charge)
    return charge


def _retrieve(request: Request) -> Object:
    return request.state.get("charge", request.id)


def _list(request: Request) -> Object:
    charges = request.state.of("charge").values()
    found = matching(request, charges, "customer", "payment_intent", "transfer_group")
    return page(request, found, "/v1/charges")


def _search(request: Request) -> Object:
    return search(request, request.state.of("charge").values(), "/v1/charges/search")


_CHANGES: Fields = {
    "customer": text(),
    "description": text(can_be_unset=True),
    "metadata": metadata,
    "receipt_email": text(),
    "transfer_group": text(),
}
_FILTERS: Fields = {"customer": text(), "payment_intent": text(), "transfer_group": text()}
CALLS = (
    Call("GET", "/v1/charges", _list, may=LISTED | _FILTERS),
    Call("GET", "/v1/charges/search", _search, need={"query": text()}, may=SEARCH),
    Call("GET", "/v1/charges/*", _retrieve),
    Call("POST", "/v1/charges/*", _update, may=_CHANGES),
)
