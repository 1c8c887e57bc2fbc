"""Contract of Transaction."""

import asyncio
from collections.abc import Awaitable
from dataclasses import replace

import pytest

from solebook.composition.adapters import Store
from solebook.ports.language.deadlines import DeadlineKind
from solebook.ports.language.errors import EmailTaken
from solebook.ports.language.payments import (
    Account,
    AccountKind,
    Quarter,
)
from solebook.ports.language.users import User

from .records import Records
from .shard import Shard

PATIENCE = 60.0
"""Seconds of real time after which something hangs."""


class Boom(Exception):
    """Something went wrong inside a block."""


async def elsewhere(work: Awaitable[object]) -> object:
    """Run something in another task, which is outside all blocks of this one."""

    async def run() -> object:
        return await work

    return await asyncio.wait_for(asyncio.create_task(run()), PATIENCE)


async def test_writes_in_a_block_are_visible_after_it(store: Store, records: Records) -> None:
    user, product = records.user(), records.product()
    async with store.transaction():
        await store.users.add(user)
        await store.products.add(product)
    assert await store.users.get(user.id) == user
    assert await store.products.get(product.id) == product


async def test_writes_are_invisible_outside_until_the_outermost_block_ends(
    store: Store, records: Records
) -> None:
    old, new = records.user(), records.user()
    async with store.transaction():
        await store.users.add(old)
    renamed = replace(old, first_name="Renamed")
    async with store.transaction():
        async with store.transaction():
            await store.users.add(new)
            await store.users.save(renamed)
        assert await elsewhere(store.users.find_by_email(new.email)) is None
        assert await elsewhere(store.users.get(old.id)) == old
        assert await store.users.get(new.id) == new
        assert await store.users.get(old.id) == renamed
    assert await elsewhere(store.users.get(new.id)) == new
    assert await elsewhere(store.users.get(old.id)) == renamed


@pytest.mark.parametrize("failure", [Boom, AssertionError, asyncio.CancelledError])
async def test_an_exception_undoes_everything_in_the_block(
    store: Store, records: Records, shard: Shard, failure: type[BaseException]
) -> None:
    kept, gone = records.user(), records.user()
    order = (await shard.trade(records.book())).order
    before = list(await store.outbox.unsent(100))
    async with store.transaction():
        await store.users.add(kept)

    async def write_and_fail() -> None:
        async with store.transaction():
            await store.users.add(gone)
            await store.users.save(replace(kept, first_name="Renamed"))
            await store.addresses.add(records.address(kept.id))
            await store.ledger.post(records.transfer(order.id))
            await store.deadlines.clear(order.id, [DeadlineKind.PAYMENT])
            await store.outbox.mark_sent([message.id for message in before])
            await store.outbox.add(records.event())
            raise failure

    with pytest.raises(failure):
        await write_and_fail()
    assert await store.users.find_by_email(gone.email) is None
    assert await store.users.get(kept.id) == kept
    assert list(await store.addresses.of(kept.id)) == []
    assert await store.ledger.totals() == {}
    assert len(await store.deadlines.due(order.matched_at.replace(year=2030), 10)) == 1
    assert list(await store.outbox.unsent(100)) == before
    assert not store.transaction.is_open


async def test_cancelled_task_is_rolled_back_and_blocks_nobody(
    store: Store, records: Records
) -> None:
    user, other = records.user(), records.user()
    written = asyncio.Event()

    async def write_and_wait() -> None:
        async with store.transaction():
            await store.users.add(user)
            written.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(write_and_wait())
    await asyncio.wait_for(written.wait(), PATIENCE)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await store.users.find_by_email(user.email) is None
    async with store.transaction():
        await store.users.add(other)
    assert await store.users.get(other.id) == other


async def test_a_task_cancelled_while_it_waits_for_its_turn_blocks_nobody(
    store: Store, records: Records
) -> None:
    first, waiting, last = records.user(), records.user(), records.user()

    async def add(user: User) -> None:
        async with store.transaction():
            await store.users.add(user)

    async with store.transaction():
        await store.users.add(first)
        task = asyncio.create_task(add(waiting))
        for _ in range(5):
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    await elsewhere(add(last))
    assert await store.users.find_by_email(waiting.email) is None
    assert await store.users.get(first.id) == first
    assert await store.users.get(last.id) == last


async def test_a_refusal_that_leaves_the_block_undoes_it(store: Store, records: Records) -> None:
    taken, new = records.user(), records.user()
    async with store.transaction():
        await store.users.add(taken)

    async def add_both() -> None:
        async with store.transaction():
            await store.users.add(new)
            await store.users.add(records.user(email=taken.email))

    with pytest.raises(EmailTaken):
        await add_both()
    assert await store.users.find_by_email(new.email) is None


async def test_an_exception_after_an_inner_block_undoes_the_inner_block_too(
    store: Store, records: Records
) -> None:
    user = records.user()

    async def nest_and_fail() -> None:
        async with store.transaction():
            async with store.transaction():
                await store.users.add(user)
            raise Boom

    with pytest.raises(Boom):
        await nest_and_fail()
    assert await store.users.find_by_email(user.email) is None


async def test_an_inner_exception_that_is_caught_undoes_nothing(
    store: Store, records: Records
) -> None:
    before, inside, after = records.user(), records.user(), records.user()

    async def add_and_fail() -> None:
        async with store.transaction():
            await store.users.add(inside)
            raise Boom

    async with store.transaction():
        await store.users.add(before)
        with pytest.raises(Boom):
            await add_and_fail()
        await store.users.add(after)
    for user in (before, inside, after):
        assert await store.users.get(user.id) == user


