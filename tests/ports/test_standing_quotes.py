"""Contract of StandingQuotes."""

from datetime import timedelta

from solebook.composition.adapters import Store
from solebook.ports.language.market import QuoteStatus, Side
from solebook.ports.language.rules import MarketRules
from solebook.ports.language.standing_quotes import OwnedQuotes, StandingCount

from .records import Records
from .shard import Shard

RULES = MarketRules(tick=500, min_amount=10_000, max_amount=50_000)


async def test_an_empty_store_has_nothing_outside(store: Store, records: Records) -> None:
    assert await store.standing_quotes.outside(RULES, records.instant) == StandingCount()
    for side in Side:
        assert [one async for one in store.standing_quotes.by_owner(side, records.instant)] == []


async def test_quotes_below_above_and_between_the_ticks_are_outside(
    store: Store, records: Records, shard: Shard
) -> None:
    book, owner = records.book(), records.user_id()
    within = [10_000, 10_500, 50_000]
    await shard.rest(*(records.bid(book, amount=amount) for amount in within))
    await shard.rest(*(records.ask(book, amount=amount) for amount in within))
    assert await store.standing_quotes.outside(RULES, records.instant) == StandingCount()
    await shard.rest(
        records.bid(book, amount=9_500, user_id=owner),
        records.bid(book, amount=10_100),
        records.ask(book, amount=50_500, user_id=owner),
        records.ask(book, amount=100, user_id=owner),
        records.ask(book, amount=10_499),
    )
    outside = await store.standing_quotes.outside(RULES, records.instant)
    assert outside == StandingCount(bids=2, asks=3, owners=3)
    assert outside.quotes == 5


async def test_only_quotes_that_may_still_trade_stand(
    store: Store, records: Records, shard: Shard
) -> None:
    book = records.book()
    asks = {status: records.ask(book, amount=100, status=status) for status in QuoteStatus}
    await shard.rest(*asks.values())
    assert await store.standing_quotes.outside(RULES, records.instant) == StandingCount(0, 2, 2)
    standing = {asks[QuoteStatus.ACTIVE].user_id, asks[QuoteStatus.WAITING].user_id}
    owned = [one async for one in store.standing_quotes.by_owner(Side.ASK, records.instant)]
    assert {one.user_id for one in owned} == standing


async def test_an_expired_quote_does_not_stand(
    store: Store, records: Records, shard: Shard
) -> None:
    bid = records.bid(records.book(), amount=100)
    await shard.rest(bid)
    before = bid.expires_at - timedelta(microseconds=1)
    assert (await store.standing_quotes.outside(RULES, before)).bids == 1
    assert (await store.standing_quotes.outside(RULES, bid.expires_at)).bids == 0
    at_its_end = store.standing_quotes.by_owner(Side.BID, bid.expires_at)
    assert [one async for one in at_its_end] == []


async def test_quotes_come_owner_by_owner_and_amount_by_amount(
    store: Store, records: Records, shard: Shard
) -> None:
    first, second = sorted([records.user_id(), records.user_id()])
    book, other = records.book(), records.book()
    await shard.rest(
        records.ask(book, amount=20_000, user_id=second),
        records.ask(other, amount=10_000, user_id=first),
        records.ask(book, amount=20_000, user_id=first),
        records.ask(other, amount=20_000, user_id=first),
        records.bid(book, amount=10_000, user_id=first),
    )
    owned = [one async for one in store.standing_quotes.by_owner(Side.ASK, records.instant)]
    assert owned == [
        OwnedQuotes(first, 10_000, 1),
        OwnedQuotes(first, 20_000, 2),
        OwnedQuotes(second, 20_000, 1),
    ]
