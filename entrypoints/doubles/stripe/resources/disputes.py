"""Disputes: a buyer's bank takes the money of a charge back."""

from ..calls import LISTED, Call, Request
from ..errors import ApiError
from ..fields import Fields, flag, group, metadata, text
from ..ledger import DISPUTE_FEE
from ..lists import matching, page
from ..state import Object, State
from .balance import record
from .shared import merge_metadata

RESPONSE_DUE = 7 * 86_400
"""Seconds in which evidence can be submitted."""
REASONS = (
    "credit_not_processed",
    "duplicate",
    "fraudulent",
    "general",
    "product_not_received",
    "product_unacceptable",
    "subscription_canceled",
    "unrecognized",
)
_TEXTS = (
    *("access_activity_log", "billing_address", "cancellation_policy_disclosure"),
    *("cancellation_rebuttal", "customer_email_address", "customer_name"),
    *("customer_purchase_ip", "duplicate_charge_explanation", "duplicate_charge_id"),
    *("product_description", "refund_policy_disclosure", "refund_refusal_explanation"),
    *("service_date", "shipping_address", "shipping_carrier", "shipping_date"),
    *("shipping_tracking_number", "uncategorized_text"),
)
_FILES = (
    *("cancellation_policy", "customer_communication", "customer_signature"),
    *("duplicate_charge_documentation", "receipt", "refund_policy", "service_documentation"),
    *("shipping_documentation", "uncategorized_file"),
)


def open_dispute(state: State, charge: Object, reason: str, amount: int) -> Object:
    """Dispute a charge, and withdraw the amount and the fee for a dispute."""
    ident = state.new_id("du")
    withdrawn = record(
        state,
        "adjustment",
        -amount,
        charge["currency"],
        ident,
        fee=DISPUTE_FEE,
        category="dispute",
        description=f"Chargeback withdrawal for {charge['id']}",
    )
    dispute: Object = {
        "id": ident,
        "object": "dispute",
        "amount": amount,
        "balance_transactions": [withdrawn],
        "charge": charge["id"],
        "created": state.second,
        "currency": charge["currency"],
        "enhanced_eligibility_types": [],
        "evidence": dict.fromkeys((*_TEXTS, *_FILES)) | {"enhanced_evidence": {}},
        "evidence_details": {
            "due_by": state.second + RESPONSE_DUE,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
            "submission_method": "not_submitted",
        },
        "is_charge_refundable": False,
        "livemode": False,
        "metadata": {},
        "network_reason_code": "10.4",
        "payment_intent": charge["payment_intent"],
        "payment_method_details": {
            "card": {
                "brand": "visa",
                "case_type": "chargeback",
                "network": "visa",
                "network_reason_code": "10.4",
            },
            "type": "card",
        },
        "reason": reason,
        "status": "needs_response",
    }
    charge |= {"disputed": True, "_charged_back": True}
    state.add(dispute)
    state.emit("charge.dispute.created", dispute)
    state.emit("charge.dispute.funds_withdrawn", dispute)
    state.later(RESPONSE_DUE, "dispute_is_past_due", ident)
    return dispute


def decide(state: State, ident: str, _account: str = "") -> None:
    """Let the bank decide by the evidence: it is won by the text `winning_evidence`."""
    dispute = state.of("dispute")[ident]
    if dispute["status"] != "under_review":
        return
    won = dispute["evidence"]["uncategorized_text"] == "winning_evidence"
    close(state, dispute, won=won)


def close(state: State, dispute: Object, *, won: bool) -> None:
    """End a dispute. If it is won, the amount comes back, but not the fee."""
    dispute["status"] = "won" if won else "lost"
    if won:
        state.of("charge")[dispute["charge"]]["_charged_back"] = False
        back = record(
            state,
            "adjustment",
            dispute["amount"],
            dispute["currency"],
            dispute["id"],
            category="dispute_reversal",
            description=f"Chargeback reversal for {dispute['charge']}",
        )
        dispute["balance_transactions"].append(back)
        state.emit("charge.dispute.funds_reinstated", dispute)
    state.emit("charge.dispute.closed", dispute)


def miss_the_deadline(state: State, ident: str, _account: str = "") -> None:
    """Lose a dispute that nobody responded to in time."""
    dispute = state.of("dispute")[ident]
    if dispute["status"] == "needs_response":
        dispute["evidence_details"]["past_due"] = True
        close(state, dispute, won=False)


def _update(request: Request) -> Object:
    state = request.state
    dispute = _undecided(request)
    evidence = {name: held or None for name, held in request.form.get("evidence", {}).items()}
    merge_metadata(request, dispute)
    submits = request.form.get("submit", True) and (
        evidence or dispute["evidence_details"]["has_evidence"]
    )
    dispute["evidence"].update(evidence)
    if evidence:
        dispute["evidence_details"]["has_evidence"] = True
    if submits:
        dispute["evidence_details"]["submission_count"] += 1
        dispute["evidence_details"]["submission_method"] = "manual"
        dispute["status"] = "under_review"
        if dispute["evidence"]["uncategorized_text"] in ("winning_evidence", "losing_evidence"):
            state.later(0, "dispute_is_decided", dispute["id"])
    state.emit("charge.dispute.updated", dispute)
    return dispute


def _close(request: Request) -> Object:
    dispute = _undecided(request)
    close(request.state, dispute, won=False)
    return dispute


def _undecided(request: Request) -> Object:
    dispute = request.state.get("dispute", request.id)
    if dispute["status"] != "needs_response":
        raise ApiError(
            f"This dispute's status is {dispute['status']}, so it can no longer be changed."
            if dispute["status"] == "under_review"
            else "This dispute is already closed",
            param="dispute",
        )
    return dispute


def _retrieve(request: Request) -> Object:
    return request.state.get("dispute", request.id)


def _list(request: Request) -> Object:
    disputes = request.state.of("dispute").values()
    return page(request, matching(request, disputes, "charge", "payment_intent"), "/v1/disputes")


_EVIDENCE: Fields = {
    **{name: text(20_000, can_be_unset=True) for name in _TEXTS},
    **{name: text(can_be_unset=True) for name in _FILES},
}
_FILTERS: Fields = {"charge": text(), "payment_intent": text()}
CALLS = (
    Call("GET", "/v1/disputes", _list, may=LISTED | _FILTERS),
    Call("GET", "/v1/disputes/*", _retrieve),
    Call(
        "POST",
        "/v1/disputes/*",
        _update,
        may={"evidence": group(_EVIDENCE), "metadata": metadata, "submit": flag},
    ),
    Call("POST", "/v1/disputes/*/close", _close),
)
