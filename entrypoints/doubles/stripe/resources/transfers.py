"""Transfers from the platform to connected accounts, and their reversals."""

from ..calls import LISTED, PAGE, Call, Request
from ..errors import ApiError, no_such
from ..fields import Fields, amount, choice, currency, flag, metadata, money, text
from ..lists import listed, matching, page
from ..state import Object, State
from .balance import record
from .charges import settled_at
from .shared import merge_metadata


def _create(request: Request) -> Object:
    state, form = request.state, request.form
    account = _able(state, form["destination"])
    charge = _source(request)
    wanted, code = _amount_of(request, charge), form["currency"]
    group = _group(request, charge)
    available_on = state.now
    if charge is None:
        _check_funds(state, wanted, code)
    else:
        _check_source(charge, wanted, code)
        available_on = max(state.now, settled_at(state, charge))
        charge["_transferred"] += wanted
        charge["transfer_group"] = group
    ident, payment = state.new_id("tr"), state.new_id("py")
    sent = record(state, "transfer", -wanted, code, ident, available_on=available_on)
    record(
        state,
        "payment",
        wanted,
        code,
        payment,
        account=account["id"],
        available_on=available_on,
    )
    transfer: Object = {
        "id": ident,
        "object": "transfer",
        "amount": wanted,
        "amount_reversed": 0,
        "balance_transaction": sent["id"],
        "created": state.second,
        "currency": code,
        "description": request.get("description"),
        "destination": account["id"],
        "destination_payment": payment,
        "livemode": False,
        "metadata": {},
        "reversals": listed([], f"/v1/transfers/{ident}/reversals") | {"total_count": 0},
        "reversed": False,
        "source_transaction": None if charge is None else charge["id"],
        "source_type": "card",
        "transfer_group": group,
        "_available_on": available_on,
    }
    merge_metadata(request, transfer)
    state.add(transfer)
    state.emit("transfer.created", transfer)
    return transfer


def _able(state: State, destination: str) -> Object:
    account = state.of("account").get(destination)
    if account is None or account.get("deleted"):
        raise no_such("destination", destination, "destination")
    if account["capabilities"].get("transfers") != "active":
        raise ApiError(
            "Your destination account needs to have at least one of the following capabilities "
            "enabled: transfers, crypto_transfers, legacy_payments",
            code="insufficient_capabilities_for_transfer",
        )
    return account


def _source(request: Request) -> Object | None:
    ident = request.form.get("source_transaction")
    if ident is None:
        return None
    charge = request.state.get("charge", ident, param="source_transaction")
    if not charge["captured"]:
        raise ApiError(
            f"The source_transaction {ident} is not a captured charge.", param="source_transaction"
        )
    return charge


def _amount_of(request: Request, charge: Object | None) -> int:
    if "amount" in request.form:
        return int(request.form["amount"])
    if charge is None:
        raise ApiError("Missing required param: amount.", code="parameter_missing", param="amount")
    return int(charge["amount_captured"] - charge["_transferred"])


def _group(request: Request, charge: Object | None) -> str | None:
    given: str | None = request.form.get("transfer_group")
    if charge is None:
        return given
    if given is not None and charge["transfer_group"] not in (None, given):
        raise ApiError(
            "The transfer_group of a transfer must be that of its source_transaction.",
            param="transfer_group",
        )
    return str(charge["transfer_group"] or given or f"group_{charge['payment_intent']}")


def _check_funds(state: State, wanted: int, code: str) -> None:
    if state.ledger.available["", code] < wanted:
        raise ApiError(
            "You have insufficient available funds in your Stripe account. Try adding funds "
            "directly to your available balance by creating Charges using the 4000000000000077 "
            "test card.",
            code="balance_insufficient",
        )


def _check_source(charge: Object, wanted: int, code: str) -> None:
    if charge["currency"] != code:
        raise ApiError(
            f"The currency of source_transaction's balance transaction ({charge['currency']}) "
            f"must be the same as the transfer currency ({code})",
            param="currency",
        )
    most, already = charge["amount_captured"], charge["_transferred"]
    if already + wanted > most:
        before = (
            f" (There is already a transfer using this source, amounting to "
            f"{money(already, code)}.)"
            if already
            else ""
        )
        raise ApiError(
            "Transfers using this transaction as a source must not exceed the source amount of "
            f"{money(most, code)}.{before}",
            param="source_transaction",
        )


