"""Contracts of Payments, Payouts, Ledger, SellerRecords and Webhooks."""

import asyncio
from contextlib import suppress
from dataclasses import replace

import pytest

from solebook.composition.adapters import Store
from solebook.ports.language.ids import OrderId
from solebook.ports.language.orders import PaymentStatus
from solebook.ports.language.paging import PageRequest
from solebook.ports.language.payments import (
    Account,
    AccountKind,
    Entry,
    GatewayEvent,
    GatewayEventKind,
    Payment,
    Payout,
    PayoutState,
    Quarter,
    SalesVolume,
    Transfer,
)

from .pages import all_pages
from .records import Records

WORLD = Account(AccountKind.WORLD)
FEES = Account(AccountKind.FEES)


# ---- Payments ------------------------------------------------------------------------------------


async def put_payment(store: Store, payment: Payment) -> None:
    """Open a payment, or replace the existing one."""
    async with store.transaction():
        await store.payments.open_or_lock(payment)
        await store.payments.save(payment)


async def test_of_payments_that_are_opened_for_an_order_the_first_is_kept(
    store: Store, records: Records
) -> None:
    first = records.payment()
    second = replace(first, payment_method="pm_2")

    async def opened(payment: Payment) -> Payment:
        async with store.transaction():
            return await store.payments.open_or_lock(payment)

    assert [await opened(first), await opened(second)] == [first, first]
    assert await store.payments.find(first.order_id) == first


async def test_a_payment_that_was_never_opened_cannot_be_saved(
    store: Store, records: Records
) -> None:
    with pytest.raises(AssertionError):
        async with store.transaction():
            await store.payments.save(records.payment())


async def test_a_payment_is_found_by_its_order(store: Store, records: Records) -> None:
    payment, other = records.payment(), records.payment(buyer_id=records.user_id())
    await put_payment(store, payment)
    await put_payment(store, other)
    assert await store.payments.find(payment.order_id) == payment
    assert await store.payments.find(other.order_id) == other
    assert await store.payments.find(records.order_id()) is None


async def test_the_order_of_a_payment_is_found_by_its_charge(
    store: Store, records: Records
) -> None:
    payment, other = records.payment(), records.payment()
    charged = replace(payment, charge_id="ch_1", refunded=100, refund_asked=21_300)
    for each in (payment, other, charged):
        await put_payment(store, each)
    assert await store.payments.order_of("ch_1") == charged.order_id
    assert await store.payments.order_of("ch_2") is None
    assert await store.payments.find(payment.order_id) == charged


async def test_a_charge_that_was_taken_back_names_no_payment(
    store: Store, records: Records
) -> None:
    payment = records.payment()
    await put_payment(store, payment)
    with suppress(RuntimeError):
        async with store.transaction():
            await store.payments.save(replace(payment, charge_id="ch_1"))
            raise RuntimeError
    assert await store.payments.order_of("ch_1") is None


async def test_payment_without_a_request_has_an_amount_of_zero(
    store: Store, records: Records
) -> None:
    abandoned = records.payment(amount=0, status=PaymentStatus.ABANDONED)
    await put_payment(store, abandoned)
    assert await store.payments.find(abandoned.order_id) == abandoned


async def test_a_payment_that_is_saved_replaces_the_orders_one(
    store: Store, records: Records
) -> None:
    payment, other = records.payment(), records.payment()
    await put_payment(store, payment)
    await put_payment(store, other)
    captured = replace(
        payment,
        status=PaymentStatus.CAPTURED,
        payment_method="pm_1",
        charge_id="ch_1",
        reason="none",
    )
    await put_payment(store, captured)
    assert await store.payments.find(payment.order_id) == captured
    assert await store.payments.find(other.order_id) == other


# ---- Payouts -------------------------------------------------------------------------------------


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


# ---- Ledger --------------------------------------------------------------------------------------


def escrow(order_id: OrderId) -> Account:
    return Account(AccountKind.ESCROW, str(order_id))


async def post(store: Store, transfer: Transfer) -> bool:
    async with store.transaction():
        return await store.ledger.post(transfer)


async def test_a_transfer_moves_money_between_its_accounts(store: Store, records: Records) -> None:
    order_id = records.order_id()
    assert await store.ledger.balance(WORLD) == 0
    assert await post(store, records.transfer(order_id))
    assert await store.ledger.balance(WORLD) == -21_400
    assert await store.ledger.balance(escrow(order_id)) == 21_400
    settle = (Entry(escrow(order_id), -21_400), Entry(FEES, 1_800), Entry(WORLD, 19_600))
    assert await post(store, records.transfer(order_id, entries=settle))
    assert await store.ledger.balance(WORLD) == -1_800
    assert await store.ledger.balance(escrow(order_id)) == 0
    assert await store.ledger.balance(FEES) == 1_800


