"""Stripe's events as webhooks of the port."""

from dataclasses import replace
from typing import Any

from ...ports.language.errors import InvalidText
from ...ports.language.ids import OrderId
from ...ports.language.payments import Webhook, WebhookKind
from ..security.webhook_fields import body_object, object_in, text_in, text_or_none
from .attempts import NEEDS_BUYER
from .cancellations import OUR_REASON
from .client import API_VERSION
from .labels import ORDER, first_order

_MAX_AMOUNT = 99_999_999_999
"""More than Stripe charges in any currency."""
_KINDS = {
    "payment_intent.succeeded": WebhookKind.CHARGE_CAPTURED,
    "payment_intent.payment_failed": WebhookKind.CHARGE_DECLINED,
    "payment_intent.canceled": WebhookKind.CHARGE_DECLINED,
    "refund.created": WebhookKind.CHARGE_REFUNDED,
    "refund.updated": WebhookKind.REFUND_CHANGED,
    "refund.failed": WebhookKind.REFUND_CHANGED,
    "charge.refund.updated": WebhookKind.REFUND_CHANGED,
    "transfer.created": WebhookKind.PAYOUT_PAID,
    "transfer.reversed": WebhookKind.PAYOUT_FAILED,
    "setup_intent.succeeded": WebhookKind.CARD_SETUP_CHANGED,
    "setup_intent.setup_failed": WebhookKind.CARD_SETUP_CHANGED,
    "charge.dispute.created": WebhookKind.DISPUTE_CHANGED,
    "charge.dispute.updated": WebhookKind.DISPUTE_CHANGED,
    "charge.dispute.closed": WebhookKind.DISPUTE_CHANGED,
    "charge.dispute.funds_withdrawn": WebhookKind.DISPUTE_CHANGED,
    "charge.dispute.funds_reinstated": WebhookKind.DISPUTE_CHANGED,
}
_OF_SELLERS = frozenset(
    {
        "account.updated",
        "account.application.deauthorized",
        "capability.updated",
        "payout.failed",  # a seller's bank: the money is in their account again
    }
)
"""Events of a connected account after which the exchange looks at its state."""
EVENTS = _KINDS.keys() | _OF_SELLERS
"""All that the exchange listens to."""


def read_event(body: bytes, currency: str) -> Webhook:
    """Return the event in a webhook body, in this currency.

    What happens in another currency, or is of a kind that solebook does not know, is `OTHER`. Of a
    connected account only the fact matters that its state may have changed. Raises InvalidText if
    the body is malformed or of another version of the API.
    """
    event = body_object(body)
    return replace(_read(event, currency), type=text_in("type", event.get("type")))


def _read(event: dict[str, Any], currency: str) -> Webhook:
    webhook_id = text_in("id", event.get("id"))
    type_ = text_in("type", event.get("type"))
    kind = _KINDS.get(type_, WebhookKind.OTHER)
    other = Webhook(webhook_id, WebhookKind.OTHER, order_id=None)
    if event.get("account") is not None:
        account = text_in("account", event.get("account"))
        hint = Webhook(webhook_id, WebhookKind.SELLER_ACCOUNT_CHANGED, None, reference=account)
        return hint if type_ in _OF_SELLERS else other
    if kind is WebhookKind.OTHER:
        return other
    if event.get("api_version") != API_VERSION:
        raise InvalidText(field="api_version", problem=f"is not {API_VERSION}")
    what = object_in("data.object", object_in("data", event.get("data")).get("object"))
    if kind is WebhookKind.CARD_SETUP_CHANGED:
        setup_id = text_in("data.object.id", what.get("id"))
        return Webhook(webhook_id, kind, order_id=None, reference=setup_id)
    if what.get("currency") != currency or _failed_at_once(kind, what) or _is_ours(kind, what):
        return other
    return _webhook(webhook_id, kind, what)


def _failed_at_once(kind: WebhookKind, what: dict[str, Any]) -> bool:
    """Return whether a refund failed when it was made."""
    return kind is WebhookKind.CHARGE_REFUNDED and what.get("status") in ("failed", "canceled")


def _is_ours(kind: WebhookKind, what: dict[str, Any]) -> bool:
    """Return whether the exchange itself cancelled the charge, or asks the buyer about it now."""
    if kind is not WebhookKind.CHARGE_DECLINED:
        return False
    if what.get("status") == "canceled":
        return what.get("cancellation_reason") == OUR_REASON
    error = object_in("last_payment_error", what.get("last_payment_error") or {})
    return error.get("code") == NEEDS_BUYER


def _webhook(webhook_id: str, kind: WebhookKind, what: dict[str, Any]) -> Webhook:
    ident, order_id = text_in("data.object.id", what.get("id")), _order_of(what)
    match kind:
        case WebhookKind.CHARGE_CAPTURED:
            amount = _amount("amount_received", what)
            return Webhook(webhook_id, kind, order_id, charge_id=ident, amount=amount)
        case WebhookKind.CHARGE_DECLINED:
            amount, reason = _amount("amount", what), _why_declined(what)
            return Webhook(
                webhook_id, kind, order_id, charge_id=ident, amount=amount, reason=reason
            )
        case WebhookKind.CHARGE_REFUNDED | WebhookKind.REFUND_CHANGED:
            charge_id = text_or_none("payment_intent", what.get("payment_intent"))
            amount = _amount("amount", what)
            return Webhook(webhook_id, kind, order_id, charge_id, amount, reference=ident)
        case WebhookKind.DISPUTE_CHANGED:
            return Webhook(webhook_id, kind, order_id, reference=ident)
        case WebhookKind.PAYOUT_FAILED:
            amount, reason = _amount("amount_reversed", what), "reversed"
            return Webhook(
                webhook_id, kind, order_id, amount=amount, reason=reason, reference=ident
            )
        case _:
            amount = _amount("amount", what)
            return Webhook(webhook_id, kind, order_id, amount=amount, reference=ident)


def _why_declined(what: dict[str, Any]) -> str | None:
    error = object_in("last_payment_error", what.get("last_payment_error") or {})
    reason = error.get("decline_code") or error.get("code") or what.get("cancellation_reason")
    return text_or_none("reason", reason)


def _order_of(what: dict[str, Any]) -> OrderId | None:
    metadata = object_in("metadata", what.get("metadata") or {})
    return first_order(metadata.get(ORDER), what.get("transfer_group"))


def _amount(field: str, what: dict[str, Any]) -> int:
    value = what.get(field)
    if type(value) is not int or not 0 < value <= _MAX_AMOUNT:
        raise InvalidText(field=field, problem="is not an amount")
    return value
