"""Placing a quote is idempotent by its key, also for concurrent requests."""

import asyncio
from dataclasses import replace

import pytest

from solebook.ports.language.errors import IdempotencyKeyReused, NoCounterpart, Unavailable
from solebook.ports.language.idempotency import IdempotencyKey
from solebook.ports.language.ids import UserId
from solebook.ports.language.market import QuoteStatus
from solebook.ports.language.placement import Placement

from .market import PRICE, Market
from .watched_adapters import UNAVAILABLE


def key_of(user_id: UserId, **fields: str) -> IdempotencyKey:
    return IdempotencyKey(
        user_id, **({"scope": "bids", "key": "key-1", "fingerprint": "aa"} | fields)
    )


@pytest.fixture
def user(market: Market) -> UserId:
    return market.user_id()


@pytest.fixture
def key(user: UserId) -> IdempotencyKey:
    return key_of(user)


async def resting(market: Market) -> int:
    return sum(level.quantity for level in (await market.view()).bids)


async def test_the_same_key_gets_the_same_answer(
    market: Market, user: UserId, key: IdempotencyKey
) -> None:
    first = await market.bid(user_id=user, key=key)
    assert await market.bid(user_id=user, key=key) == replace(first, replayed=True)
    assert await resting(market) == 1


async def test_the_first_answer_stays_even_if_the_quote_has_changed(
    market: Market, user: UserId, key: IdempotencyKey
) -> None:
    first = await market.bid(user_id=user, key=key)
    await market.engine.cancel(first.quote)
    assert await market.bid(user_id=user, key=key) == replace(first, replayed=True)
    assert await resting(market) == 0


async def test_a_trade_is_answered_with_its_match_again(
    market: Market, user: UserId, key: IdempotencyKey
) -> None:
    await market.ask()
    await market.ask()
    trade = await market.bid(user_id=user, key=key)
    assert trade.match is not None
    assert await market.bid(user_id=user, key=key) == replace(trade, replayed=True)
    assert len((await market.view()).asks) == 1


async def test_the_same_key_gets_the_same_answer_after_a_restart(
    market: Market, user: UserId, key: IdempotencyKey
) -> None:
    first = await market.bid(user_id=user, key=key)
    await market.engine.stop()
    again = await market.restarted()
    assert await again.bid(user_id=user, key=key) == replace(first, replayed=True)
    await again.engine.stop()


async def test_the_same_placement_twice_in_one_batch_makes_one_quote(
    market: Market, user: UserId, key: IdempotencyKey
) -> None:
    placements = await asyncio.gather(*(market.bid(user_id=user, key=key) for _ in range(20)))
    assert len(market.books.commits) == 1
    assert {placement.quote.id for placement in placements} == {placements[0].quote.id}
    assert await resting(market) == 1


async def test_another_request_with_the_key_is_refused_alone(
    market: Market, user: UserId, key: IdempotencyKey
) -> None:
    other = replace(key, fingerprint="bb")
    first, refused, bystander, again = await asyncio.gather(
        market.bid(user_id=user, key=key),
        market.bid(PRICE - 100, user_id=user, key=other),
        market.bid(PRICE - 200),
        market.bid(user_id=user, key=key),
        return_exceptions=True,
    )
    assert isinstance(refused, IdempotencyKeyReused)
    assert refused.key == key.key
    assert not isinstance(bystander, BaseException)
    assert not isinstance(first, BaseException)
    assert await market.status(bystander.quote) is QuoteStatus.ACTIVE
    assert again == replace(first, replayed=True)
    with pytest.raises(IdempotencyKeyReused):
        await market.bid(PRICE - 100, user_id=user, key=other)
    assert await resting(market) == 2


async def test_a_key_of_another_operation_is_used_already(
    market: Market, user: UserId, key: IdempotencyKey
) -> None:
    elsewhere = key_of(user, scope="asks")
    first, reused = await asyncio.gather(
        market.bid(user_id=user, key=key),
        market.bid(user_id=user, key=elsewhere),
        return_exceptions=True,
    )
    assert isinstance(reused, IdempotencyKeyReused)
    assert isinstance(first, Placement)
    with pytest.raises(IdempotencyKeyReused):
        await market.bid(user_id=user, key=elsewhere)
    assert await market.bid(user_id=user, key=key) == replace(first, replayed=True)
    assert await resting(market) == 1


async def test_keys_of_other_users_and_names_are_other_keys(
    market: Market, user: UserId, key: IdempotencyKey
) -> None:
    keys = [key, key_of(market.user_id()), key_of(user, key="key-2")]
    placements = [
        await asyncio.gather(*(market.bid(user_id=one.user_id, key=one) for one in keys))
        for _ in range(2)
    ]
    assert [replace(first, replayed=True) for first in placements[0]] == placements[1]
    assert await resting(market) == len(keys)


async def test_a_refused_request_does_not_use_its_key(
    market: Market, user: UserId, key: IdempotencyKey
) -> None:
    with pytest.raises(NoCounterpart):
        await market.bid(user_id=user, key=key, ioc=True)
    await market.ask()
    assert (await market.bid(user_id=user, key=key, ioc=True)).match is not None


async def test_a_refused_request_does_not_use_its_key_within_the_batch(
    market: Market, user: UserId, key: IdempotencyKey
) -> None:
    refused, ask, trade = await asyncio.gather(
        market.bid(user_id=user, key=key, ioc=True),
        market.ask(),
        market.bid(user_id=user, key=key, ioc=True),
        return_exceptions=True,
    )
    assert isinstance(refused, NoCounterpart)
    assert not isinstance(ask, BaseException)
    assert not isinstance(trade, BaseException)
    assert trade.match is not None
    assert trade.match.ask_id == ask.quote.id


@pytest.mark.parametrize("late", [False, True])
async def test_after_a_failed_commit_the_key_makes_one_quote(
    market: Market, user: UserId, key: IdempotencyKey, late: bool
) -> None:
    (market.books.late_failures if late else market.books.failures).append(UNAVAILABLE)
    with pytest.raises(Unavailable):
        await market.bid(user_id=user, key=key)
    placement = await market.bid(user_id=user, key=key)
    assert await market.stored(placement.quote) == placement.quote
    await market.ask(PRICE, ioc=True)
    with pytest.raises(NoCounterpart):
        await market.ask(PRICE, ioc=True)


async def test_a_use_case_answers_a_known_key_although_its_user_may_no_longer_bid(
    market: Market,
) -> None:
    seller = await market.join()
    product = await market.add_product("9")
    key = key_of(seller.user_id, scope="asks")

    async def place(fingerprint: str = "aa") -> Placement:
        return await market.bidding.place_ask(
            seller,
            product_id=product.id,
            size="9",
            amount=PRICE,
            idempotency_key=replace(key, fingerprint=fingerprint),
        )

    first = await place()
    user = await market.adapters.store.users.get(seller.user_id)
    async with market.adapters.store.transaction():
        await market.adapters.store.users.save(replace(user, suspended=True))
    assert await place() == replace(first, replayed=True)
    with pytest.raises(IdempotencyKeyReused):
        await place("bb")
    levels = await market.adapters.store.stock.levels(product.id)
    assert [level.available for level in levels] == [1]
