"""Webhooks are kept as they came, and can be applied again."""

import json
from datetime import timedelta

import pytest

from solebook.adapters.embedded.dashboard import Dashboard
from solebook.adapters.embedded.payment_provider import EmbeddedPaymentProvider
from solebook.ports.language.errors import Forbidden, InvalidSignature, WebhookNotKept
from solebook.ports.language.kept_webhooks import KeptWebhook, WebhookState
from solebook.ports.language.orders import OrderStatus
from solebook.ports.language.paging import PageRequest
from solebook.ports.language.payments import WebhookKind
from solebook.ports.language.users import OPERATOR

from ...exchange import Exchange

PAGE = PageRequest(limit=100)
UNKNOWN = json.dumps({"id": "evt_new", "type": "card.blessed", "data": {}}).encode()
WHY = "a test"
CAPTURED, REFUNDED = WebhookKind.CHARGE_CAPTURED, WebhookKind.CHARGE_REFUNDED
PAID, FAILED = WebhookKind.PAYOUT_PAID, WebhookKind.PAYOUT_FAILED


async def receive(exchange: Exchange, body: bytes) -> None:
    await exchange.app.payments.receive_webhook(body, exchange.provider.sign(body))
    await exchange.workers.settle()


async def only(exchange: Exchange, state: WebhookState) -> KeptWebhook:
    (kept,) = (await exchange.app.payments.list_webhooks(OPERATOR, PAGE, state=state)).items
    return kept


async def test_webhook_is_kept_with_its_body_as_it_came(exchange: Exchange) -> None:
    await exchange.trade()
    body, signature = (await exchange.provider.webhooks())[0]
    await exchange.app.payments.receive_webhook(body, signature)
    kept = await only(exchange, WebhookState.WAITING)
    assert (kept.type, kept.received_at) == ("charge.captured", exchange.clock.now())
    whole = await exchange.app.payments.list_webhooks.one(OPERATOR, kept.webhook_id)
    assert (kept.body, whole.body) == (None, body)
    await exchange.workers.settle()
    assert (await only(exchange, WebhookState.APPLIED)).applied_at == exchange.clock.now()


async def test_unknown_kind_is_kept_and_counted(exchange: Exchange) -> None:
    await receive(exchange, UNKNOWN)
    await receive(exchange, UNKNOWN)
    (count,) = await exchange.app.payments.list_webhooks.counts(OPERATOR)
    assert (count.type, count.kind, count.total) == ("card.blessed", WebhookKind.OTHER, 1)
    assert (await only(exchange, WebhookState.UNKNOWN)).webhook_id == "evt_new"


async def test_replayed_webhook_changes_nothing(exchange: Exchange) -> None:
    await exchange.trade()
    await exchange.webhook(0)
    await exchange.workers.settle()
    before = await exchange.store.ledger.totals()
    kept = await only(exchange, WebhookState.APPLIED)
    for _ in range(3):
        await exchange.app.payments.replay_webhook(OPERATOR, kept.webhook_id, reason=WHY)
        assert (await only(exchange, WebhookState.WAITING)).id == kept.id
        await exchange.workers.settle()
        assert (await only(exchange, WebhookState.APPLIED)).id == kept.id
    assert await exchange.store.ledger.totals() == before


