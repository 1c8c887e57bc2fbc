"""Webhook bodies: `{"id", "type", "data": {...}}`.

The fields of `data` are `order_id`, `charge_id`, `refund_id`, `payout_id`, `dispute_id`, `amount`
and `reason`. Fields that do not apply are null or left out. An event about a seller's account has
`account` alone, and one about the setup of a card `setup_id`.
"""

import json
from typing import Any

from ...ports.language.errors import InvalidText
from ...ports.language.ids import OrderId, parse_id
from ...ports.language.money import Cents
from ...ports.language.payments import Webhook, WebhookKind
from ..security.webhook_fields import body_object, object_in, text_in, text_or_none
from .calls import Call
from .operations import OF_DISPUTES, Operation
from .outcomes import Outcome

_MAX_AMOUNT = 2**53
"""Many JSON parsers read numbers as doubles, which are exact only up to here."""

_TYPES = {
    (Operation.CHARGE, Outcome.DONE): WebhookKind.CHARGE_CAPTURED.value,
    (Operation.CHARGE, Outcome.DECLINED): WebhookKind.CHARGE_DECLINED.value,
    (Operation.CHARGE, Outcome.PENDING): "charge.pending",
    (Operation.CHARGE, Outcome.NEEDS_BUYER): "charge.needs_buyer",
    (Operation.CHARGE, Outcome.CANCELLED): "charge.cancelled",
    (Operation.REFUND, Outcome.DONE): WebhookKind.CHARGE_REFUNDED.value,
    (Operation.REFUND, Outcome.DECLINED): "refund.failed",
    (Operation.REFUND_FAILURE, Outcome.DONE): WebhookKind.REFUND_CHANGED.value,
    (Operation.PAYOUT, Outcome.DONE): WebhookKind.PAYOUT_PAID.value,
    (Operation.PAYOUT, Outcome.DECLINED): WebhookKind.PAYOUT_FAILED.value,
    (Operation.PAYOUT_RETURN, Outcome.DONE): WebhookKind.PAYOUT_FAILED.value,
    (Operation.WITHDRAWAL, Outcome.DONE): "withdrawal.made",
    (Operation.WITHDRAWAL_FAILURE, Outcome.DONE): "withdrawal.failed",
    (Operation.TOP_UP, Outcome.DONE): "top_up.made",
    (Operation.FEE, Outcome.DONE): "fee.taken",
    (Operation.DISPUTE, Outcome.DONE): WebhookKind.DISPUTE_CHANGED.value,
    (Operation.DISPUTE_REVERSAL, Outcome.DONE): WebhookKind.DISPUTE_CHANGED.value,
    (Operation.DISPUTE_LOSS, Outcome.DONE): WebhookKind.DISPUTE_CHANGED.value,
    (Operation.DISPUTE_EVIDENCE, Outcome.DONE): WebhookKind.DISPUTE_CHANGED.value,
    (Operation.INQUIRY, Outcome.DONE): WebhookKind.DISPUTE_CHANGED.value,
}
_OF_PAYOUTS = (WebhookKind.PAYOUT_PAID, WebhookKind.PAYOUT_FAILED)
_KINDS = {kind.value: kind for kind in WebhookKind if kind is not WebhookKind.OTHER}


def write_event(
    call: Call, order_id: OrderId | None, amount: Cents, refunded: str | None = None
) -> bytes:
    """Return the webhook body for a call that reached the provider.

    `amount` is what it moved. If a payout came back, it is the total that came back so far.
    `refunded` is the charge that was refunded.
    """
    request = call.request
    if request.operation.is_about_accounts:
        account = request.target.partition(" ")[0]
        changed = {"id": f"evt_{call.id}", "type": WebhookKind.SELLER_ACCOUNT_CHANGED.value}
        return json.dumps(changed | {"data": {"account": account}}).encode()
    if request.operation.is_about_cards:
        setup_id = request.target.partition(" ")[0]
        kind = WebhookKind.CARD_SETUP_CHANGED
        event = {"id": f"evt_{call.id}", "type": kind, "data": {"setup_id": setup_id}}
        return json.dumps(event).encode()
    outcome = Outcome.DONE if call.took_effect else call.outcome
    is_undecided = outcome in (Outcome.PENDING, Outcome.NEEDS_BUYER)
    is_refund = request.operation in (Operation.REFUND, Operation.REFUND_FAILURE)
    is_charge = request.operation is Operation.CHARGE and (call.took_effect or is_undecided)
    is_payout = request.operation in (Operation.PAYOUT, Operation.PAYOUT_RETURN)
    is_dispute = request.operation in OF_DISPUTES
    event = {
        # Such a charge has two events, one when accepted and one when decided.
        "id": f"evt_{call.id}_{outcome}" if is_undecided else f"evt_{call.id}",
        "type": _TYPES[request.operation, outcome],
        "data": {
            "order_id": None if order_id is None else str(order_id),
            "charge_id": call.charge_id if is_charge else refunded,
            "refund_id": call.refund_id if is_refund else None,
            "payout_id": call.payout_id if is_payout else None,
            "dispute_id": call.dispute_id if is_dispute else None,
            "amount": amount,
            "reason": call.reason,
        },
    }
    return json.dumps(event).encode()


def read_event(body: bytes) -> Webhook:
    """Return the event in a webhook body. Raises InvalidText if the body is malformed."""
    event = body_object(body)
    webhook_id = text_in("id", event.get("id"))
    type_ = text_in("type", event.get("type"))
    kind = _KINDS.get(type_, WebhookKind.OTHER)
    if kind is WebhookKind.OTHER:
        return Webhook(webhook_id, kind, order_id=None, type=type_)
    data = object_in("data", event.get("data"))
    if kind is WebhookKind.SELLER_ACCOUNT_CHANGED:
        account = text_in("account", data.get("account"))
        return Webhook(webhook_id, kind, None, reference=account, type=type_)
    if kind is WebhookKind.CARD_SETUP_CHANGED:
        setup_id = text_in("setup_id", data.get("setup_id"))
        return Webhook(webhook_id, kind, None, reference=setup_id, type=type_)
    charge_id = text_or_none("charge_id", data.get("charge_id"))
    if kind is WebhookKind.CHARGE_CAPTURED and charge_id is None:
        raise InvalidText(field="charge_id", problem="is missing")
    return Webhook(
        webhook_id,
        kind,
        order_id=_order_id(data.get("order_id")),
        charge_id=charge_id,
        reference=text_or_none(*_reference(kind, data)),
        amount=_amount(data.get("amount")),
        reason=text_or_none("reason", data.get("reason")),
        type=type_,
    )


def _reference(kind: WebhookKind, data: dict[str, Any]) -> tuple[str, Any]:
    """Return the name and value of the field with the refund, payout or dispute of an event."""
    field = "payout_id" if kind in _OF_PAYOUTS else "refund_id"
    if kind is WebhookKind.DISPUTE_CHANGED:
        field = "dispute_id"
    return field, data.get(field)


def _order_id(value: Any) -> OrderId | None:
    if value is None:
        return None
    try:
        return OrderId(parse_id(text_in("order_id", value)))
    except ValueError as error:
        raise InvalidText(field="order_id", problem="is not an id") from error


def _amount(value: Any) -> Cents:
    if type(value) is not int or not 0 < value <= _MAX_AMOUNT:
        raise InvalidText(field="amount", problem="is not an amount in minor units")
    return value
