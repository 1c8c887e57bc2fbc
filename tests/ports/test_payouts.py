"""The contract of Payouts."""

from dataclasses import replace

import pytest

from solebook.composition.adapters import Store
from solebook.ports.language.paging import PageRequest
from solebook.ports.language.payments import (
    Account,
    AccountKind,
    Payout,
    PayoutState,
)

from .pages import all_pages
from .records import Records

WORLD = Account(AccountKind.WORLD)
FEES = Account(AccountKind.FEES)


async def put_payout(store: Store, payout: Payout) -> Payout:
    """Open a payout, or replace the existing one."""
    async with store.transaction():
        await store.payouts.open_or_lock(payout)
        await store.payouts.save(payout)
    return payout


async def test_of_payouts_that_are_opened_for_an_order_the_first_is_kept(
    store: Store, records: Records
) -> None:
    first = records.payout()
    second = replace(first, debt_settled=250)

    async def opened(payout: Payout) -> Payout:
        async with store.transaction():
            return await store.payouts.open_or_lock(payout)

    assert [await opened(first), await opened(second)] == [first, first]
    assert await store.payouts.find(first.order_id) == first


async def test_a_payout_that_was_never_opened_cannot_be_saved(
    store: Store, records: Records
) -> None:
    with pytest.raises(AssertionError):
        async with store.transaction():
            await store.payouts.save(records.payout())


async def test_a_payout_is_found_by_its_order_and_replaced(store: Store, records: Records) -> None:
    payout = await put_payout(store, records.payout(debt_settled=250))
    other = await put_payout(store, records.payout())
    assert await store.payouts.find(payout.order_id) == payout
    paid = replace(payout, state=PayoutState.PAID, paid_at=records.instant, account="acct_1")
    await put_payout(store, paid)
    assert await store.payouts.find(payout.order_id) == paid
    refused = replace(payout, state=PayoutState.REFUSED, reason="account closed")
    await put_payout(store, refused)
    assert await store.payouts.find(payout.order_id) == refused
    assert await store.payouts.find(other.order_id) == other
    assert await store.payouts.find(records.order_id()) is None


async def test_the_order_of_a_payout_is_found_by_its_latest_name(
    store: Store, records: Records
) -> None:
    payout, other = records.payout(payout_id="po_1"), records.payout()
    for each in (payout, other):
        await put_payout(store, each)
    assert await store.payouts.order_of("po_1") == payout.order_id
    again = replace(payout, payout_id="po_2")
    await put_payout(store, again)
    assert await store.payouts.order_of("po_2") == again.order_id
    assert await store.payouts.order_of("po_1") is None


async def test_unpaid_are_the_sellers_payouts_that_are_due_or_refused(
    store: Store, records: Records
) -> None:
    seller_id = records.user_id()
    all_states = [records.payout(seller_id=seller_id, state=state) for state in PayoutState]
    due, _, refused, _ = all_states
    async with store.transaction():
        for payout in (*all_states, records.payout(state=PayoutState.DUE)):
            await store.payouts.open_or_lock(payout)
    assert list(await store.payouts.unpaid(seller_id)) == [due, refused]
    assert list(await store.payouts.unpaid(records.user_id())) == []


async def test_a_sellers_payouts_are_paged_newest_order_first(
    store: Store, records: Records
) -> None:
    seller = records.user_id()
    payouts = [records.payout(seller_id=seller) for _ in range(5)]
    for n in (2, 0, 4, 1, 3):
        await put_payout(store, payouts[n])
    await put_payout(store, records.payout())
    await put_payout(store, payouts[0])
    assert await all_pages(lambda r: store.payouts.of_seller(seller, r)) == payouts[::-1]
    nobody = await store.payouts.of_seller(records.user_id(), PageRequest())
    assert (tuple(nobody.items), nobody.next_cursor) == ((), None)
