"""The contract of Ledger."""

import asyncio
from dataclasses import replace

import pytest

from solebook.composition.adapters import Store
from solebook.ports.language.ids import OrderId
from solebook.ports.language.payments import (
    Account,
    AccountKind,
    Entry,
    Transfer,
)

from .records import Records

WORLD = Account(AccountKind.WORLD)
FEES = Account(AccountKind.FEES)


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


async def test_a_transfer_may_be_of_no_order(store: Store, records: Records) -> None:
    entries = (Entry(WORLD, -100), Entry(FEES, 100))
    transfer = replace(records.transfer(records.order_id(), entries=entries), order_id=None)
    assert await post(store, transfer)
    assert await store.ledger.balance(FEES) == 100
    assert tuple(await store.ledger.entries(records.order_id())) == ()


async def test_an_appended_transfer_moves_money_and_is_known(
    store: Store, records: Records
) -> None:
    order_id = records.order_id()
    transfer = records.transfer(order_id)
    async with store.transaction():
        await store.ledger.append(transfer)
        assert await store.ledger.balance(escrow(order_id)) == 21_400
        assert not await store.ledger.post(transfer)
    assert await store.ledger.find(transfer.id) == transfer
    assert tuple(await store.ledger.entries(order_id)) == transfer.entries
    assert not await post(store, transfer)


async def test_appending_a_transfer_that_exists_changes_nothing(
    store: Store, records: Records
) -> None:
    order_id = records.order_id()
    transfer = records.transfer(order_id)
    await post(store, transfer)
    with pytest.raises(AssertionError):
        async with store.transaction():
            await store.ledger.append(transfer)
    assert await store.ledger.balance(escrow(order_id)) == 21_400


async def test_an_account_at_zero_is_told_from_one_that_was_never_used(
    store: Store, records: Records
) -> None:
    fund = Account(AccountKind.SUSPENSE, "fund")
    async with store.transaction():
        assert await store.ledger.lock_used(fund) is None
    for amount in (250, -250):
        entries = (Entry(fund, amount), Entry(WORLD, -amount))
        async with store.transaction():
            await store.ledger.append(records.transfer(records.order_id(), entries=entries))
            assert await store.ledger.lock_used(fund) == max(0, amount)


async def test_the_lines_of_an_account_are_paged_oldest_first(
    store: Store, records: Records
) -> None:
    mine, other = records.order_id(), records.order_id()
    for order_id, amount in ((mine, 100), (other, 200), (mine, 300), (mine, -50)):
        entries = (Entry(escrow(order_id), amount), Entry(WORLD, -amount))
        await post(store, records.transfer(order_id, entries=entries))
    first = await store.ledger.lines(escrow(mine), 2)
    rest = await store.ledger.lines(escrow(mine), 2, first[-1].sequence)
    assert [line.amount for line in (*first, *rest)] == [100, 300, -50]
    assert {(line.order_id, line.account) for line in first} == {(mine, escrow(mine))}
    assert await store.ledger.find(first[0].transfer_id) is not None
    assert list(await store.ledger.lines(escrow(mine), 2, rest[-1].sequence)) == []
