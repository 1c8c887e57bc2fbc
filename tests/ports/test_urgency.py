"""What goes first, where messages have to wait."""

from uuid import UUID

import pytest

from solebook.ports.language.events import (
    EVENTS,
    CostsRose,
    Event,
    LowestAskChanged,
    NotificationRequested,
    PriceDropped,
)
from solebook.ports.language.ids import NotificationId
from solebook.ports.language.notifications import Channel, NotificationKind
from solebook.ports.language.urgency import URGENCY_OF, Urgency


@pytest.mark.parametrize("kind", NotificationKind)
def test_every_kind_of_notification_has_an_urgency(kind: NotificationKind) -> None:
    request = NotificationRequested(NotificationId(UUID(int=1)), Channel.EMAIL, kind=kind)
    assert request.urgency is URGENCY_OF[kind]


def test_what_people_must_act_on_goes_before_what_merely_interests_them() -> None:
    must_act = {
        NotificationKind.SALE_CONFIRMED,
        NotificationKind.SALE_CANCELLED,
        NotificationKind.PAYMENT_DECLINED,
        NotificationKind.PAYOUT_REFUSED,
        NotificationKind.ORDER_DELIVERED,
        NotificationKind.ALARM,
    }
    interest = {NotificationKind.PRICE_DROPPED, NotificationKind.WELCOME}
    assert {URGENCY_OF[kind] for kind in must_act} == {Urgency.HIGH}
    assert {URGENCY_OF[kind] for kind in interest} == {Urgency.LOW}


def test_a_request_from_before_kinds_were_told_is_of_normal_urgency() -> None:
    assert NotificationRequested(NotificationId(UUID(int=1)), Channel.SMS).urgency is Urgency.NORMAL


def test_events_that_no_trade_goes_on_from_are_the_only_ones_to_wait() -> None:
    waiting = {event for event in EVENTS.values() if event.urgency is not Event.urgency}
    assert waiting == {LowestAskChanged, PriceDropped, NotificationRequested, CostsRose}