async def test_what_is_undone_in_a_savepoint_leaves_the_rest_of_the_transaction(
    store: Store, records: Records
) -> None:
    before, undone, after = records.user(), records.user(), records.user()
    announced: list[str] = []

    async def add_and_fail() -> None:
        async with store.transaction.savepoint():
            await store.users.add(undone)
            await store.users.save(replace(before, first_name="Renamed"))
            store.transaction.announce(lambda: announced.append("undone"))
            raise Boom

    async with store.transaction():
        await store.users.add(before)
        store.transaction.announce(lambda: announced.append("before"))
        with pytest.raises(Boom):
            await add_and_fail()
        assert await store.users.get(before.id) == before
        async with store.transaction.savepoint():
            await store.users.add(after)
            store.transaction.announce(lambda: announced.append("after"))
    assert [await store.users.get(user.id) for user in (before, after)] == [before, after]
    assert await store.users.find_by_email(undone.email) is None
    assert announced == ["before", "after"]


async def test_a_savepoint_is_undone_with_its_transaction(store: Store, records: Records) -> None:
    user = records.user()

    async def add_and_fail() -> None:
        async with store.transaction():
            async with store.transaction.savepoint():
                await store.users.add(user)
            raise Boom

    with pytest.raises(Boom):
        await add_and_fail()
    assert await store.users.find_by_email(user.email) is None


async def test_a_savepoint_in_a_savepoint_is_undone_with_it(store: Store, records: Records) -> None:
    outer, inner, kept = records.user(), records.user(), records.user()

    async def nest_and_fail() -> None:
        async with store.transaction.savepoint():
            await store.users.add(outer)
            async with store.transaction.savepoint():
                await store.users.add(inner)
            raise Boom

    async with store.transaction():
        with pytest.raises(Boom):
            await nest_and_fail()
        await store.users.add(kept)
    assert await store.users.find_by_email(outer.email) is None
    assert await store.users.find_by_email(inner.email) is None
    assert await store.users.get(kept.id) == kept


async def test_a_broken_constraint_in_a_savepoint_is_undone_with_it(
    store: Store, records: Records
) -> None:
    kept = records.user()

    async def break_it() -> None:
        async with store.transaction.savepoint():
            await store.users.add(kept)
            await store.users.add(kept)

    async with store.transaction():
        with pytest.raises((AssertionError, EmailTaken)):
            await break_it()
        await store.users.add(kept)
    assert await store.users.get(kept.id) == kept


async def test_a_savepoint_needs_a_transaction(store: Store) -> None:
    with pytest.raises(AssertionError):
        async with store.transaction.savepoint():
            pass


async def test_a_block_is_open_only_for_the_task_that_entered_it(store: Store) -> None:
    async def is_open() -> bool:
        return store.transaction.is_open

    assert not await is_open()
    async with store.transaction():
        assert await is_open()
        async with store.transaction():
            assert await is_open()
        assert await is_open()
        assert not await elsewhere(is_open())
    assert not await is_open()


async def test_a_task_started_inside_a_block_does_not_write_in_it(
    store: Store, records: Records
) -> None:
    user = records.user()
    async with store.transaction():
        with pytest.raises(AssertionError):
            await elsewhere(store.users.add(user))
    assert await store.users.find_by_email(user.email) is None


async def test_a_task_started_inside_a_block_has_transactions_of_its_own(
    store: Store, records: Records
) -> None:
    own = records.user()

    async def add_own() -> None:
        async with store.transaction():
            await store.users.add(own)

    async def wait_and_fail() -> None:
        async with store.transaction():
            await elsewhere(add_own())
            await store.users.add(records.user())
            raise Boom

    with pytest.raises(Boom):
        await wait_and_fail()
    assert await store.users.get(own.id) == own


async def test_block_without_calls_blocks_nobody(store: Store, records: Records) -> None:
    slow, quick = records.user(), records.user()

    async def add_quick() -> None:
        async with store.transaction():
            await store.users.add(quick)

    async with store.transaction():
        await elsewhere(add_quick())
        await store.users.add(slow)
    assert await store.users.get(slow.id) == slow
    assert await store.users.get(quick.id) == quick


async def test_empty_block_has_no_effect(store: Store) -> None:
    async with store.transaction():
        pass
    with pytest.raises(Boom):  # the block is what is tested
        async with store.transaction():
            raise Boom
    assert list(await store.outbox.unsent(1)) == []


async def test_concurrent_transactions_all_take_effect(store: Store, records: Records) -> None:
    seller, quarter = records.user_id(), Quarter(2026, 1)

    async def sell() -> None:
        async with store.transaction():
            await store.seller_records.add(seller, quarter, 100)
            await asyncio.sleep(0)
            await store.seller_records.add(seller, quarter, 10)

    await asyncio.wait_for(asyncio.gather(*(sell() for _ in range(10))), PATIENCE)
    volume = (await store.seller_records.of([seller], [quarter]))[seller, quarter]
    assert (volume.sales, volume.volume) == (20, 1_100)


async def test_a_transfer_is_undone_with_its_transaction(store: Store, records: Records) -> None:
    order_id = records.order_id()
    transfer = records.transfer(order_id)
    escrow = Account(AccountKind.ESCROW, str(order_id))

    async def post_and_fail() -> None:
        async with store.transaction():
            assert await store.ledger.post(transfer)
            assert await store.ledger.balance(escrow) == 21_400
            raise Boom

    with pytest.raises(Boom):
        await post_and_fail()
    assert await store.ledger.balance(escrow) == 0
    assert list(await store.ledger.entries(order_id)) == []
    async with store.transaction():
        assert await store.ledger.post(transfer)
    assert await store.ledger.balance(escrow) == 21_400
