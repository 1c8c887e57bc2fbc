"""Payouts from a balance to a bank account."""

from ..calls import LISTED, Call, Request
from ..errors import ApiError
from ..fields import Fields, amount, choice, currency, metadata, text
from ..lists import matching, page
from ..state import Object, State
from .accounts import account_of
from .balance import record
from .shared import merge_metadata

ARRIVES_AFTER = 2 * 86_400
"""Seconds until a payout is paid."""
PLATFORM_BANK = "ba_platform"


def _create(request: Request) -> Object:
    state, form, owner = request.state, request.form, request.account
    wanted, code = form["amount"], form["currency"]
    destination = _destination(state, owner)
    if state.ledger.available[owner, code] < wanted:
        raise ApiError(
            "You have insufficient funds in your Stripe account for this transfer. Your card "
            "balance is too low. You can use the the /v1/balance endpoint to view your Stripe "
            "balance.",
            code="balance_insufficient",
        )
    ident = state.new_id("po")
    transaction = record(
        state, "payout", -wanted, code, ident, account=owner, description="STRIPE PAYOUT"
    )
    payout: Object = {
        "id": ident,
        "object": "payout",
        "amount": wanted,
        "application_fee": None,
        "application_fee_amount": None,
        "arrival_date": state.second + ARRIVES_AFTER,
        "automatic": False,
        "balance_transaction": transaction["id"],
        "created": state.second,
        "currency": code,
        "description": request.get("description"),
        "destination": destination,
        "failure_balance_transaction": None,
        "failure_code": None,
        "failure_message": None,
        "livemode": False,
        "metadata": {},
        "method": form.get("method", "standard"),
        "original_payout": None,
        "payout_method": None,
        "reconciliation_status": "not_applicable",
        "reversed_by": None,
        "source_type": "card",
        "statement_descriptor": form.get("statement_descriptor"),
        "status": "pending",
        "trace_id": {"status": "pending", "value": None},
        "type": "bank_account",
    }
    merge_metadata(request, payout)
    state.add(payout, owner)
    state.emit("payout.created", payout, account=owner)
    state.later(ARRIVES_AFTER, "payout_arrives", ident, owner)
    return payout


def _destination(state: State, owner: str) -> str:
    if not owner:
        return PLATFORM_BANK
    account = account_of(state, owner)
    if not account["payouts_enabled"]:
        raise ApiError(
            "Cannot create payouts: this account has requirements that need to be completed.",
            code="payouts_not_allowed",
        )
    return str(account["external_accounts"]["data"][0]["id"])


def arrive(state: State, ident: str, account: str) -> None:
    """Let a payout reach the bank."""
    payout = state.of("payout", account)[ident]
    if payout["status"] == "pending":
        payout["status"] = "paid"
        state.emit("payout.paid", payout, account=account)


def fail(state: State, payout: Object, account: str, code: str = "account_closed") -> None:
    """Let the bank return a payout, which may have been paid: the balance has the money again.

    Raises ApiError if it failed before or was cancelled.
    """
    if payout["status"] not in ("pending", "paid"):
        raise ApiError(f"This payout's status is {payout['status']}, so it cannot fail.")
    payout |= {
        "failure_code": code,
        "failure_message": "The bank account has been closed.",
        "status": "failed",
    }
    _give_back(state, payout, account, "payout_failure")
    state.emit("payout.failed", payout, account=account)


def _give_back(state: State, payout: Object, account: str, kind: str) -> None:
    back = record(state, kind, payout["amount"], payout["currency"], payout["id"], account=account)
    payout["failure_balance_transaction"] = back["id"]


def _cancel(request: Request) -> Object:
    payout = _retrieve(request)
    if payout["status"] != "pending":
        raise ApiError(
            f"You cannot cancel this payout because its status is {payout['status']}.",
            param="payout",
        )
    payout["status"] = "canceled"
    _give_back(request.state, payout, request.account, "payout_cancel")
    request.state.emit("payout.canceled", payout, account=request.account)
    return payout


def _update(request: Request) -> Object:
    payout = _retrieve(request)
    merge_metadata(request, payout)
    request.state.emit("payout.updated", payout, account=request.account)
    return payout


def _retrieve(request: Request) -> Object:
    return request.state.get("payout", request.id, account=request.account)


def _list(request: Request) -> Object:
    payouts = request.state.of("payout", request.account).values()
    return page(request, matching(request, payouts, "destination", "status"), "/v1/payouts")


_CREATE: Fields = {
    "description": text(),
    "metadata": metadata,
    "method": choice("instant", "standard"),
    "source_type": choice("bank_account", "card", "fpx"),
    "statement_descriptor": text(22),
}
CALLS = (
    Call(
        "POST",
        "/v1/payouts",
        _create,
        need={"amount": amount, "currency": currency},
        may=_CREATE,
    ),
    Call("GET", "/v1/payouts", _list, may=LISTED | {"destination": text(), "status": text()}),
    Call("GET", "/v1/payouts/*", _retrieve),
    Call("POST", "/v1/payouts/*", _update, may={"metadata": metadata}),
    Call("POST", "/v1/payouts/*/cancel", _cancel),
)
