"""Stripe's events as webhooks of the port."""

import json
from typing import Any

from ...ports.language.errors import InvalidText
from ...ports.language.ids import OrderId, parse_id
from ...ports.language.payments import Webhook, WebhookKind
from ...ports.language.text import check_text
from .client import API_VERSION
from .labels import ORDER

_MAX_TEXT = 1_000
_KINDS = {
    "payment_intent.succeeded": WebhookKind.CHARGE_CAPTURED,
    "payment_intent.payment_failed": WebhookKind.CHARGE_DECLINED,
    "payment_intent.canceled": WebhookKind.CHARGE_DECLINED,
    "refund.created": WebhookKind.CHARGE_REFUNDED,
    "transfer.created": WebhookKind.PAYOUT_PAID,
    "transfer.reversed": WebhookKind.PAYOUT_FAILED,
}


def read_event(body: bytes, currency: str) -> Webhook:
    """Return the event in a webhook body, in this currency.

    What happens on a connected account, in another currency, or is of a kind that solebook does not
    know, is `OTHER`. Raises InvalidText if the body is malformed or of another version of the API.
    """
    try:
        told: Any = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise InvalidText(field="body", problem="is not JSON") from error
    event = _object("body", told)
    webhook_id = _text("id", event.get("id"))
    kind = _KINDS.get(_text("type", event.get("type")), WebhookKind.OTHER)
    other = Webhook(webhook_id, WebhookKind.OTHER, order_id=None)
    if kind is WebhookKind.OTHER or event.get("account") is not None:
        return other
    if event.get("api_version") != API_VERSION:
        raise InvalidText(field="api_version", problem=f"is not {API_VERSION}")
    what = _object("data.object", _object("data", event.get("data")).get("object"))
    if what.get("currency") != currency or not _is_whole(kind, what):
        return other
    return _webhook(webhook_id, kind, what)


def _is_whole(kind: WebhookKind, what: dict[str, Any]) -> bool:
    """Return whether a transfer came back as a whole, or a refund did not fail at once."""
    if kind is WebhookKind.PAYOUT_FAILED:
        return what.get("reversed") is True
    return kind is not WebhookKind.CHARGE_REFUNDED or what.get("status") not in (
        "failed",
        "canceled",
    )


def _webhook(webhook_id: str, kind: WebhookKind, what: dict[str, Any]) -> Webhook:
    ident, order_id = _text("data.object.id", what.get("id")), _order_of(what)
    match kind:
        case WebhookKind.CHARGE_CAPTURED:
            amount = _amount("amount_received", what)
            return Webhook(webhook_id, kind, order_id, charge_id=ident, amount=amount)
        case WebhookKind.CHARGE_DECLINED:
            amount, reason = _amount("amount", what), _why_declined(what)
            return Webhook(
                webhook_id, kind, order_id, charge_id=ident, amount=amount, reason=reason
            )
        case WebhookKind.CHARGE_REFUNDED:
            charge_id = _text_or_none("payment_intent", what.get("payment_intent"))
            amount = _amount("amount", what)
            return Webhook(webhook_id, kind, order_id, charge_id, amount, reference=ident)
        case _:
            reason = "reversed" if kind is WebhookKind.PAYOUT_FAILED else None
            amount = _amount("amount", what)
            return Webhook(
                webhook_id, kind, order_id, amount=amount, reason=reason, reference=ident
            )


def _why_declined(what: dict[str, Any]) -> str | None:
    error = what.get("last_payment_error") or {}
    reason = error.get("decline_code") or error.get("code") or what.get("cancellation_reason")
    return _text_or_none("reason", reason)


def _order_of(what: dict[str, Any]) -> OrderId | None:
    metadata = what.get("metadata") or {}
    for text in (metadata.get(ORDER), what.get("transfer_group")):
        try:
            return OrderId(parse_id(str(text)))
        except ValueError:
            continue
    return None


def _object(field: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise InvalidText(field=field, problem="is not an object")
    return value


def _text(field: str, value: Any) -> str:
    if not isinstance(value, str):
        raise InvalidText(field=field, problem="is not a text")
    return check_text(field, value, max_length=_MAX_TEXT)


def _text_or_none(field: str, value: Any) -> str | None:
    return None if value is None else _text(field, value)


def _amount(field: str, what: dict[str, Any]) -> int:
    value = what.get(field)
    if type(value) is not int or value <= 0:
        raise InvalidText(field=field, problem="is not an amount")
    return value