def _reverse(request: Request) -> Object:
    state = request.state
    transfer = state.get("transfer", request.id)
    left = transfer["amount"] - transfer["amount_reversed"]
    wanted = request.form.get("amount", left)
    code, account = transfer["currency"], transfer["destination"]
    if wanted > left or left == 0:
        raise ApiError(
            f"Reversal amount ({money(wanted, code)}) is greater than the unreversed amount on "
            f"transfer ({money(left, code)})",
            param="amount",
        )
    on_its_way = transfer["_available_on"] > state.now
    held = state.ledger.pending if on_its_way else state.ledger.available
    if held[account, code] < wanted:
        raise ApiError(
            "The connected account has insufficient funds in its balance for this reversal.",
            code="balance_insufficient",
        )
    return _reversal(request, transfer, wanted)


def _reversal(request: Request, transfer: Object, wanted: int) -> Object:
    state = request.state
    code, ident, back = transfer["currency"], state.new_id("trr"), state.new_id("pyr")
    available_on = max(state.now, transfer["_available_on"])
    returned = record(state, "transfer_refund", wanted, code, ident, available_on=available_on)
    record(
        state,
        "payment_refund",
        -wanted,
        code,
        back,
        account=transfer["destination"],
        available_on=available_on,
        category="refund",
    )
    reversal: Object = {
        "id": ident,
        "object": "transfer_reversal",
        "amount": wanted,
        "balance_transaction": returned["id"],
        "created": state.second,
        "currency": code,
        "destination_payment_refund": back,
        "metadata": {},
        "source_refund": None,
        "transfer": transfer["id"],
    }
    merge_metadata(request, reversal)
    state.add(reversal)
    transfer["amount_reversed"] += wanted
    transfer["reversed"] = transfer["amount_reversed"] == transfer["amount"]
    reversals = transfer["reversals"]
    reversals["data"] = [reversal, *reversals["data"]][:10]
    reversals["total_count"] += 1
    reversals["has_more"] = reversals["total_count"] > len(reversals["data"])
    if transfer["source_transaction"] is not None:
        state.of("charge")[transfer["source_transaction"]]["_transferred"] -= wanted
    state.emit("transfer.reversed", transfer)
    return reversal


def _reversals(request: Request) -> Object:
    transfer = request.state.get("transfer", request.id)
    reversals = request.state.of("transfer_reversal").values()
    found = [each for each in reversals if each["transfer"] == transfer["id"]]
    return page(request, found, f"/v1/transfers/{request.id}/reversals")


def _one_reversal(request: Request) -> Object:
    request.state.get("transfer", request.id)
    reversal = request.state.get("transfer_reversal", request.ids[1])
    if reversal["transfer"] != request.id:
        raise no_such("transfer reversal", request.ids[1], status=404)
    return reversal


def _update(request: Request) -> Object:
    transfer = request.state.get("transfer", request.id)
    if "description" in request.form:
        transfer["description"] = request.get("description")
    merge_metadata(request, transfer)
    request.state.emit("transfer.updated", transfer)
    return transfer


def _retrieve(request: Request) -> Object:
    return request.state.get("transfer", request.id)


def _list(request: Request) -> Object:
    transfers = request.state.of("transfer").values()
    found = matching(request, transfers, "destination", "transfer_group")
    return page(request, found, "/v1/transfers")


_CHANGES: Fields = {"description": text(can_be_unset=True), "metadata": metadata}
_CREATE: Fields = {
    "amount": amount,
    "source_transaction": text(),
    "source_type": choice("bank_account", "card", "fpx"),
    "transfer_group": text(),
}
_FILTERS: Fields = {"destination": text(), "transfer_group": text()}
_REVERSE: Fields = {"amount": amount, "refund_application_fee": flag}
_ONE = "/v1/transfers/*"
CALLS = (
    Call(
        "POST",
        "/v1/transfers",
        _create,
        need={"currency": currency, "destination": text()},
        may=_CHANGES | _CREATE,
    ),
    Call("GET", "/v1/transfers", _list, may=LISTED | _FILTERS),
    Call("GET", _ONE, _retrieve),
    Call("POST", _ONE, _update, may=_CHANGES),
    Call("POST", f"{_ONE}/reversals", _reverse, may=_CHANGES | _REVERSE),
    Call("GET", f"{_ONE}/reversals", _reversals, may=PAGE),
    Call("GET", f"{_ONE}/reversals/*", _one_reversal),
)
