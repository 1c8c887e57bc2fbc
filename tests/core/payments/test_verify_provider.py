"""A provider is compared with a store that goes on trading."""

from solebook.adapters.embedded.dashboard import Dashboard
from solebook.core.payments.patience import Patience
from solebook.core.payments.verify_provider import VerifyProvider
from solebook.ports.language.currencies import DOLLAR
from solebook.ports.language.integrity import Finding

from ...exchange import Exchange


def verifier(exchange: Exchange) -> VerifyProvider:
    return VerifyProvider(exchange.store.snapshots, exchange.provider, Patience(), DOLLAR)


async def test_the_charge_of_an_order_that_is_newer_than_the_snapshot_is_no_error(
    exchange: Exchange,
) -> None:
    async with exchange.store.snapshots() as snapshot:
        await exchange.trade()
        reports = [report async for report in verifier(exchange)(snapshot)]
    assert not [report for report in reports if isinstance(report, Finding)]


async def test_a_charge_for_no_order_is_found_once(unchecked: Exchange) -> None:
    charge = await Dashboard(unchecked.provider.journal).charge(None, 5_000)
    async with unchecked.store.snapshots() as snapshot:
        reports = [str(report) async for report in verifier(unchecked)(snapshot)]
    [found] = [report for report in reports if charge.id in report]
    assert found == (
        f"provider: movement {charge.id} for no order: the provider charged 50.00 ({charge.id}), "
        "and the ledger has 0.00"
    )
