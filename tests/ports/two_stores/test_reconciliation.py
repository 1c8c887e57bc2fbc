"""Two processes that reconcile at the same time book each movement once, and forget none."""

from solebook.adapters.embedded.dashboard import Dashboard
from solebook.ports.language.payments import AccountKind
from solebook.ports.language.reconciliation import Discrepancy

from ...exchange import Exchange
from .racing import Race, Races

Exchanges = tuple[Exchange, Exchange]


async def reconcile(exchange: Exchange) -> list[Discrepancy]:
    told = [each async for each in exchange.app.payments.reconcile()]
    return [each for each in told if isinstance(each, Discrepancy)]


async def test_two_who_reconcile_at_once_book_each_movement_once(
    exchanges: Exchanges, races: Races
) -> None:
    one, other = exchanges
    provider = Dashboard(one.provider.journal)

    async def prepare() -> None:
        await one.trade()
        await provider.top_up(123)
        await provider.withdraw(50)
        await provider.take_fee(7)

    async def once(race: Race, _: None) -> None:
        await race(lambda: reconcile(one), lambda: reconcile(other))
        totals = await one.store.ledger.totals()
        assert totals[AccountKind.TOP_UPS] == 123
        assert totals[AccountKind.WITHDRAWALS] == -50
        assert totals[AccountKind.PROVIDER_FEES] == -7
        assert (await one.app.payments.check_solvency()).balanced
        assert await reconcile(one) == []
        assert await one.store.open_items.page("", 10) == []

    await races.on(prepare, once)