async def test_kind_that_is_known_by_now_is_applied_when_it_is_replayed(
    unchecked: Exchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    exchange = unchecked
    order_id = (await exchange.trade()).id
    payment = await exchange.store.payments.find(order_id)
    assert payment is not None
    refund = await Dashboard(exchange.provider.journal).refund(str(payment.charge_id), 1_000)
    body, signature = (await exchange.provider.webhooks())[-1]
    known = EmbeddedPaymentProvider.read_webhook
    unknown = UNKNOWN.replace(b"evt_new", json.loads(body)["id"].encode())
    monkeypatch.setattr(
        EmbeddedPaymentProvider, "read_webhook", lambda provider, _: known(provider, unknown)
    )
    await exchange.app.payments.receive_webhook(body, signature)
    await exchange.workers.settle()
    monkeypatch.undo()
    kept = await only(exchange, WebhookState.UNKNOWN)
    read = await exchange.app.payments.replay_webhook(OPERATOR, kept.webhook_id, reason=WHY)
    await exchange.workers.settle()
    assert (read.kind, read.reference) == (WebhookKind.CHARGE_REFUNDED, refund.id)
    refunded = await exchange.store.payments.find(order_id)
    assert refunded is not None
    assert refunded.refunded == 1_000


async def test_webhooks_are_forgotten_when_their_life_is_over(exchange: Exchange) -> None:
    await receive(exchange, UNKNOWN)
    await exchange.clock.advance(timedelta(days=89))
    await exchange.workers.settle()
    assert (await exchange.app.payments.list_webhooks.one(OPERATOR, "evt_new")).body == UNKNOWN
    await exchange.clock.advance(timedelta(days=2))
    await exchange.workers.settle()
    with pytest.raises(WebhookNotKept):
        await exchange.app.payments.replay_webhook(OPERATOR, "evt_new", reason=WHY)
    assert await exchange.app.payments.list_webhooks.counts(OPERATOR) == []
    await receive(exchange, UNKNOWN)
    assert (await exchange.app.payments.list_webhooks.counts(OPERATOR))[0].total == 1


async def test_webhook_that_comes_again_after_it_was_forgotten_changes_nothing(
    unchecked: Exchange,
) -> None:
    exchange = unchecked
    dashboard = Dashboard(exchange.provider.journal)
    await exchange.cancel((await exchange.trade()).id)
    paid = await exchange.trade(OrderStatus.DELIVERED)
    await exchange.later(timedelta(days=4))
    await dashboard.refund(str((await exchange.payment(paid.id)).charge_id), 1_000)
    await dashboard.charge(None, 5_000)
    await dashboard.return_payout((await dashboard.pay_out(None, 100)).id)
    bodies = [body for body, _ in await exchange.provider.webhooks()]
    kinds = {exchange.provider.read_webhook(body).kind for body in bodies}
    for body in bodies:
        await receive(exchange, body)
    await exchange.later(timedelta(days=100))
    assert await exchange.app.payments.list_webhooks.counts(OPERATOR) == []
    totals, orders = await exchange.store.ledger.totals(), await exchange.orders()
    for body in bodies:
        await receive(exchange, body)
    applied = await exchange.app.payments.list_webhooks(OPERATOR, PAGE, state=WebhookState.APPLIED)
    assert len(applied.items) == len(bodies)
    assert await exchange.store.ledger.totals() == totals
    assert await exchange.orders() == orders
    assert kinds >= {CAPTURED, REFUNDED, PAID, FAILED}


async def test_only_an_admin_sees_and_replays_webhooks(exchange: Exchange) -> None:
    await receive(exchange, UNKNOWN)
    payments = exchange.app.payments
    with pytest.raises(Forbidden):
        await payments.replay_webhook(exchange.buyer, "evt_new", reason=WHY)
    with pytest.raises(Forbidden):
        await payments.list_webhooks(exchange.buyer, PAGE)
    with pytest.raises(Forbidden):
        await payments.list_webhooks.counts(exchange.buyer)
    with pytest.raises(Forbidden):
        await payments.list_webhooks.one(exchange.buyer, "evt_new")


async def test_webhook_of_the_old_secret_is_accepted_while_the_secret_is_replaced(
    exchange: Exchange,
) -> None:
    before, now = exchange.provider, exchange.provider.webhook_secret
    between = EmbeddedPaymentProvider(
        before.journal, before.clock, "whsec_next", old_webhook_secret=now
    )
    after = EmbeddedPaymentProvider(before.journal, before.clock, "whsec_next")
    assert between.parse_webhook(UNKNOWN, before.sign(UNKNOWN)).type == "card.blessed"
    assert between.parse_webhook(UNKNOWN, after.sign(UNKNOWN)).type == "card.blessed"
    with pytest.raises(InvalidSignature):
        after.parse_webhook(UNKNOWN, before.sign(UNKNOWN))
