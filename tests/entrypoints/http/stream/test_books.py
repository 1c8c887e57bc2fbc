"""The books of the live stream: a snapshot, then every change."""

from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from litestar import Litestar

from solebook.composition.build import build_application
from solebook.composition.engine import engine_of
from solebook.composition.in_process_bus import build_in_process_bus
from solebook.config.stream import StreamSettings
from solebook.ports.language.market import (
    BookChange,
    BookChanges,
    BookKey,
    BookView,
    LevelChange,
    PriceLevel,
    Side,
    parse_size,
)

from ....rebuilt_book import RebuiltBook
from ..world import Person, World
from .sockets import Socket, accepted, connected
from .subscriptions import INTERVAL, SIZE, book, interval, kind, product_id, told


async def test_a_book_is_told_whole_and_then_in_changes(
    market: World, socket: Socket, buyer: Person, seller: Person
) -> None:
    await market.bid(buyer, 15_000)
    snapshot = await socket.ask(op="subscribe", **book(market))
    assert snapshot == {
        "type": "snapshot",
        **told(market),
        "seq": snapshot["seq"],
        "bids": [{"price": 15_000, "quantity": 1}],
        "asks": [],
        "halted": False,
        "depth": 500,
        "complete": True,
    }
    await market.ask(seller, 20_000)
    assert await socket.hear() == {
        "type": "change",
        **told(market),
        "first_seq": snapshot["seq"] + 1,
        "seq": snapshot["seq"] + 1,
        "levels": [{"side": "ask", "price": 20_000, "quantity": 1}],
    }
    await market.bid(buyer, 20_000)
    await market.bid(buyer, 15_000)
    assert await socket.news() == []
    await interval(market)
    assert await socket.hear() == {
        "type": "change",
        **told(market),
        "first_seq": snapshot["seq"] + 2,
        "seq": snapshot["seq"] + 3,
        "levels": [
            {"side": "ask", "price": 20_000, "quantity": 0},
            {"side": "bid", "price": 15_000, "quantity": 2},
        ],
    }


async def test_who_follows_a_book_hears_that_it_is_halted_and_opened(
    market: World, socket: Socket, buyer: Person
) -> None:
    await market.bid(buyer, 15_000)
    snapshot = await socket.ask(op="subscribe", **book(market))
    halt = await market.halt()
    await interval(market)
    assert await socket.hear() == snapshot | {"halted": True}
    await market.application.matching.open(halt.id)
    await interval(market)
    assert await socket.hear() == snapshot


async def test_books_of_other_conditions_and_sizes_are_other_books(
    market: World, socket: Socket, buyer: Person
) -> None:
    used = await socket.ask(op="subscribe", **book(market), condition="used")
    assert (used["condition"], used["seq"]) == ("used", 0)
    assert (await socket.ask(op="subscribe", **book(market, "9")))["size"] == "9"
    await market.bid(buyer)
    await interval(market)
    assert await socket.news() == []


async def test_nothing_is_told_after_unsubscribing(
    market: World, socket: Socket, buyer: Person
) -> None:
    await socket.ask(op="subscribe", **book(market))
    await market.bid(buyer, 10_000)
    await market.bid(buyer, 11_000)
    await socket.news()
    await market.bid(buyer, 12_000)
    left = {"type": "unsubscribed", **told(market)}
    assert await socket.ask(op="unsubscribe", **book(market)) == left
    await market.bid(buyer, 13_000)
    await interval(market)
    assert await socket.news() == []
    assert await socket.ask(op="unsubscribe", **book(market)) == left


async def test_to_subscribe_again_is_to_begin_anew(
    market: World, socket: Socket, buyer: Person
) -> None:
    await socket.ask(op="subscribe", **book(market))
    await market.bid(buyer, 10_000)
    await socket.hear()
    again = await socket.ask(op="subscribe", **book(market))
    assert (again["type"], again["bids"]) == ("snapshot", [{"price": 10_000, "quantity": 1}])
    await interval(market)
    assert await socket.news() == []


