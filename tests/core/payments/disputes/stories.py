"""What tests of disputes do and look at."""

from solebook.composition.integrity import verify_exchange_of
from solebook.core.payments.disputes.dispute_transfers import disputed
from solebook.ports.language.alarms import Alarm, AlarmKind
from solebook.ports.language.disputes import Dispute
from solebook.ports.language.ids import OrderId
from solebook.ports.language.integrity import Finding
from solebook.ports.language.orders import Order
from solebook.ports.language.paging import PageRequest

from ....exchange import Exchange
from ..reports import check_money, dashboard, told_of_latest


async def dispute(
    exchange: Exchange, order: Order, amount: int | None = None, *, told: bool = True
) -> str:
    """Have the buyer's bank dispute the charge of an order, and return the dispute's name."""
    payment = await exchange.payment(order.id)
    assert payment.charge_id is not None, order
    name = await dashboard(exchange).dispute(
        payment.charge_id, amount or payment.left, exchange.clock.now()
    )
    if told:
        await told_of_latest(exchange)
    return name


async def decide(exchange: Exchange, name: str, *, won: bool, told: bool = True) -> None:
    await dashboard(exchange).decide_dispute(name, won=won)
    if told:
        await told_of_latest(exchange)


async def known(exchange: Exchange) -> list[Dispute]:
    """Return the disputes that the exchange knows, oldest first."""
    page = await exchange.store.disputes.page(PageRequest(limit=100))
    return list(reversed(page.items))


async def only(exchange: Exchange) -> Dispute:
    [dispute] = await known(exchange)
    return dispute


async def on_account(exchange: Exchange, name: str) -> int:
    [charge_id] = {each.charge_id for each in await known(exchange) if each.name == name}
    return await exchange.store.ledger.balance(disputed(charge_id))


async def dispute_alarms(exchange: Exchange, order_id: OrderId | None) -> list[Alarm]:
    page = await exchange.store.alarms.page(PageRequest(limit=100), open_only=True)
    kind = AlarmKind.CHARGE_DISPUTED
    return [alarm for alarm in page.items if alarm.kind is kind and alarm.order_id == order_id]


async def findings(exchange: Exchange) -> list[str]:
    """Return what `solebook admin verify` finds."""
    verify = verify_exchange_of(exchange.app, pauses=())
    return [str(report) async for report in verify() if isinstance(report, Finding)]


async def check_all(exchange: Exchange) -> None:
    """Assert that the ledger equals the provider's balance and nothing contradicts itself."""
    await check_money(exchange)
    found = await findings(exchange)
    assert not found, found
