"""Contract of ProviderRecords, OpenItems and of what the ledger says of the provider."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from solebook.composition.adapters import Store
from solebook.ports.language.ids import OrderId
from solebook.ports.language.movements import Movement, MovementKind
from solebook.ports.language.payments import Account, AccountKind, Entry, Transfer
from solebook.ports.language.reconciliation import Bookmark, OpenItem

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ORDER = OrderId(UUID(int=7))
CHARGE = Movement(
    "txn_1", MovementKind.CHARGE, "ch_1", 20_000, ORDER, fee=610, at=NOW, type="charge"
)
REFUND = Movement("txn_2", MovementKind.REFUND, "re_1", 500, ORDER, "ch_1")
WITHDRAWAL = Movement("txn_3", MovementKind.WITHDRAWAL, "wd_1", 1_000)
GIVEN = Movement("txn_4", MovementKind.OTHER, "txn_4", -70, type="adjustment")
ALL = (CHARGE, REFUND, WITHDRAWAL, GIVEN)


async def stored(store: Store) -> None:
    async with store.transaction():
        await store.provider_records.add(ALL, NOW)


async def test_a_movement_is_stored_once_as_it_was_first(store: Store) -> None:
    records = store.provider_records
    async with store.transaction():
        assert await records.add([CHARGE, REFUND], NOW) == [CHARGE, REFUND]
    async with store.transaction():
        other = replace(REFUND, amount=600)
        assert await records.add([CHARGE, other, WITHDRAWAL], NOW) == [WITHDRAWAL]
        assert await records.add([], NOW) == []
    found = await records.at(["txn_1", "txn_2", "txn_9"])
    assert found == {"txn_1": CHARGE, "txn_2": REFUND}
    assert await records.at([]) == {}


async def test_movements_are_found_by_order_and_by_account(store: Store) -> None:
    await stored(store)
    records = store.provider_records
    assert await records.of_orders([ORDER, OrderId(UUID(int=8))]) == [CHARGE, REFUND]
    assert await records.of_orders([]) in ([], ())
    assert await records.under(["ch_1"]) == [CHARGE, REFUND]
    assert await records.under(["re_1"]) == []  # its account is that of its charge
    assert await records.under(["wd_1", "txn_4"]) == [WITHDRAWAL, GIVEN]


async def test_reading_goes_on_some_movements_before_the_last(store: Store) -> None:
    records = store.provider_records
    assert await records.place_before_last(0) == ""
    await stored(store)
    assert await records.place_before_last(0) == "txn_4"
    assert await records.place_before_last(3) == "txn_1"
    assert await records.place_before_last(4) == ""


async def test_movements_of_a_period_are_between_its_ends(store: Store) -> None:
    second = timedelta(seconds=1)
    moved = [
        replace(CHARGE, place=f"txn_{number}", at=NOW + number * second) for number in (3, 1, 2, 4)
    ]
    async with store.transaction():
        await store.provider_records.add(
            [*moved, replace(WITHDRAWAL, place="txn_9")], NOW
        )  # of which no time is known
    records = store.provider_records
    found = await records.between(NOW, NOW + 4 * second, "", 2)
    assert [movement.place for movement in found] == ["txn_1", "txn_2"]
    found = await records.between(NOW, NOW + 4 * second, "txn_2", 2)
    assert [movement.place for movement in found] == ["txn_3"]


async def test_movements_that_were_not_read_again_are_found(store: Store) -> None:
    await stored(store)
    records, later = store.provider_records, NOW + timedelta(hours=1)
    async with store.transaction():
        await records.note_read(["txn_1", "txn_3", "txn_4", "txn_9"], later)
        await records.note_read([], later)
    assert await records.not_read_since(later, 10) == [REFUND]
    assert await records.not_read_since(later + timedelta(1), 2) == [CHARGE, REFUND]
    assert await records.not_read_since(NOW, 10) == []


async def test_an_item_is_open_from_the_first_time_until_it_is_closed(store: Store) -> None:
    items, later = store.open_items, NOW + timedelta(hours=1)
    async with store.transaction():
        await items.open({"order 2": NOW, "name 1": later})
        await items.open({"order 2": later, "order 3": later})
        await items.open({})
    async with store.transaction():
        await items.tell("order 2", "10.00 are missing")
        await items.tell("order 9", "nobody asks")
    name, order = await items.page("", 2)
    assert name == OpenItem("name 1", later)
    assert order == OpenItem("order 2", NOW, "10.00 are missing", times=2)
    assert await items.page("order 2", 2) == [OpenItem("order 3", later)]
    async with store.transaction():
        await items.close([order, OpenItem("order 9", NOW)])
        await items.close([])
    assert [item.subject for item in await items.page("", 9)] == ["name 1", "order 3"]


async def test_an_item_that_was_opened_again_meanwhile_is_not_closed(store: Store) -> None:
    async with store.transaction():
        await store.open_items.open({"order 2": NOW})
    compared = await store.open_items.page("", 9)
    async with store.transaction():
        await store.open_items.open({"order 2": NOW + timedelta(1)})
    async with store.transaction():
        await store.open_items.close(compared)
    assert await store.open_items.page("", 9) == [OpenItem("order 2", NOW, times=2)]


async def test_the_bookmark_is_the_last_one(store: Store) -> None:
    items = store.open_items
    assert await items.bookmark() == Bookmark(0, None)
    for bookmark in (Bookmark(5, None), Bookmark(8, NOW)):
        async with store.transaction():
            await items.move(bookmark)
        assert await items.bookmark() == bookmark


async def test_the_ledger_tells_what_moved_at_the_provider_in_sequence(store: Store) -> None:
    world, escrow = Account(AccountKind.WORLD), Account(AccountKind.ESCROW, str(ORDER))
    fees = Account(AccountKind.PROVIDER_FEES)
    moved = [
        Transfer("a", ORDER, NOW, (Entry(world, -100), Entry(escrow, 100))),
        Transfer("c", ORDER, NOW, (Entry(escrow, -100), Entry(world, 90), Entry(fees, 10))),
        Transfer("d", None, NOW, (Entry(fees, -3), Entry(world, 3))),
    ]
    inside = Transfer("b", None, NOW, (Entry(fees, -10), Entry(escrow, 10)))
    for transfer in (moved[0], inside, *moved[1:]):
        async with store.transaction():
            assert await store.ledger.post(transfer)

    [first, second] = await store.ledger.moved_after(0, 2)
    [third] = await store.ledger.moved_after(second.sequence, 2)

    assert [posted.transfer for posted in (first, second, third)] == moved
    assert await store.ledger.moved_after(third.sequence, 2) == []
