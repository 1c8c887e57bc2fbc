"""Contract of Transaction."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from solebook.composition.adapters import Store
from solebook.ports.idempotency_keys import IdempotencyKey
from solebook.ports.language.authentication import TaskStatus
from solebook.ports.language.catalog import ReservationStatus
from solebook.ports.language.deadlines import DeadlineKind
from solebook.ports.language.errors import EmailTaken
from solebook.ports.language.orders import PaymentStatus
from solebook.ports.language.payments import (
    Account,
    AccountKind,
    GatewayEvent,
    GatewayEventKind,
    PayoutState,
    Quarter,
)
from solebook.ports.language.users import User

from .records import Records
from .shard import Shard

PATIENCE = 5.0
"""Seconds of real time after which something hangs."""


class Boom(Exception):
    """Something went wrong inside a block."""


async def elsewhere(work: Awaitable[object]) -> object:
    """Do something in another task, which is outside every block of this one."""

    async def run() -> object:
        return await work

    return await asyncio.wait_for(asyncio.create_task(run()), PATIENCE)


async def test_everything_written_in_a_block_is_there_after_it(
    store: Store, records: Records
) -> None:
    user, product = records.user(), records.product()
    async with store.transaction():
        await store.users.add(user)
        await store.products.add(product)
    assert await store.users.get(user.id) == user
    assert await store.products.get(product.id) == product


async def test_nothing_is_seen_from_outside_before_the_outermost_block_ends(
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


async def test_a_cancelled_task_leaves_nothing_and_blocks_nobody(
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


async def test_a_block_that_has_not_touched_the_store_stops_nobody(
    store: Store, records: Records
) -> None:
    slow, quick = records.user(), records.user()

    async def add_quick() -> None:
        async with store.transaction():
            await store.users.add(quick)

    async with store.transaction():
        await elsewhere(add_quick())
        await store.users.add(slow)
    assert await store.users.get(slow.id) == slow
    assert await store.users.get(quick.id) == quick


async def test_an_empty_block_is_nothing(store: Store) -> None:
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


WRITES: dict[str, Callable[[Store, Records], Awaitable[object]]] = {
    "users.add": lambda s, r: s.users.add(r.user()),
    "users.save": lambda s, r: s.users.save(r.user()),
    "addresses.add": lambda s, r: s.addresses.add(r.address(r.user_id())),
    "addresses.remove": lambda s, r: s.addresses.remove(r.user_id(), r.address(r.user_id()).id),
    "sessions.add": lambda s, r: s.sessions.add(r.session(r.user_id())),
    "sessions.revoke": lambda s, r: s.sessions.revoke(r.session(r.user_id()).id, r.instant),
    "sessions.revoke_all": lambda s, r: s.sessions.revoke_all(r.user_id(), r.instant),
    "sessions.add_token": lambda s, r: s.sessions.add_token(
        r.refresh_token(r.session(r.user_id()).id)
    ),
    "sessions.spend_token": lambda s, r: s.sessions.spend_token("0" * 64, r.instant),
    "products.add": lambda s, r: s.products.add(r.product()),
    "products.save": lambda s, r: s.products.save(r.product(version=2)),
    "stock.reserve": lambda s, r: s.stock.reserve(r.reservation(r.quote_id(), r.book())),
    "stock.settle": lambda s, r: s.stock.settle(r.order_id(), ReservationStatus.RELEASED),
    "payments.put": lambda s, r: s.payments.put(r.payment()),
    "payouts.put": lambda s, r: s.payouts.put(r.payout()),
    "ledger.post": lambda s, r: s.ledger.post(r.transfer(r.order_id())),
    "seller_records.add": lambda s, r: s.seller_records.add(r.user_id(), Quarter(2026, 1), 1),
    "webhooks.store": lambda s, r: s.webhooks.store(
        GatewayEvent("evt_1", GatewayEventKind.OTHER, None)
    ),
    "authentication_tasks.add": lambda s, r: s.authentication_tasks.add(r.task()),
    "authentication_tasks.save": lambda s, r: s.authentication_tasks.save(r.task(version=2)),
    "tape.record": lambda s, r: s.tape.record(r.sale(r.book())),
    "tape.void": lambda s, r: s.tape.void(r.order_id()),
    "outbox.add": lambda s, r: s.outbox.add(r.event()),
    "outbox.mark_sent": lambda s, r: s.outbox.mark_sent([r.message().id]),
    "inbox.record": lambda s, r: s.inbox.record("welcome", r.message().id, r.instant),
    "inbox.forget": lambda s, r: s.inbox.forget(r.instant),
    "deadlines.set": lambda s, r: s.deadlines.set(r.deadline(r.order_id())),
    "deadlines.clear": lambda s, r: s.deadlines.clear(r.order_id(), [DeadlineKind.PAYMENT]),
    "failed_deliveries.put": lambda s, r: s.failed_deliveries.put(r.failed_delivery()),
    "failed_deliveries.remove": lambda s, r: s.failed_deliveries.remove("welcome", r.message().id),
    "idempotency_keys.remember": lambda s, r: s.idempotency_keys.remember(
        IdempotencyKey(r.user_id(), "users", "key", "fingerprint"), b"{}", r.instant
    ),
    "idempotency_keys.forget": lambda s, r: s.idempotency_keys.forget(r.instant),
}


@pytest.mark.parametrize("name", WRITES)
async def test_writing_outside_a_block_is_a_programming_error(
    store: Store, records: Records, name: str
) -> None:
    with pytest.raises(AssertionError):
        await WRITES[name](store, records)


async def test_saving_an_order_outside_a_block_is_a_programming_error(
    store: Store, records: Records, shard: Shard
) -> None:
    order = (await shard.trade(records.book())).order
    with pytest.raises(AssertionError):
        await store.orders.save(order, [])
    assert await store.orders.get(order.id) == order


# ---- what `get` locks ----------------------------------------------------------------------------


async def test_changes_to_a_user_read_in_the_transaction_are_never_lost(
    store: Store, records: Records
) -> None:
    user = records.user(first_name="")
    async with store.transaction():
        await store.users.add(user)

    async def append() -> None:
        async with store.transaction():
            read = await store.users.get(user.id)
            await asyncio.sleep(0)
            await store.users.save(replace(read, first_name=read.first_name + "x"))

    await at_once(append)
    assert (await store.users.get(user.id)).first_name == "xxxxx"


async def test_changes_to_a_payment_read_in_the_transaction_are_never_lost(
    store: Store, records: Records
) -> None:
    payment = records.payment(reason="")
    async with store.transaction():
        await store.payments.put(payment)

    async def append() -> None:
        async with store.transaction():
            read = await store.payments.find(payment.order_id)
            assert read is not None
            await asyncio.sleep(0)
            reason = f"{read.reason}x"
            await store.payments.put(replace(read, status=PaymentStatus.DECLINED, reason=reason))

    await at_once(append)
    read = await store.payments.find(payment.order_id)
    assert read is not None
    assert read.reason == "xxxxx"


async def test_changes_to_a_payout_read_in_the_transaction_are_never_lost(
    store: Store, records: Records
) -> None:
    payout = records.payout(reason="")
    async with store.transaction():
        await store.payouts.put(payout)

    async def append() -> None:
        async with store.transaction():
            read = await store.payouts.find(payout.order_id)
            assert read is not None
            await asyncio.sleep(0)
            reason = f"{read.reason}x"
            await store.payouts.put(replace(read, state=PayoutState.REFUSED, reason=reason))

    await at_once(append)
    read = await store.payouts.find(payout.order_id)
    assert read is not None
    assert read.reason == "xxxxx"


@pytest.mark.parametrize("by_order", [False, True])
async def test_changes_to_a_task_read_in_the_transaction_are_never_outdated(
    store: Store, records: Records, by_order: bool
) -> None:
    task = records.task()
    async with store.transaction():
        await store.authentication_tasks.add(task)

    async def change() -> None:
        async with store.transaction():
            if by_order:
                read = await store.authentication_tasks.find_by_order(task.order_id)
                assert read is not None
            else:
                read = await store.authentication_tasks.get(task.id)
            await asyncio.sleep(0)
            changed = replace(read, status=TaskStatus.RECEIVED, version=read.version + 1)
            await store.authentication_tasks.save(changed)

    await at_once(change)
    assert (await store.authentication_tasks.get(task.id)).version == 6


async def at_once(work: Callable[[], Awaitable[None]]) -> None:
    """Do the same five times, concurrently."""

    async def run() -> None:
        await work()

    await asyncio.wait_for(asyncio.gather(*(run() for _ in range(5))), PATIENCE)


# ---- money stays put -----------------------------------------------------------------------------


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
