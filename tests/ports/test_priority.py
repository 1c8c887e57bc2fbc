"""The priorities of messages."""

from uuid import UUID

import pytest

from solebook.ports.language.events import (
    EVENTS,
    AskPlaced,
    BidPlaced,
    CostsRose,
    Event,
    LowestAskChanged,
    NotificationRequested,
    PriceDropped,
    WebhookEndpointDisabled,
)
from solebook.ports.language.ids import NotificationId
from solebook.ports.language.notifications import Channel, NotificationKind
from solebook.ports.language.priority import PRIORITY_OF, Priority


@pytest.mark.parametrize("kind", NotificationKind)
def test_every_kind_of_notification_has_a_priority(kind: NotificationKind) -> None:
    request = NotificationRequested(NotificationId(UUID(int=1)), Channel.EMAIL, kind=kind)
    assert request.priority is PRIORITY_OF[kind]


def test_notifications_that_require_action_have_a_higher_priority() -> None:
    must_act = {
        NotificationKind.SALE_CONFIRMED,
        NotificationKind.SALE_CANCELLED,
        NotificationKind.PAYMENT_NEEDS_BUYER,
        NotificationKind.PAYMENT_DECLINED,
        NotificationKind.PAYOUT_REFUSED,
        NotificationKind.ORDER_DELIVERED,
        NotificationKind.ALARM,
    }
    interest = {NotificationKind.PRICE_DROPPED, NotificationKind.WELCOME}
    assert {PRIORITY_OF[kind] for kind in must_act} == {Priority.HIGH}
    assert {PRIORITY_OF[kind] for kind in interest} == {Priority.LOW}


def test_a_request_from_before_kinds_were_told_is_of_normal_priority() -> None:
    assert (
        NotificationRequested(NotificationId(UUID(int=1)), Channel.SMS).priority is Priority.NORMAL
    )


def test_only_events_that_continue_no_trade_have_low_priority() -> None:
    waiting = {event for event in EVENTS.values() if event.priority is not Event.priority}
    assert waiting == {
        BidPlaced,
        AskPlaced,
        LowestAskChanged,
        PriceDropped,
        NotificationRequested,
        CostsRose,
        WebhookEndpointDisabled,
    }
