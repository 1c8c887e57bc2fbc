"""The contract of the payment provider: webhooks."""

import pytest

from solebook.ports.language.errors import (
    InvalidSignature,
    InvalidText,
)
from solebook.ports.language.payments import WebhookKind

from .rig import Rig


async def test_signed_webhook_is_read(rig: Rig) -> None:
    order_id = rig.order_id()
    body = rig.event_of_a_charge(order_id, "ch_1", 21_400)

    event = rig.provider.parse_webhook(body, rig.sign(body))

    assert (event.id, event.kind) == ("evt_1", WebhookKind.CHARGE_CAPTURED)
    assert (event.order_id, event.charge_id, event.amount) == (order_id, "ch_1", 21_400)


async def test_webhook_is_refused_if_a_byte_was_changed(rig: Rig) -> None:
    body = rig.event_of_a_charge(rig.order_id(), "ch_1", 21_400)
    signature = rig.sign(body)

    with pytest.raises(InvalidSignature):
        rig.provider.parse_webhook(body.replace(b"21400", b"91400"), signature)
    with pytest.raises(InvalidSignature):
        rig.provider.parse_webhook(body, "")


async def test_malformed_signed_webhook_is_refused(rig: Rig) -> None:
    body = b"not JSON"

    with pytest.raises(InvalidText):
        rig.provider.parse_webhook(body, rig.sign(body))
