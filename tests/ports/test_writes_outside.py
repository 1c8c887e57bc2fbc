"""Contract of Transaction: nothing is written outside a block."""

from collections.abc import Awaitable, Callable

import pytest

from solebook.composition.adapters import Store
from solebook.ports.language.alarms import AlarmKind
from solebook.ports.language.catalog import ReservationStatus
from solebook.ports.language.deadlines import DeadlineKind
from solebook.ports.language.idempotency import IdempotencyKey
from solebook.ports.language.notifications import NotificationPreferences
from solebook.ports.language.payments import (
    Quarter,
    Webhook,
    WebhookKind,
)
from solebook.ports.language.rules import MarketRules
from solebook.ports.language.terms import Terms

from .records import Records
from .shard import Shard
from .test_disputes import opened
from .test_webhook_endpoints import a_webhook, an_endpoint

WRITES: dict[str, Callable[[Store, Records], Awaitable[object]]] = {
    "users.add": lambda s, r: s.users.add(r.user()),
    "users.save": lambda s, r: s.users.save(r.user()),
    "addresses.add": lambda s, r: s.addresses.add(r.address(r.user_id())),
    "addresses.remove": lambda s, r: s.addresses.remove(r.user_id(), r.address(r.user_id()).id),
    "sessions.add": lambda s, r: s.sessions.add(r.session(r.user_id())),
    "sessions.revoke": lambda s, r: s.sessions.revoke(r.session(r.user_id()).id, r.instant),
    "sessions.revoke_all": lambda s, r: s.sessions.revoke_all(r.user_id(), r.instant),
    "sessions.add_token": lambda s, r: s.sessions.add_token(
        r.refresh_token(r.session(r.user_id()).id)
    ),
    "sessions.spend_token": lambda s, r: s.sessions.spend_token("0" * 64, r.instant),
    "sessions.forget": lambda s, r: s.sessions.forget(r.instant),
    "products.add": lambda s, r: s.products.add(r.product()),
    "products.save": lambda s, r: s.products.save(r.product(version=2)),
    "stock.reserve_all": lambda s, r: s.stock.reserve_all(r.reservation(r.quote_id(), r.book())),
    "stock.reserve": lambda s, r: s.stock.reserve(r.reservation(r.quote_id(), r.book())),
    "stock.settle": lambda s, r: s.stock.settle(r.order_id(), ReservationStatus.RELEASED),
    "payments.open_or_lock": lambda s, r: s.payments.open_or_lock(r.payment()),
    "payments.save": lambda s, r: s.payments.save(r.payment()),
    "payouts.open_or_lock": lambda s, r: s.payouts.open_or_lock(r.payout()),
    "payouts.save": lambda s, r: s.payouts.save(r.payout()),
    "ledger.append": lambda s, r: s.ledger.append(r.transfer(r.order_id())),
    "ledger.lock": lambda s, r: s.ledger.lock(r.transfer(r.order_id()).entries[0].account),
    "ledger.lock_used": lambda s, r: s.ledger.lock_used(
        r.transfer(r.order_id()).entries[0].account
    ),
    "ledger.post": lambda s, r: s.ledger.post(r.transfer(r.order_id())),
    "seller_records.add": lambda s, r: s.seller_records.add(r.user_id(), Quarter(2026, 1), 1),
    "seller_records.remove": lambda s, r: s.seller_records.remove(r.user_id(), Quarter(2026, 1), 1),
    "webhooks.store": lambda s, r: s.webhooks.store(Webhook("evt_1", WebhookKind.OTHER, None)),
    "disputes.open_or_lock": lambda s, r: s.disputes.open_or_lock(opened(r, "du_1")),
    "disputes.save": lambda s, r: s.disputes.save(opened(r, "du_1")),
    "authentication_tasks.add": lambda s, r: s.authentication_tasks.add(r.task()),
    "authentication_tasks.open": lambda s, r: s.authentication_tasks.open(r.task()),
    "authentication_tasks.save": lambda s, r: s.authentication_tasks.save(r.task(version=2)),
    "price_alerts.add": lambda s, r: s.price_alerts.add(r.price_alert(r.book())),
    "price_alerts.lock": lambda s, r: s.price_alerts.lock(r.user_id()),
    "price_alerts.remove": lambda s, r: s.price_alerts.remove(
        r.user_id(), r.price_alert(r.book()).id
    ),
    "price_alerts.note_told": lambda s, r: s.price_alerts.note_told(
        r.user_id(), r.book(), r.instant, 100
    ),
    "price_alerts.note_missed": lambda s, r: s.price_alerts.note_missed(
        [r.price_alert(r.book()).id], missed=True
    ),
    "webhook_endpoints.add": lambda s, r: s.webhook_endpoints.add(an_endpoint(r)),
    "webhook_endpoints.save": lambda s, r: s.webhook_endpoints.save(an_endpoint(r)),
    "webhook_endpoints.remove": lambda s, r: s.webhook_endpoints.remove(an_endpoint(r).id),
    "webhook_endpoints.lock": lambda s, r: s.webhook_endpoints.lock(r.user_id()),
    "webhook_endpoints.wake": lambda s, r: s.webhook_endpoints.wake([an_endpoint(r).id], r.instant),
    "outgoing_webhooks.add": lambda s, r: s.outgoing_webhooks.add([a_webhook(r, an_endpoint(r))]),
    "outgoing_webhooks.save": lambda s, r: s.outgoing_webhooks.save(a_webhook(r, an_endpoint(r))),
    "outgoing_webhooks.fail_waiting": lambda s, r: s.outgoing_webhooks.fail_waiting(
        an_endpoint(r).id, "why"
    ),
    "outgoing_webhooks.forget": lambda s, r: s.outgoing_webhooks.forget(r.instant),
    "rules_in_force.put": lambda s, r: s.rules_in_force.put(MarketRules()),
    "exchange_terms.agree": lambda s, r: s.exchange_terms.agree(Terms("USD")),
    "exchange_terms.denominate": lambda s, r: s.exchange_terms.denominate("JPY"),
    "tape.record": lambda s, r: s.tape.record(r.sale(r.book())),
    "tape.void": lambda s, r: s.tape.void(r.order_id()),
    "notifications.add": lambda s, r: s.notifications.add(r.notification(r.user_id())),
    "notifications.mark": lambda s, r: s.notifications.mark(
        r.notification(r.user_id()).id, r.instant
    ),
    "notifications.forget": lambda s, r: s.notifications.forget(r.instant),
    "preferences.put": lambda s, r: s.preferences.put(NotificationPreferences(r.user_id())),
    "alarms.add": lambda s, r: s.alarms.add(r.alarm()),
    "alarms.save": lambda s, r: s.alarms.save(r.alarm()),
    "alarms.close": lambda s, r: s.alarms.close(r.order_id(), [AlarmKind.PAYOUT_FROZEN], r.instant),
    "outbox.add": lambda s, r: s.outbox.add(r.event()),
    "outbox.mark_sent": lambda s, r: s.outbox.mark_sent([r.message().id]),
    "inbox.note": lambda s, r: s.inbox.note([("welcome", r.message().id)], r.instant),
    "inbox.forget": lambda s, r: s.inbox.forget(r.instant),
    "deadlines.set": lambda s, r: s.deadlines.set(r.deadline(r.order_id())),
    "deadlines.clear": lambda s, r: s.deadlines.clear(r.order_id(), [DeadlineKind.PAYMENT]),
    "deliveries.put": lambda s, r: s.deliveries.put(r.delivery()),
    "deliveries.remove": lambda s, r: s.deliveries.remove([r.delivery()]),
    "deliveries.add": lambda s, r: s.deliveries.add([r.delivery()]),
    "audit_log.add": lambda s, r: s.audit_log.add(r.act()),
    "idempotency_keys.remember": lambda s, r: s.idempotency_keys.remember(
        IdempotencyKey(r.user_id(), "users", "key", "fingerprint"), b"{}", r.instant
    ),
    "idempotency_keys.forget": lambda s, r: s.idempotency_keys.forget(r.instant),
}


@pytest.mark.parametrize("name", WRITES)
async def test_writing_outside_a_block_is_a_programming_error(
    store: Store, records: Records, name: str
) -> None:
    with pytest.raises(AssertionError):
        await WRITES[name](store, records)


async def test_saving_an_order_outside_a_block_is_a_programming_error(
    store: Store, records: Records, shard: Shard
) -> None:
    order = (await shard.trade(records.book())).order
    with pytest.raises(AssertionError):
        await store.orders.save(order, [])
    assert await store.orders.get(order.id) == order
