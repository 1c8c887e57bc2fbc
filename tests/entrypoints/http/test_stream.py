"""The live stream: what is told, to whom, and who is sent away."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest
from litestar import Litestar

from solebook.adapters.memory.in_process_bus import InProcessBus
from solebook.composition.build import build_application
from solebook.config.http import HttpSettings
from solebook.config.stream import StreamSettings
from solebook.ports.language.errors import Unavailable
from solebook.ports.language.ids import OrderId, ProductId, SessionId, UserId
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
from solebook.ports.rate_limits import RateLimit

from ...rebuilt_book import RebuiltBook
from .conftest import PLENTY
from .sockets import Closed, Socket, accepted, connected
from .world import Person, World

INTERVAL = timedelta(milliseconds=100)
SIZE = "10.5"


@pytest.fixture
def stream_settings() -> StreamSettings:
    return StreamSettings(
        patience=timedelta(seconds=40),
        books=3,
        errors=3,
        connections=6,
        connections_per_address=4,
        connections_per_user=2,
    )


@pytest.fixture
def app(world: World) -> Litestar:
    return world.app


@pytest.fixture
async def socket(app: Litestar, market: World) -> AsyncIterator[Socket]:
    async with connected(app) as socket:
        await accepted(socket)
        yield socket


def book(market: World, size: str = SIZE) -> dict[str, str]:
    return {"channel": "book", "product_id": market.product_id, "size": size}


def _product_id(market: World) -> ProductId:
    return ProductId(UUID(market.product_id))


def told(market: World, size: str = SIZE) -> dict[str, str]:
    return {**book(market, size), "condition": "new"}


def token(person: Person) -> str:
    return person.headers["Authorization"].removeprefix("Bearer ")


def kind(problem: dict[str, Any]) -> str:
    assert problem["type"] == "error", problem
    return str(problem["problem"]["type"]).removeprefix("/problems/")


async def interval(market: World) -> None:
    await market.clock.advance(INTERVAL)


# ---- books -----------------------------------------------------------------------------------


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
    key = BookKey(_product_id(market), parse_size(SIZE))
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
    return {"seq": view.seq, **sides}


async def test_who_does_not_read_is_sent_away_and_nobody_else_notices(
    app: Litestar, market: World, socket: Socket, buyer: Person, stream_settings: StreamSettings
) -> None:
    views = market.application.adapters.book_views
    key = BookKey(_product_id(market), parse_size("9"))
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
    await application.engine.stop()
    views = application.adapters.book_views
    adapters = application.adapters
    bus = InProcessBus(
        transaction=adapters.store.transaction,
        deliveries=adapters.store.deliveries,
        clock=adapters.clock,
        ids=adapters.ids,
        randomness=adapters.randomness,
    )
    async with connected(app) as during:
        await accepted(during)
        rebuilt = RebuiltBook()
        key = BookKey(_product_id(market), parse_size(SIZE))
        rebuilt.tell(news_of(await during.ask(op="subscribe", **book(market)), key))
        again = build_application(replace(adapters, event_bus=bus))
        await again.engine.start()
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
    await again.engine.stop()


# ---- signing in ------------------------------------------------------------------------------


async def test_a_user_signs_in_and_is_told_of_each_step_of_their_orders(
    market: World, socket: Socket, app: Litestar, buyer: Person, seller: Person
) -> None:
    signed_in = await socket.ask(op="authenticate", token=token(buyer))
    assert (signed_in["type"], signed_in["user_id"]) == ("authenticated", buyer.id)
    subscribed = {"type": "subscribed", "channel": "orders"}
    assert await socket.ask(op="subscribe", channel="orders") == subscribed
    assert await socket.ask(op="subscribe", channel="orders") == subscribed
    async with connected(app, seller.headers) as theirs, connected(app) as nobody:
        await accepted(theirs)
        await accepted(nobody)
        assert (await theirs.hear())["user_id"] == seller.id
        await theirs.ask(op="subscribe", channel="orders")
        order_id = await market.order(buyer, seller)
        ours, sold = await socket.news(), await theirs.news()
        assert {m["type"] for m in ours + sold} == {"order"}
        assert {m["order"]["id"] for m in ours + sold} == {order_id}
        for last, person in ((ours[-1], buyer), (sold[-1], seller)):
            [listed] = (await market.ok("GET", "/v1/orders", person))["items"]
            assert last["order"] == listed
        assert ours[-1]["order"]["status"] == "confirmed"
        parcel = {"carrier": "UPS", "tracking_number": "1Z999AA10123456784"}
        await market.move(order_id, "shipment-extension", seller)
        await market.move(order_id, "shipment", seller, json=parcel)
        assert (await socket.news())[-1]["order"]["status"] == "seller_shipping"
        assert await nobody.news() == []


async def test_orders_are_told_no_more_after_unsubscribing(
    market: World, socket: Socket, buyer: Person, seller: Person
) -> None:
    unsubscribed = {"type": "unsubscribed", "channel": "orders"}
    assert await socket.ask(op="unsubscribe", channel="orders") == unsubscribed
    await socket.ask(op="authenticate", token=token(buyer))
    await socket.ask(op="subscribe", channel="orders")
    assert await socket.ask(op="unsubscribe", channel="orders") == unsubscribed
    await market.order(buyer, seller)
    assert await socket.news() == []
    await socket.ask(op="subscribe", channel="orders")
    await market.order(buyer, seller)
    assert await socket.news() != []


async def test_who_does_not_read_what_becomes_of_many_orders_is_sent_away(
    market: World, socket: Socket, buyer: Person, seller: Person, stream_settings: StreamSettings
) -> None:
    await socket.ask(op="authenticate", token=token(buyer))
    await socket.ask(op="subscribe", channel="orders")
    socket.reads.clear()
    await market.order(buyer, seller)
    adapters = market.application.adapters
    for _ in range(stream_settings.queue + 2):
        adapters.order_stream.tell(OrderId(adapters.ids.new()), UserId(UUID(buyer.id)))
    socket.reads.set()
    assert await socket.close_code() == 4410


async def test_who_is_not_signed_in_has_no_orders(socket: Socket) -> None:
    refused = await socket.ask(op="subscribe", channel="orders")
    assert (kind(refused), refused["problem"]["status"]) == ("invalid-token", 401)


async def test_a_bad_token_is_refused_and_the_connection_stays(
    market: World, socket: Socket, buyer: Person
) -> None:
    assert kind(await socket.ask(op="authenticate", token="nonsense")) == "invalid-token"
    await market.ok("DELETE", "/v1/sessions/current", buyer)
    revoked = await socket.ask(op="authenticate", token=token(buyer))
    assert "revoked" in revoked["problem"]["detail"]
    assert (await socket.ask(op="subscribe", **book(market)))["type"] == "snapshot"


async def test_who_comes_with_a_bad_token_is_sent_away(app: Litestar, market: World) -> None:
    for header in ("Bearer nonsense", "Bearer ", "Basic dXNlcg=="):
        async with connected(app, {"Authorization": header}) as socket:
            await accepted(socket)
            assert kind(await socket.hear()) == "invalid-token"
            assert await socket.close_code() == 4401


async def test_a_connection_is_one_users(
    market: World, socket: Socket, buyer: Person, seller: Person
) -> None:
    await socket.ask(op="authenticate", token=token(buyer))
    refused = await socket.ask(op="authenticate", token=token(seller))
    assert kind(refused) == "invalid-token"
    assert (await socket.ask(op="authenticate", token=token(buyer)))["user_id"] == buyer.id


async def test_when_the_token_expires_the_connection_ends_unless_it_was_renewed(
    app: Litestar, market: World, socket: Socket, buyer: Person
) -> None:
    life = timedelta(minutes=15)
    async with connected(app, buyer.headers) as lazy:
        await accepted(lazy)
        await lazy.hear()
        await lazy.ask(op="subscribe", **book(market))
        await socket.ask(op="subscribe", **book(market))
        await socket.ask(op="authenticate", token=token(buyer))
        await market.clock.advance(life - timedelta(seconds=2))
        assert await lazy.news() == []
        await market.sign_in(buyer)
        renewed = await socket.ask(op="authenticate", token=token(buyer))
        assert renewed["expires_at"] > "2026-03-02T12:20"
        await market.clock.advance(timedelta(seconds=3))
        assert await lazy.close_code() == 4401
    assert await socket.news() == []
    await market.clock.advance(life)
    assert await socket.close_code() == 4401


async def test_who_signed_out_is_told_nothing_more(
    market: World, socket: Socket, buyer: Person, seller: Person
) -> None:
    await socket.ask(op="authenticate", token=token(buyer))
    await socket.ask(op="subscribe", channel="orders")
    signed_out = Person("buyer", headers=dict(buyer.headers))
    await market.sign_in(buyer)
    await market.ok("DELETE", "/v1/sessions/current", signed_out)
    await market.order(buyer, seller)
    with pytest.raises(Closed) as closed:
        await socket.hear()
    assert (closed.value.code, closed.value.reason) == (4401, "signed out")


async def test_who_cannot_be_told_apart_from_the_signed_out_is_sent_to_try_again(
    app: Litestar, market: World, buyer: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def contains(session_id: SessionId) -> bool:
        raise Unavailable(what="the sessions")

    monkeypatch.setattr(market.application.adapters.revoked_sessions, "contains", contains)
    async with connected(app, buyer.headers) as socket:
        await accepted(socket)
        assert kind(await socket.hear()) == "unavailable"
        assert await socket.close_code() == 1013


# ---- what is wrong, and too much -------------------------------------------------------------


MALFORMED = [
    ("", "not JSON"),
    ("nonsense", "not JSON"),
    ('"\ud800"', "not JSON"),
    ('{"op": "ping", "deep": ' + "[" * 8_000, "not JSON"),
    ("[]", "Expected `object`"),
    ("{}", "op: is missing"),
    ('{"op": "buy"}', "none of these: authenticate, ping, subscribe book"),
    ('{"op": "subscribe"}', "none of these"),
    ('{"op": "subscribe", "channel": "sales"}', "none of these"),
    ('{"op": "ping", "loudly": true}', "loudly: is unknown here"),
    ('{"op": "subscribe", "channel": "book"}', "product_id: is missing"),
    ('{"op": "subscribe", "channel": "book", "product_id": 1, "size": "9"}', "product_id: "),
    ('{"op": "authenticate", "token": ""}', "token: "),
]


async def test_a_malformed_message_is_a_problem_and_no_more(socket: Socket) -> None:
    for text, detail in MALFORMED:
        socket.say_text(text)
        answer = await socket.hear()
        assert kind(answer) == "malformed-request"
        assert detail in answer["problem"]["detail"]
        assert await socket.ask(op="ping") == {"type": "pong"}


async def test_bytes_are_no_message(socket: Socket) -> None:
    socket.say_bytes(b'{"op": "ping"}')
    assert kind(await socket.hear()) == "malformed-request"


async def test_too_many_errors_in_a_row_end_the_connection(socket: Socket) -> None:
    for _ in range(2):
        for _ in range(2):
            await socket.ask(op="nonsense")
        await socket.ask(op="ping")
    for _ in range(3):
        await socket.ask(op="nonsense")
    assert await socket.close_code() == 4400


@pytest.mark.parametrize("as_bytes", [True, False])
async def test_a_message_too_large_ends_the_connection(
    socket: Socket, stream_settings: StreamSettings, as_bytes: bool
) -> None:
    size = stream_settings.max_message
    ping = '{"op": "ping"}'
    socket.say_text(ping + " " * (size - len(ping)))
    assert await socket.hear() == {"type": "pong"}
    if as_bytes:
        socket.say_bytes(bytes(size + 1))
    else:
        socket.say_text("é" * (size // 2) + "x")
    assert await socket.close_code() == 1009


async def test_a_connection_follows_so_many_books_and_no_more(
    market: World, socket: Socket
) -> None:
    conditions = ("new", "used", "damaged_box")
    for condition in conditions:
        answer = await socket.ask(op="subscribe", **book(market), condition=condition)
        assert answer["type"] == "snapshot"
    refused = await socket.ask(op="subscribe", **book(market, "9"))
    assert (kind(refused), refused["problem"]["limit"]) == ("too-many-subscriptions", 3)
    assert (await socket.ask(op="subscribe", **book(market)))["type"] == "snapshot"
    await socket.ask(op="unsubscribe", **book(market))
    assert (await socket.ask(op="subscribe", **book(market, "9")))["type"] == "snapshot"


async def test_an_address_has_so_many_connections_and_no_more(app: Litestar, market: World) -> None:
    async with AsyncExitStack() as stack:
        for _ in range(4):
            await accepted(await stack.enter_async_context(connected(app)))
        async with connected(app) as socket:
            await accepted(socket)
            assert await socket.close_code() == 4429
        async with connected(app, address="203.0.113.2") as socket:
            await accepted(socket)
            assert await socket.ask(op="ping") == {"type": "pong"}
    async with connected(app) as socket:
        await accepted(socket)
        assert await socket.ask(op="ping") == {"type": "pong"}


async def test_everybody_together_has_so_many_connections_and_no_more(
    app: Litestar, market: World
) -> None:
    async with AsyncExitStack() as stack:
        for n in range(6):
            address = f"203.0.113.{n}"
            await accepted(await stack.enter_async_context(connected(app, address=address)))
        async with connected(app, address="203.0.113.9") as socket:
            await accepted(socket)
            assert await socket.close_code() == 4429


async def test_a_user_has_so_many_connections_and_no_more(
    app: Litestar, market: World, buyer: Person
) -> None:
    async with AsyncExitStack() as stack:
        for _ in range(2):
            socket = await stack.enter_async_context(connected(app, buyer.headers))
            await accepted(socket)
            assert (await socket.hear())["type"] == "authenticated"
            assert (await socket.ask(op="authenticate", token=token(buyer)))["type"]
        async with connected(app) as socket:
            await accepted(socket)
            socket.say(op="authenticate", token=token(buyer))
            assert await socket.close_code() == 4429
    async with connected(app, buyer.headers) as socket:
        await accepted(socket)
        assert (await socket.hear())["type"] == "authenticated"


class TestRateLimits:
    @pytest.fixture
    def settings(self) -> HttpSettings:
        address = RateLimit(burst=6, per_second=0.5)
        return HttpSettings(user_limit=PLENTY, address_limit=address, credentials_limit=PLENTY)

    async def test_messages_count_as_requests_and_so_does_connecting(
        self, app: Litestar, world: World
    ) -> None:
        async with connected(app) as socket:
            await accepted(socket)
            for _ in range(5):
                assert await socket.ask(op="ping") == {"type": "pong"}
            refused = await socket.ask(op="ping")
            assert (kind(refused), refused["problem"]["retry_after"]) == ("rate-limited", 2)
            async with connected(app) as another:
                await accepted(another)
                assert await another.close_code() == 4429
            await world.clock.advance(timedelta(seconds=2))
            assert await socket.ask(op="ping") == {"type": "pong"}


async def test_without_buckets_the_market_is_followed_all_the_same(
    app: Litestar, market: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def take(bucket: str, limit: RateLimit) -> None:
        raise Unavailable(what="the rate limits")

    monkeypatch.setattr(market.application.adapters.rate_limits, "take", take)
    async with connected(app) as socket:
        await accepted(socket)
        assert (await socket.ask(op="subscribe", **book(market)))["type"] == "snapshot"


class TestUserRateLimit:
    @pytest.fixture
    def settings(self) -> HttpSettings:
        return HttpSettings(
            user_limit=RateLimit(burst=20, per_second=1),
            address_limit=PLENTY,
            credentials_limit=PLENTY,
        )

    async def test_messages_of_a_user_count_as_the_users_requests(
        self, app: Litestar, market: World
    ) -> None:
        person = await market.person("person")
        async with connected(app, person.headers) as socket:
            await accepted(socket)
            await socket.hear()
            answers = [await socket.ask(op="ping") for _ in range(21)]
        assert [answer["type"] for answer in answers] == ["pong"] * 20 + ["error"]


async def test_who_neither_follows_nor_says_anything_is_sent_away(
    app: Litestar, market: World, socket: Socket, stream_settings: StreamSettings
) -> None:
    async with connected(app) as talker, connected(app) as listener:
        for one in (talker, listener):
            await accepted(one)
        await listener.ask(op="subscribe", **book(market))
        await market.clock.advance(stream_settings.idle - timedelta(seconds=5))
        await talker.ask(op="ping")
        await market.clock.advance(timedelta(seconds=10))
        assert await socket.close_code() == 4408
        assert await talker.ask(op="ping") == {"type": "pong"}
        await listener.ask(op="unsubscribe", **book(market))
        await market.clock.advance(stream_settings.idle + timedelta(seconds=1))
        assert await listener.close_code() == 4408


async def test_pages_of_strange_origins_do_not_connect(app: Litestar, market: World) -> None:
    async with connected(app, {"Origin": "https://market.test"}) as socket:
        await accepted(socket)
    async with connected(app, {"Origin": "https://evil.test"}) as socket:
        with pytest.raises(Closed) as closed:
            await socket.hear()
        assert closed.value.code == 4403


class TestHostsAndOrigins:
    @pytest.fixture
    def settings(self) -> HttpSettings:
        return HttpSettings(allowed_hosts=("market.test",), cors_origins=("https://shop.test",))

    async def test_pages_of_known_origins_connect(self, app: Litestar) -> None:
        async with connected(app, {"Origin": "https://shop.test"}) as socket:
            await accepted(socket)

    async def test_under_a_strange_name_nobody_connects(self, app: Litestar) -> None:
        async with connected(app, {"Host": "evil.test"}) as socket:
            with pytest.raises(Closed):
                await socket.hear()


# ---- the end ---------------------------------------------------------------------------------


async def test_a_client_that_vanishes_while_it_is_told_something_leaves_nothing_behind(
    app: Litestar, market: World, buyer: Person
) -> None:
    async with connected(app, buyer.headers) as socket:
        await accepted(socket)
        await socket.hear()
        await socket.ask(op="subscribe", channel="orders")
        await socket.ask(op="subscribe", **book(market))
        socket.gone = True
        await market.bid(buyer)
        await market.clock.advance(INTERVAL)
        assert socket.serving is not None
        await asyncio.wait_for(socket.serving, 1)


async def test_the_last_who_leaves_leaves_no_task_behind(
    app: Litestar, market: World, buyer: Person
) -> None:
    before = asyncio.all_tasks()
    async with connected(app, buyer.headers) as socket:
        await accepted(socket)
        await socket.hear()
        await socket.ask(op="subscribe", channel="orders")
        await socket.ask(op="subscribe", **book(market))
        for amount in (10_000, 11_000):
            await market.bid(buyer, amount)
            await socket.news()
        assert len(asyncio.all_tasks() - before) > 3
    assert asyncio.all_tasks() == before


async def test_a_defect_ends_its_own_connection_alone(
    app: Litestar,
    market: World,
    socket: Socket,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with connected(app) as broken:
        await accepted(broken)

        async def fail(*_: object) -> None:
            raise ZeroDivisionError

        with monkeypatch.context() as patch:
            patch.setattr(type(market.application.adapters.store.products), "get", fail)
            broken.say(op="subscribe", **book(market))
            assert await broken.close_code() == 1011
    assert "a connection to the stream failed" in caplog.text
    assert (await socket.ask(op="subscribe", **book(market)))["type"] == "snapshot"


@pytest.mark.parametrize(
    "wrong",
    [
        {"interval": timedelta(seconds=-1)},
        {"interval": timedelta(minutes=1)},
        {"patience": timedelta(0)},
        {"idle": timedelta(0)},
        {"connections": 0},
        {"connections_per_address": 0},
        {"connections_per_user": 0},
        {"errors": 0},
        {"books": 0},
        {"books": 256},
        {"max_message": 100},
    ],
)
def test_settings_that_make_no_sense_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r".+"):
        StreamSettings(**wrong)