async def test_accounts_of_one_kind_and_different_owners_are_apart(
    store: Store, records: Records
) -> None:
    one, two = records.order_id(), records.order_id()
    await post(store, records.transfer(one))
    await post(store, records.transfer(two))
    entries = (Entry(escrow(two), -400), Entry(WORLD, 400))
    await post(store, records.transfer(two, entries=entries))
    assert await store.ledger.balance(escrow(one)) == 21_400
    assert await store.ledger.balance(escrow(two)) == 21_000
    assert await store.ledger.balance(escrow(records.order_id())) == 0


async def test_locked_balances_do_not_change_until_the_end_of_the_transaction(
    store: Store, records: Records
) -> None:
    fund = Account(AccountKind.SUSPENSE, "fund")
    await post(
        store, records.transfer(records.order_id(), entries=(Entry(fund, 250), Entry(WORLD, -250)))
    )

    async def take_100_if_they_are_there() -> None:
        async with store.transaction():
            left, _ = await store.ledger.lock(fund, FEES)
            if left >= 100:
                await asyncio.sleep(0)
                entries = (Entry(fund, -100), Entry(WORLD, 100))
                await store.ledger.post(records.transfer(records.order_id(), entries=entries))

    await asyncio.gather(*(asyncio.create_task(take_100_if_they_are_there()) for _ in range(5)))
    assert await store.ledger.balance(fund) == 50


async def test_the_accounts_of_a_kind_that_are_not_at_zero_are_listed_by_owner(
    store: Store, records: Records
) -> None:
    amounts = {"b": -400, "a": 500, "c": 300, "d": 100}
    for owner, amount in amounts.items():
        of_owner = Entry(Account(AccountKind.SUSPENSE, owner), amount)
        entries = (of_owner, Entry(WORLD, -amount))
        await post(store, records.transfer(records.order_id(), entries=entries))
    emptied = Entry(Account(AccountKind.SUSPENSE, "c"), -300), Entry(WORLD, 300)
    await post(store, records.transfer(records.order_id(), entries=emptied))
    listed = store.ledger.open_accounts
    assert list(await listed(AccountKind.SUSPENSE, 10)) == [("a", 500), ("b", -400), ("d", 100)]
    assert list(await listed(AccountKind.SUSPENSE, 2)) == [("a", 500), ("b", -400)]
    assert list(await listed(AccountKind.SUSPENSE, 2, "b")) == [("d", 100)]
    assert not await listed(AccountKind.DEBT, 10)


async def test_a_transfer_with_an_account_twice_counts_both_entries(
    store: Store, records: Records
) -> None:
    order_id = records.order_id()
    entries = (Entry(FEES, 30), Entry(WORLD, -100), Entry(FEES, 70))
    await post(store, records.transfer(order_id, entries=entries))
    assert await store.ledger.balance(FEES) == 100
    assert tuple(await store.ledger.entries(order_id)) == entries


async def test_transfer_moves_money_once(store: Store, records: Records) -> None:
    order_id = records.order_id()
    transfer = records.transfer(order_id, id=f"{order_id}:capture")
    other = replace(transfer, entries=(Entry(FEES, -5), Entry(WORLD, 5)))
    assert await post(store, transfer) is True
    assert await post(store, transfer) is False
    assert await post(store, other) is False
    async with store.transaction():
        assert await store.ledger.post(records.transfer(order_id, id=f"{order_id}:other")) is True
        assert await store.ledger.post(records.transfer(order_id, id=f"{order_id}:other")) is False
    assert await store.ledger.balance(escrow(order_id)) == 42_800
    assert await store.ledger.balance(FEES) == 0
    assert len(await store.ledger.entries(order_id)) == 4


async def test_a_transfer_is_found_by_its_id(store: Store, records: Records) -> None:
    transfer = records.transfer(records.order_id())
    of_nobody = replace(records.transfer(records.order_id()), order_id=None)
    assert await store.ledger.find(transfer.id) is None
    for each in (transfer, of_nobody):
        await post(store, each)
        assert await store.ledger.find(each.id) == each


async def test_only_one_of_many_concurrent_posts_moves_money(
    store: Store, records: Records
) -> None:
    order_id = records.order_id()
    transfer = records.transfer(order_id)
    assert sum(await asyncio.gather(*(post(store, transfer) for _ in range(5)))) == 1
    assert await store.ledger.balance(escrow(order_id)) == 21_400


async def test_totals_are_by_kind_of_account_and_balance(store: Store, records: Records) -> None:
    assert await store.ledger.totals() == {}
    one, two = records.order_id(), records.order_id()
    await post(store, records.transfer(one))
    await post(store, records.transfer(two))
    settle = (Entry(escrow(one), -21_400), Entry(FEES, 21_400))
    await post(store, records.transfer(one, entries=settle))
    back = (Entry(escrow(two), -21_400), Entry(WORLD, 21_400))
    await post(store, records.transfer(two, entries=back))
    assert await store.ledger.totals() == {
        AccountKind.WORLD: -21_400,
        AccountKind.ESCROW: 0,
        AccountKind.FEES: 21_400,
    }


