"""The token of a card appears only in the store and at the provider."""

import logging

import pytest

from solebook.ports.language.orders import OrderStatus
from solebook.ports.language.paging import PageRequest
from solebook.ports.language.payments import Webhook, WebhookKind

from ...exchange import Exchange
from .reports import alarms, report

TOKEN = "pm_kept_to_itself"


async def test_card_token_is_absent_from_history_events_notifications_and_logs(
    exchange: Exchange, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    buyer = await exchange.new_buyer(TOKEN)
    delivered = await exchange.trade(OrderStatus.DELIVERED, buyer=buyer)
    failed = await exchange.trade(OrderStatus.AUTH_FAILED, buyer=buyer)
    assert (await exchange.payment(delivered.id)).payment_method == TOKEN
    everything = PageRequest(limit=100)
    listed = await exchange.store.notifications.of_user(buyer.user_id, everything)
    shown = [
        delivered,
        failed,
        await exchange.payment(delivered.id),
        await exchange.store.users.get(buyer.user_id),
        await exchange.store.orders.history(delivered.id),
        await exchange.store.orders.history(failed.id),
        exchange.bus.published,
        listed.items,
        caplog.text,
    ]
    assert [each for each in shown if TOKEN in repr(each)] == []


async def test_card_token_is_absent_from_errors_and_alarms(
    unchecked: Exchange, caplog: pytest.LogCaptureFixture
) -> None:
    buyer = await unchecked.new_buyer(TOKEN)
    order = await unchecked.trade(buyer=buyer)
    another = Webhook(
        "evt_1", WebhookKind.CHARGE_CAPTURED, order.id, "ch_another", order.buyer_total
    )
    await report(unchecked, another)
    await unchecked.quiet()
    [note] = await alarms(unchecked, order.id)
    payment = repr(await unchecked.payment(order.id))
    with pytest.raises(AssertionError) as other_words:
        await unchecked.provider.charge(
            key=f"{order.id}:charge", order_id=order.id, payment_method=TOKEN, amount=1
        )
    assert TOKEN not in note + payment + str(other_words.value) + caplog.text
