"""Contract of Declines, and their effect on Traders."""

from datetime import timedelta

from solebook.composition.adapters import Store
from solebook.ports.language.market import Side
from solebook.ports.language.payments import Decline
from solebook.ports.language.users import BidBar

from .records import Records

SECOND = timedelta(seconds=1)


async def test_an_orders_decline_is_stored_once(store: Store, records: Records) -> None:
    decline = Decline(records.order_id(), records.user_id(), records.instant, "card_declined")
    async with store.transaction():
        assert await store.declines.add(decline)
        assert not await store.declines.add(decline)
    assert list(await store.declines.since(decline.buyer_id, records.instant - SECOND)) == [decline]


async def test_a_buyers_declines_after_an_instant_come_newest_first(
    store: Store, records: Records
) -> None:
    now, buyer_id = records.instant, records.user_id()
    declines = [
        Decline(records.order_id(), buyer_id, now + seconds * SECOND, "card_declined")
        for seconds in (1, 3, 2)
    ]
    other = Decline(records.order_id(), records.user_id(), now + 2 * SECOND, "stolen")
    async with store.transaction():
        for decline in (*declines, other):
            await store.declines.add(decline)
    first, third, second = declines
    assert list(await store.declines.since(buyer_id, now)) == [third, second, first]
    assert list(await store.declines.since(buyer_id, now + SECOND)) == [third, second]
    assert list(await store.declines.since(records.user_id(), now)) == []


async def test_forgiven_declines_do_not_count_or_bar(store: Store, records: Records) -> None:
    now, buyer_id = records.instant, records.user_id()
    old = Decline(records.order_id(), buyer_id, now, "card_declined")
    async with store.transaction():
        await store.declines.add(old)
        await store.declines.bar(BidBar(buyer_id, 1, now + SECOND))
        assert await store.declines.forgive(buyer_id, now) == 1
        assert await store.declines.forgive(buyer_id, now) == 0
        assert not await store.declines.add(old)
    assert list(await store.declines.since(buyer_id, now - SECOND)) == []
    assert await store.declines.find_bar(buyer_id) is None


async def test_a_bar_replaces_an_earlier_one_and_ends_at_its_instant(
    store: Store, records: Records
) -> None:
    now = records.instant
    user = records.user()
    earlier, later = (BidBar(user.id, number, now + number * SECOND) for number in (3, 4))
    async with store.transaction():
        await store.users.add(user)
        await store.declines.bar(earlier)
        await store.declines.bar(later)
    assert await store.declines.find_bar(user.id) == later
    assert (await store.traders.standing(user.id)).bid_bar == later
    bids = {user.id: frozenset({Side.BID})}
    assert await store.traders.barred([user.id], now + 4 * SECOND - SECOND / 2) == bids
    assert await store.traders.barred([user.id], now + 4 * SECOND) == {}


async def test_a_suspended_user_who_is_barred_from_bidding_trades_on_neither_side(
    store: Store, records: Records
) -> None:
    user = records.user(suspended=True)
    async with store.transaction():
        await store.users.add(user)
        await store.declines.bar(BidBar(user.id, 3, records.instant + SECOND))
    barred = await store.traders.barred([user.id], records.instant)
    assert barred == {user.id: frozenset(Side)}