async def test_entries_of_an_order_are_listed_in_the_sequence_of_insertion(
    store: Store, records: Records
) -> None:
    order_id, other = records.order_id(), records.order_id()
    first, second = records.transfer(order_id), records.transfer(other)
    third = records.transfer(order_id, entries=first.entries[::-1])
    for transfer in (first, second, third):
        await post(store, transfer)
    assert tuple(await store.ledger.entries(order_id)) == first.entries + third.entries
    assert tuple(await store.ledger.entries(other)) == second.entries
    assert tuple(await store.ledger.entries(records.order_id())) == ()


# ---- SellerRecords -------------------------------------------------------------------------------


async def test_sales_add_up_by_seller_and_quarter(store: Store, records: Records) -> None:
    one, two, idle = records.user_id(), records.user_id(), records.user_id()
    now, last, older = Quarter(2026, 1), Quarter(2025, 4), Quarter(2025, 1)
    async with store.transaction():
        await store.seller_records.add(one, now, 20_000)
        await store.seller_records.add(one, now, 5_000)
        await store.seller_records.add(one, last, 100)
        await store.seller_records.add(two, now, 7)
        await store.seller_records.add(two, older, 8)
    assert await store.seller_records.of([one, two, idle], [now, last]) == {
        (one, now): SalesVolume(2, 25_000),
        (one, last): SalesVolume(1, 100),
        (two, now): SalesVolume(1, 7),
    }
    assert await store.seller_records.of([two], [older]) == {(two, older): SalesVolume(1, 8)}
    assert await store.seller_records.of([idle], [now]) == {}
    assert await store.seller_records.of([], [now]) == {}
    assert await store.seller_records.of([one], []) == {}


# ---- Webhooks ------------------------------------------------------------------------------------


async def store_webhook(store: Store, event: GatewayEvent) -> bool:
    async with store.transaction():
        return await store.webhooks.store(event)


async def test_a_webhook_is_stored_once_and_read_back(store: Store, records: Records) -> None:
    order_id = records.order_id()
    full = GatewayEvent(
        "evt_1", GatewayEventKind.CHARGE_DECLINED, order_id, "ch_1", 21_400, "insufficient funds"
    )
    bare = GatewayEvent("evt_2", GatewayEventKind.OTHER, None)
    assert await store_webhook(store, full) is True
    assert await store_webhook(store, bare) is True
    assert await store_webhook(store, replace(full, amount=1)) is False
    assert await store.webhooks.get("evt_1") == full
    assert await store.webhooks.get("evt_2") == bare


async def test_webhook_is_found_by_kind_and_name(store: Store) -> None:
    failed = GatewayEventKind.PAYOUT_FAILED
    await store_webhook(store, GatewayEvent("evt_1", failed, None, reference="po_1"))
    await store_webhook(store, GatewayEvent("evt_2", failed, None))
    assert await store.webhooks.has(failed, "po_1")
    assert not await store.webhooks.has(failed, "po_2")
    assert not await store.webhooks.has(GatewayEventKind.PAYOUT_PAID, "po_1")


async def test_of_many_deliveries_of_a_webhook_at_once_one_is_stored(store: Store) -> None:
    event = GatewayEvent("evt_1", GatewayEventKind.OTHER, None)
    assert sum(await asyncio.gather(*(store_webhook(store, event) for _ in range(5)))) == 1


async def test_a_completed_sale_is_taken_back_once(store: Store, records: Records) -> None:
    seller, quarter = records.user_id(), Quarter(2026, 1)

    async def remove(price: int) -> bool:
        async with store.transaction():
            return await store.seller_records.remove(seller, quarter, price)

    assert await remove(100) is False
    async with store.transaction():
        for price in (100, 300):
            await store.seller_records.add(seller, quarter, price)
    assert await remove(500) is False  # no such sale was counted
    assert await remove(300) is True
    found = await store.seller_records.of({seller}, {quarter})
    assert found == {(seller, quarter): SalesVolume(1, 100)}
    assert await remove(100) is True
    assert await store.seller_records.of({seller}, {quarter}) == {}
    assert await remove(100) is False


async def test_a_transfer_may_be_of_no_order(store: Store, records: Records) -> None:
    entries = (Entry(WORLD, -100), Entry(FEES, 100))
    transfer = replace(records.transfer(records.order_id(), entries=entries), order_id=None)
    assert await post(store, transfer)
    assert await store.ledger.balance(FEES) == 100
    assert tuple(await store.ledger.entries(records.order_id())) == ()
