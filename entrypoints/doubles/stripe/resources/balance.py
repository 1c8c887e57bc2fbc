"""The balance and its transactions."""

from collections.abc import Mapping

from ..calls import LISTED, Call, Request
from ..fields import Fields, currency, text
from ..lists import matching, page
from ..state import Object, State

SETTLES_AFTER = 2 * 86_400
"""Seconds until the money of a charge is available."""
_CATEGORIES = {
    "payment": "charge",
    "payout_cancel": "payout_reversal",
    "payout_failure": "payout_reversal",
    "stripe_fee": "fee",
    "transfer_refund": "transfer_reversal",
}
"""The reporting category of each type, where it is not the type itself."""


def record(
    state: State,
    kind: str,
    amount: int,
    code: str,
    source: str | None,
    *,
    account: str = "",
    fee: int = 0,
    available_on: float | None = None,
    category: str | None = None,
    description: str | None = None,
) -> Object:
    """Book money, and return the balance transaction. It is pending until `available_on`."""
    due = state.now if available_on is None else available_on
    transaction: Object = {
        "id": state.new_id("txn"),
        "object": "balance_transaction",
        "amount": amount,
        "available_on": int(due),
        "balance_type": "payments",
        "created": state.second,
        "currency": code,
        "description": description,
        "exchange_rate": None,
        "fee": fee,
        "fee_details": _fee_details(kind, fee, code),
        "net": amount - fee,
        "reporting_category": category or _CATEGORIES.get(kind, kind),
        "source": source,
        "status": "pending" if due > state.now else "available",
        "type": kind,
    }
    state.add(transaction, account)
    state.ledger.book(transaction, account)
    if transaction["status"] == "pending":
        state.later(due - state.now, "settle", transaction["id"], account)
    return transaction


def _fee_details(kind: str, fee: int, code: str) -> list[Object]:
    if fee == 0:
        return []
    what = "Dispute fee" if kind == "adjustment" else "Stripe processing fees"
    detail = {
        "amount": fee,
        "application": None,
        "currency": code,
        "description": what,
        "type": "stripe_fee",
    }
    return [detail]


def settle(state: State, ident: str, account: str) -> None:
    """Make the money of a balance transaction available. The last of an account is an event."""
    state.ledger.settle(state.of("balance_transaction", account)[ident], account)
    if state.ledger.waiting[account] == 0:
        state.emit("balance.available", balance_of(state, account), account=account)


def balance_of(state: State, account: str) -> Object:
    """Return the balance of an account."""
    currencies = state.ledger.currencies(account) or ["usd"]
    return {
        "object": "balance",
        "available": _sums(state.ledger.available, account, currencies),
        "livemode": False,
        "pending": _sums(state.ledger.pending, account, currencies),
    }


def _sums(sums: Mapping[tuple[str, str], int], account: str, currencies: list[str]) -> list[Object]:
    return [
        {
            "amount": sums.get((account, each), 0),
            "currency": each,
            "source_types": {"card": sums.get((account, each), 0)},
        }
        for each in currencies
    ]


def _balance(request: Request) -> Object:
    return balance_of(request.state, request.account)


def _list(request: Request) -> Object:
    transactions = request.state.of("balance_transaction", request.account).values()
    found = matching(request, transactions, "currency", "source", "type")
    if "payout" in request.form:
        payout = request.state.get(
            "payout", request.form["payout"], account=request.account, param="payout"
        )
        found = [each for each in found if each["source"] == payout["id"]]
    return page(request, found, "/v1/balance_transactions")


def _retrieve(request: Request) -> Object:
    return request.state.get("balance_transaction", request.id, account=request.account)


_FILTERS: Fields = {
    "currency": currency,
    "payout": text(),
    "source": text(),
    "type": text(),
}
CALLS = (
    Call("GET", "/v1/balance", _balance),
    Call("GET", "/v1/balance_transactions", _list, may=LISTED | _FILTERS),
    Call("GET", "/v1/balance_transactions/*", _retrieve),
)