async def test_only_books_of_products_are_followed(market: World, socket: Socket) -> None:
    unknown = {**book(market), "product_id": "01890a5d-ac96-774b-bcce-b302099a8057"}
    refused = await socket.ask(op="subscribe", **unknown)
    assert (kind(refused), refused["problem"]["status"]) == ("not-found", 404)
    refused = await socket.ask(op="subscribe", **book(market, "huge"))
    assert (kind(refused), refused["problem"]["size"]) == ("invalid-size", "huge")
    assert (await socket.ask(op="subscribe", **book(market)))["type"] == "snapshot"


async def test_a_size_that_the_product_does_not_have_is_not_followed(
    market: World, socket: Socket
) -> None:
    refused = await socket.ask(op="subscribe", **book(market, "11"))
    assert (kind(refused), refused["problem"]["offered"]) == ("size-not-offered", ["9", "10.5"])
    refused = await socket.ask(op="subscribe", **book(market, "1\u0660.5"))
    assert kind(refused) == "invalid-size"


async def test_a_size_that_was_taken_away_is_followed_as_long_as_quotes_rest_in_it(
    market: World, socket: Socket, admin: Person, buyer: Person
) -> None:
    placed = await market.bid(buyer, 15_000)
    path = f"/v1/products/{market.product_id}"
    await market.ok("PATCH", path, admin, json={"sizes": [{"size": "9"}]})
    assert (await socket.ask(op="subscribe", **book(market)))["type"] == "snapshot"
    await market.ok("DELETE", f"/v1/bids/{placed['bid']['id']}", buyer)
    await socket.hear()  # who follows the book already is told of its end
    assert kind(await socket.ask(op="subscribe", **book(market))) == "size-not-offered"
    assert (await socket.ask(op="unsubscribe", **book(market)))["type"] == "unsubscribed"


def news_of(message: dict[str, Any], key: BookKey) -> BookView | BookChanges:
    """Return a message as the news that it tells."""
    if message["type"] == "snapshot":
        bids, asks = (tuple(PriceLevel(**one) for one in message[s]) for s in ("bids", "asks"))
        return BookView(key, message["seq"], bids, asks)
    levels = tuple(LevelChange(Side(one.pop("side")), **one) for one in message["levels"])
    return BookChanges(key, message["first_seq"], message["seq"], levels)


@pytest.mark.parametrize("seed", range(3))
async def test_in_a_storm_of_orders_the_rebuilt_book_is_the_published_one(
    market: World, socket: Socket, seed: int
) -> None:
    """At every instant, and also while the engine loads its books again."""
    dice = Random(seed)
    people = [await market.buyer(f"trader-{n}") for n in range(3)]
    for person in people:
        account = {"account": "acct_seller"}
        await market.ok("PUT", "/v1/users/me/payout-account", person, json=account)
        await market.sign_in(person)
    rebuilt = RebuiltBook()
    first = await socket.ask(op="subscribe", **book(market))
    key = BookKey(product_id(market), parse_size(SIZE))
    rebuilt.tell(news_of(first, key))
    mine: list[tuple[Person, str]] = []
    changes = merged = 0
    for _ in range(120):
        person = dice.choice(people)
        if mine and dice.random() < 0.25:
            owner, path = mine.pop(dice.randrange(len(mine)))
            await market.call("DELETE", path, owner)
        else:
            side = dice.choice(["bid", "ask"])
            quote = market.quote(dice.randrange(150, 160) * 100)
            answer = await market.post(f"/v1/{side}s", person, json=quote)
            if answer.status_code == 201:
                mine.append((person, f"/v1/{side}s/{answer.json()[side]['id']}"))
        if dice.random() < 0.05:
            await market.application.adapters.book_views.publish(
                await market.application.adapters.book_views.get(key, 1_000)
            )
        if dice.random() < 0.3:
            await market.clock.advance(timedelta(milliseconds=dice.choice([30, 100])))
        for message in await socket.news():
            changes += message["type"] == "change"
            merged += message["type"] == "change" and message["seq"] > message["first_seq"]
            rebuilt.tell(news_of(message, key))
    await interval(market)
    for message in await socket.news():
        rebuilt.tell(news_of(message, key))
    published = await market.ok(
        "GET", f"/v1/products/{market.product_id}/book?size={SIZE}&depth=100"
    )
    assert published == picture(rebuilt.view(key))
    assert (changes, merged) > (5, 5)
    assert rebuilt.views > 1


