"""Concurrent actions of two stores on one database have one effect."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from solebook.adapters.memory.seeded import SeededIds
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.composition.adapters import Store
from solebook.ports.language.catalog import ReservationStatus
from solebook.ports.language.errors import AlreadyReserved, EmailTaken, Outdated
from solebook.ports.language.idempotency import IdempotencyKey
from solebook.ports.language.messages import Queue
from solebook.ports.language.payments import Account, AccountKind, Decline, Entry

from ..records import Records
from .racing import Race

WORLD = Account(AccountKind.WORLD)
FUND = Account(AccountKind.SUSPENSE, "fund")


@pytest.fixture
def records(clock: VirtualClock, ids: SeededIds) -> Records:
    return Records(ids=ids, clock=clock)


Work = Callable[[Store], Awaitable[object]]


async def in_both(stores: tuple[Store, Store], race: Race, *work: Work) -> list[object]:
    """Do each piece of work in a transaction of each store, all concurrently."""

    def call(store: Store, do: Work) -> Callable[[], Awaitable[object]]:
        async def transact() -> object:
            async with store.transaction():
                return await do(store)

        return transact

    return list(await race(*(call(store, do) for do in work for store in stores)))


async def test_concurrent_openings_of_a_payment_return_the_same_one(
    stores: tuple[Store, Store], race: Race, records: Records
) -> None:
    payment = records.payment()
    cards = [replace(payment, payment_method=f"pm_{number}") for number in range(3)]
    opened = await in_both(
        stores, race, *(lambda s, p=card: s.payments.open_or_lock(p) for card in cards)
    )
    assert opened[0] in cards
    assert opened == [opened[0]] * 6
    assert await stores[0].payments.find(payment.order_id) == opened[0]


async def test_concurrent_openings_of_a_payout_return_the_same_one(
    stores: tuple[Store, Store], race: Race, records: Records
) -> None:
    payout = records.payout()
    splits = [replace(payout, debt_settled=settled) for settled in (0, 100, 200)]
    opened = await in_both(
        stores, race, *(lambda s, p=split: s.payouts.open_or_lock(p) for split in splits)
    )
    assert opened[0] in splits
    assert opened == [opened[0]] * 6
    assert await stores[1].payouts.find(payout.order_id) == opened[0]


async def test_no_change_of_a_payment_that_was_read_is_lost(
    stores: tuple[Store, Store], race: Race, records: Records
) -> None:
    payment = records.payment(reason="")
    async with stores[0].transaction():
        await stores[0].payments.open_or_lock(payment)

    async def append(store: Store) -> None:
        read = await store.payments.find(payment.order_id)
        assert read is not None
        await asyncio.sleep(0)
        await store.payments.save(replace(read, reason=f"{read.reason}x"))

    await in_both(stores, race, *[append] * 5)
    read = await stores[0].payments.find(payment.order_id)
    assert read is not None
    assert read.reason == "x" * 10


async def test_concurrent_withdrawals_do_not_overdraw_an_account(
    stores: tuple[Store, Store], race: Race, records: Records
) -> None:
    filled = records.transfer(records.order_id(), entries=(Entry(FUND, 250), Entry(WORLD, -250)))
    async with stores[0].transaction():
        await stores[0].ledger.post(filled)

    async def take_100_if_they_are_there(store: Store) -> bool:
        (left,) = await store.ledger.lock(FUND)
        if left < 100:
            return False
        await asyncio.sleep(0)
        entries = (Entry(FUND, -100), Entry(WORLD, 100))
        return await store.ledger.post(records.transfer(records.order_id(), entries=entries))

    taken = await in_both(stores, race, *[take_100_if_they_are_there] * 3)
    assert taken.count(True) == 2
    assert await stores[1].ledger.balance(FUND) == 50


async def test_transfer_moves_money_once(
    stores: tuple[Store, Store], race: Race, records: Records
) -> None:
    transfer = records.transfer(records.order_id())
    posted = await in_both(stores, race, *[lambda store: store.ledger.post(transfer)] * 3)
    assert posted.count(True) == 1
    assert await stores[0].ledger.balance(WORLD) == -21_400


async def test_the_last_of_several_declines_sees_the_others(
    stores: tuple[Store, Store], race: Race, records: Records
) -> None:
    buyer_id, long_ago = records.user_id(), records.instant - timedelta(days=1)

    async def decline(store: Store) -> int:
        declined = Decline(records.order_id(), buyer_id, records.instant, "insufficient funds")
        await store.declines.add(declined)
        await asyncio.sleep(0)
        return len(await store.declines.since(buyer_id, long_ago))

    counted = await in_both(stores, race, *[decline] * 3)
    assert sorted(map(str, counted)) == ["1", "2", "3", "4", "5", "6"]


async def test_the_last_price_alert_is_one_users_once(
    stores: tuple[Store, Store], race: Race, records: Records
) -> None:
    user_id = records.user_id()

    async def add_unless_there_are_two(store: Store) -> None:
        if await store.price_alerts.lock(user_id) < 2:
            await asyncio.sleep(0)
            await store.price_alerts.add(records.price_alert(records.book(), user_id=user_id))

    await in_both(stores, race, *[add_unless_there_are_two] * 3)
    async with stores[0].transaction():
        assert await stores[0].price_alerts.lock(user_id) == 2


async def test_email_belongs_to_one_user(
    stores: tuple[Store, Store], race: Race, records: Records
) -> None:
    email = records.user().email
    answers = await in_both(
        stores, race, *[lambda store: store.users.add(records.user(email=email))] * 2
    )
    assert [type(answer) for answer in answers].count(EmailTaken) == 3


async def test_an_alarm_that_is_raised_by_both_is_counted_on_one(
    stores: tuple[Store, Store], race: Race, records: Records
) -> None:
    of_order, of_none = records.alarm(), records.alarm(order_id=None)

    def raised_again(store: Store, alarm_id: object) -> Awaitable[object]:
        alarm = of_order if alarm_id == of_order.id else of_none
        return store.alarms.add(replace(alarm, id=records.alarm().id))

    for alarm in (of_order, of_none):
        kept = await in_both(
            stores, race, *[lambda store, id_=alarm.id: raised_again(store, id_)] * 2
        )
        counts = [getattr(one, "count", None) for one in kept]
        assert sorted(map(str, counts)) == ["1", "2", "3", "4"]
        assert len({getattr(one, "id", None) for one in kept}) == 1


async def test_unit_is_reserved_once(
    stores: tuple[Store, Store], race: Race, records: Records
) -> None:
    ask_id, book = records.quote_id(), records.book()
    reserve = [
        lambda store: store.stock.reserve(
            records.reservation(ask_id, book, status=ReservationStatus.RESERVED)
        )
    ]
    answers = await in_both(stores, race, *reserve * 2)
    assert [type(answer) for answer in answers].count(AlreadyReserved) == 3


async def test_a_refresh_token_is_spent_once(
    stores: tuple[Store, Store], race: Race, records: Records
) -> None:
    user = records.user()
    session = records.session(user.id)
    token = records.refresh_token(session.id)
    async with stores[0].transaction():
        await stores[0].users.add(user)
        await stores[0].sessions.add(session)
        await stores[0].sessions.add_token(token)
    spend = [lambda store: store.sessions.spend_token(token.token_hash, records.instant)]
    assert (await in_both(stores, race, *spend * 3)).count(True) == 1


async def test_an_answer_is_remembered_once(
    stores: tuple[Store, Store], race: Race, records: Records
) -> None:
    key = IdempotencyKey(records.user_id(), "bids", "key", "fingerprint")
    remember = [lambda store: store.idempotency_keys.remember(key, b"{}", records.instant)]
    answers = await in_both(stores, race, *remember * 2)
    assert [type(answer) for answer in answers].count(Outdated) == 3


async def test_a_message_is_noted_once(
    stores: tuple[Store, Store], race: Race, records: Records
) -> None:
    message_id = records.message().id
    note = [lambda store: store.inbox.note([("welcome", message_id)], records.instant)]
    answers = await in_both(stores, race, *note * 2)
    assert [type(answer) for answer in answers].count(Outdated) == 3
    assert await stores[0].inbox.contains("welcome", message_id)


async def test_lease_has_one_holder(
    stores: tuple[Store, Store], race: Race, records: Records
) -> None:
    life = timedelta(seconds=3)
    got = await race(
        *(
            lambda store=store, name=f"{number}": store.leases.acquire("relay", name, life)
            for number, store in enumerate(stores * 3)
        )
    )
    assert len([lease for lease in got if lease is not None]) == 1


async def test_a_delivery_that_is_added_while_its_turn_leaves_the_line_is_not_lost(
    stores: tuple[Store, Store], race: Race, records: Records
) -> None:
    one, other = stores
    first, second = (records.delivery(turn="buyer", queue=Queue.LETTERS) for _ in range(2))
    async with one.transaction():
        await one.deliveries.add([first])

    async def add() -> None:
        async with one.transaction():
            await one.deliveries.add([second])
            for _ in range(5):
                await asyncio.sleep(0)

    async def remove() -> None:
        async with other.transaction():
            await other.deliveries.remove([first])
            for _ in range(5):
                await asyncio.sleep(0)

    await race(add, remove)
    assert list(await one.deliveries.first_in(Queue.LETTERS, records.instant, 10)) == [second]


async def test_a_turn_from_which_both_remove_a_delivery_keeps_one_place(
    stores: tuple[Store, Store], race: Race, records: Records
) -> None:
    deliveries = [records.delivery(turn="buyer", queue=Queue.LETTERS) for _ in range(7)]
    async with stores[0].transaction():
        await stores[0].deliveries.add(deliveries)
    removals = [
        lambda store, d=delivery: store.deliveries.remove([d]) for delivery in deliveries[:6]
    ]
    await in_both(stores, race, *removals)
    left = await stores[1].deliveries.first_in(Queue.LETTERS, records.instant, 10)
    assert list(left) == deliveries[6:]


async def test_an_act_has_one_outcome(
    stores: tuple[Store, Store], race: Race, records: Records
) -> None:
    async with stores[0].transaction():
        asked = await stores[0].audit_log.add(records.act())
    acts = [records.act(about=asked.id) for _ in range(3)]
    outcomes = [lambda store, a=act: store.audit_log.add(a) for act in acts]
    entries = await in_both(stores, race, *outcomes)
    assert entries == [entries[0]] * 6


async def test_concurrent_recordings_of_the_same_sales_count_each_once(
    stores: tuple[Store, Store], race: Race, records: Records
) -> None:
    books = records.book(), records.book()
    sales = [records.sale(books[number % 2], price=100 + number) for number in range(6)]
    await in_both(
        stores,
        race,
        lambda s: s.tape.record(*sales),
        lambda s: s.tape.record(*reversed(sales[:4])),
    )
    for store, book, total in zip(stores, books, (306, 309), strict=True):
        (summary,) = await store.tape.summaries(book.product_id)
        assert (summary.sales, summary.total) == (3, total)
