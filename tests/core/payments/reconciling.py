"""What tests of the reconciliation do and see."""

from solebook.ports.language.alarms import Alarm, AlarmKind
from solebook.ports.language.paging import PageRequest
from solebook.ports.language.payments import AccountKind
from solebook.ports.language.reconciliation import Discrepancy

from ...exchange import Exchange


async def reconcile(exchange: Exchange, *, whole: bool = False) -> list[Discrepancy]:
    """Reconcile, let the exchange act on it, and return what differed."""
    told = [each async for each in exchange.app.payments.reconcile(whole=whole)]
    await exchange.workers.settle()
    return [each for each in told if isinstance(each, Discrepancy)]


async def is_balanced(exchange: Exchange) -> bool:
    return (await exchange.app.payments.check_solvency()).balanced


async def total(exchange: Exchange, kind: AccountKind) -> int:
    return (await exchange.store.ledger.totals()).get(kind, 0)


async def alarms(exchange: Exchange) -> list[Alarm]:
    """Return the open alarms of the reconciliation."""
    page = await exchange.store.alarms.page(PageRequest(limit=100), open_only=True)
    return [alarm for alarm in page.items if alarm.kind is AlarmKind.RECONCILIATION]