def picture(view: BookView) -> dict[str, Any]:
    """Return a view as the REST API shows it."""
    sides = {
        name: [{"price": level.price, "quantity": level.quantity} for level in levels]
        for name, levels in (("bids", view.bids), ("asks", view.asks))
    }
    return {"seq": view.seq, **sides, "halted": view.halted}


async def test_who_does_not_read_is_sent_away_and_nobody_else_notices(
    app: Litestar, market: World, socket: Socket, buyer: Person, stream_settings: StreamSettings
) -> None:
    views = market.application.adapters.book_views
    key = BookKey(product_id(market), parse_size("9"))
    await views.publish(BookView(key, 0))
    async with connected(app) as slow:
        await accepted(slow)
        for one in (slow, socket):
            await one.ask(op="subscribe", **book(market, "9"))
        slow.reads.clear()
        heard = []
        for seq in range(1, stream_settings.queue + 3):
            await views.apply(BookChange(key, seq, (LevelChange(Side.BID, 10_000, seq),)))
            await interval(market)
            heard += await socket.news()
        assert [(m["first_seq"], m["seq"]) for m in heard] == [
            (seq, seq) for seq in range(1, stream_settings.queue + 3)
        ]
        slow.reads.set()
        assert await slow.close_code() == 4410
    await socket.ask(op="subscribe", **book(market))
    await market.bid(buyer, 10_000)
    assert (await socket.hear())["bids"] == [{"price": 10_000, "quantity": 1}]


async def test_who_reads_nothing_at_all_is_sent_away_in_time(
    app: Litestar, market: World, buyer: Person, stream_settings: StreamSettings
) -> None:
    """However little there is to tell, and although not even the farewell can be told."""
    async with connected(app) as slow:
        await accepted(slow)
        await slow.ask(op="subscribe", **book(market))
        slow.reads.clear()
        await market.bid(buyer)
        await market.clock.advance(stream_settings.patience + timedelta(seconds=3))
        assert slow.serving is not None
        assert slow.serving.done()


async def test_one_message_is_sent_after_the_other(
    market: World, socket: Socket, buyer: Person
) -> None:
    await socket.ask(op="subscribe", **book(market))
    socket.reads.clear()
    await market.bid(buyer)
    socket.say(op="ping")
    assert await socket.news() == []
    socket.reads.set()
    assert {message["type"] for message in await socket.news()} == {"snapshot", "pong"}


async def test_after_a_new_start_of_the_engine_a_client_resyncs(
    app: Litestar, market: World, buyer: Person
) -> None:
    """The published numbers go on, so nobody takes an old book for a new one."""
    await market.bid(buyer, 10_000)
    async with connected(app) as before:
        await accepted(before)
        seen = await before.ask(op="subscribe", **book(market))
    application = market.application
    await engine_of(application).stop()
    views = application.adapters.book_views
    adapters = application.adapters
    bus = build_in_process_bus(
        adapters.store, clock=adapters.clock, ids=adapters.ids, randomness=adapters.randomness
    )
    async with connected(app) as during:
        await accepted(during)
        rebuilt = RebuiltBook()
        key = BookKey(product_id(market), parse_size(SIZE))
        rebuilt.tell(news_of(await during.ask(op="subscribe", **book(market)), key))
        again = build_application(replace(adapters, event_bus=bus))
        await engine_of(again).start()
        await market.clock.advance(INTERVAL)
        for message in await during.news():
            rebuilt.tell(news_of(message, key))
        assert rebuilt.views == 2
        assert rebuilt.view(key) == await views.get(key, 100)
        async with connected(app) as after:
            await accepted(after)
            snapshot = await after.ask(op="subscribe", **book(market))
            assert snapshot["bids"] == seen["bids"]
            assert snapshot["seq"] >= seen["seq"]
    await engine_of(again).stop()


class TestDepth:
    @pytest.fixture
    def stream_settings(self) -> StreamSettings:
        return StreamSettings(depth=2)

    async def test_a_snapshot_has_the_best_levels_and_says_that_it_is_not_complete(
        self, market: World, socket: Socket, buyer: Person
    ) -> None:
        for step in range(3):
            await market.bid(buyer, 15_000 + step * 100)
        snapshot = await socket.ask(op="subscribe", **book(market))
        assert [level["price"] for level in snapshot["bids"]] == [15_200, 15_100]
        assert (snapshot["depth"], snapshot["complete"]) == (2, False)
