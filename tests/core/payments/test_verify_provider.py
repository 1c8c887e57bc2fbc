"""A provider is compared with a store that goes on trading."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

from solebook.adapters.embedded import tokens
from solebook.adapters.embedded.dashboard import Dashboard
from solebook.core.payments.patience import Patience
from solebook.core.payments.reconciliation.verify_provider import VerifyProvider
from solebook.ports.language.currencies import DOLLAR
from solebook.ports.language.ids import OrderId
from solebook.ports.language.integrity import Finding, Underway
from solebook.ports.language.movements import Movement

from ...exchange import Exchange
from .altered_provider import Altered
from .reconciling import reconcile


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


async def reports(exchange: Exchange, verify: VerifyProvider) -> list[str]:
    """Return what a verification finds, and what is under way."""
    async with exchange.store.snapshots() as snapshot:
        told = [report async for report in verify(snapshot)]
    return [str(report) for report in told if isinstance(report, Finding | Underway)]


async def test_a_fee_is_under_way_until_the_next_reconciliation(unchecked: Exchange) -> None:
    buyer = await unchecked.new_buyer(tokens.CARD_WITH_A_FEE)
    await unchecked.match(buyer=buyer)
    await unchecked.workers.settle()
    [fee] = await reports(unchecked, verifier(unchecked))
    assert fee.endswith("with a fee of 6.51, which is booked at the next reconciliation")
    await reconcile(unchecked)
    assert await reports(unchecked, verifier(unchecked)) == []


async def test_after_a_reconciliation_no_order_is_asked_about_on_its_own(
    unchecked: Exchange,
) -> None:
    await unchecked.trade()
    await reconcile(unchecked)
    await unchecked.trade()
    only_pages: Any = Altered(unchecked.provider, (), (), pages=10, size=1)  # it knows no orders
    verify = replace(verifier(unchecked), provider=only_pages)
    assert await reports(unchecked, verify) == []


async def test_what_the_provider_changed_since_it_was_read_is_found(unchecked: Exchange) -> None:
    await unchecked.trade()
    await reconcile(unchecked)
    [charge] = await unchecked.provider.movements("", 10)
    other = replace(charge, fee=5)

    class Changed(Altered):
        async def movements_of(self, order_ids: Collection[OrderId]) -> Sequence[Movement]:
            return [other]

    changed: Any = Changed(unchecked.provider, (), (other,), pages=10, size=10)
    found = await reports(unchecked, replace(verifier(unchecked), provider=changed))
    assert f"provider: movement {charge.place}: the provider has charge" in found[0]
    assert "with a fee of 0.05, and had charge" in found[0]
