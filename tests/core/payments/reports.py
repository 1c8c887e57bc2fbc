"""Unasked actions of the provider, their webhooks, and their effects."""

from datetime import timedelta

from solebook.adapters.embedded.dashboard import Dashboard
from solebook.core.payments.transfers import debt, escrow, payable, suspense
from solebook.ports.language.alarms import AlarmKind
from solebook.ports.language.events import WebhookReceived
from solebook.ports.language.ids import OrderId
from solebook.ports.language.orders import FreezeReason, Order, OrderStatus
from solebook.ports.language.paging import PageRequest
from solebook.ports.language.payments import Account, AccountKind, Webhook, WebhookKind

from ...exchange import Exchange

HOLD = timedelta(days=3)
TOTAL, PAYOUT = 21_400, 17_600
"""What the buyer pays, and what the seller gets, for a pair at 20_000."""
REFUND = "payments.refund_buyer:order.cancelled"
FROZEN = frozenset({FreezeReason.PROVIDER})


def dashboard(exchange: Exchange) -> Dashboard:
    return Dashboard(exchange.provider.journal)


async def charge_of(exchange: Exchange, order_id: OrderId) -> str:
    charge_id = (await exchange.payment(order_id)).charge_id
    assert charge_id is not None, order_id
    return charge_id


async def refund(exchange: Exchange, order_id: OrderId, amount: int, *, told: bool = True) -> None:
    """Refund directly at the provider, with or without its webhook."""
    await dashboard(exchange).refund(await charge_of(exchange, order_id), amount)
    if told:
        await told_of_latest(exchange)


async def told_of_latest(exchange: Exchange) -> None:
    await exchange.webhook(-1)
    await exchange.workers.settle()


async def told_of_everything(exchange: Exchange) -> None:
    for number in range(len(await exchange.provider.webhooks())):
        await exchange.webhook(number)
    await exchange.quiet()


async def report(exchange: Exchange, event: Webhook) -> None:
    """Store an event as if its webhook had arrived."""
    async with exchange.store.transaction():
        if await exchange.store.webhooks.store(event):
            await exchange.store.outbox.add(WebhookReceived(event.id))
    await exchange.workers.settle()


def refunded(order_id: OrderId | None, webhook_id: str, amount: int, **more: str) -> Webhook:
    kind = WebhookKind.CHARGE_REFUNDED
    return Webhook(webhook_id, kind, order_id, amount=amount, **more)


def paid(order_id: OrderId | None, webhook_id: str, amount: int, **more: str) -> Webhook:
    kind = WebhookKind.PAYOUT_PAID
    return Webhook(webhook_id, kind, order_id, amount=amount, **more)


async def alarms(
    exchange: Exchange, order_id: OrderId | None, *, open_only: bool = True
) -> list[str]:
    """Return the notes of the open alarms about the provider."""
    page = await exchange.store.alarms.page(PageRequest(limit=100), open_only=open_only)
    return [
        alarm.note
        for alarm in page.items
        if alarm.kind is AlarmKind.PROVIDER_REPORT and alarm.order_id == order_id
    ]


async def in_escrow(exchange: Exchange, order_id: OrderId) -> int:
    return await exchange.store.ledger.balance(escrow(order_id))


async def owed(exchange: Exchange, order: Order) -> int:
    return await exchange.store.ledger.balance(payable(order.seller_id))


async def debt_of(exchange: Exchange, order: Order) -> int:
    return await exchange.store.ledger.balance(debt(order.seller_id))


async def in_suspense(exchange: Exchange, name: str) -> int:
    return await exchange.store.ledger.balance(suspense(name))


async def losses(exchange: Exchange) -> int:
    return await exchange.store.ledger.balance(Account(AccountKind.LOSSES))


async def paid_order(exchange: Exchange) -> Order:
    """Return an order whose seller was paid."""
    order = await exchange.trade(OrderStatus.DELIVERED)
    await exchange.later(HOLD)
    return await exchange.order(order.id)


async def paid_to(exchange: Exchange, account: str) -> Order:
    order = await exchange.trade(OrderStatus.DELIVERED, seller=await exchange.new_seller(account))
    await exchange.later(HOLD)
    return await exchange.order(order.id)


async def payout_id(exchange: Exchange, order: Order) -> str:
    name = (await exchange.payout(order.id)).payout_id
    assert name is not None, order
    return name


async def report_all(exchange: Exchange, *, backwards: bool = False) -> None:
    """Let all webhooks arrive, also those that arrived before."""
    events = await exchange.provider.webhooks()
    for body, signature in reversed(events) if backwards else events:
        await exchange.app.payments.receive_webhook(body, signature)
    await exchange.quiet()


async def check_money(exchange: Exchange) -> None:
    """Assert that the ledger equals the provider's balance, and that there are no dead letters."""
    await exchange.quiet()
    solvency = await exchange.app.payments.check_solvency()
    assert solvency.balanced, solvency
    for order in await exchange.orders():
        payment = await exchange.store.payments.find(order.id)
        assert payment is None or 0 <= payment.refunded <= payment.amount, payment
    dead = await exchange.store.dead_letters.page(PageRequest())
    assert not dead.items, dead
