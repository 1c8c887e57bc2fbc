"""What the live stream refuses, and who is sent away from it."""

from contextlib import AsyncExitStack
from datetime import timedelta
from uuid import UUID

import pytest
from litestar import Litestar

from solebook.config.http import HttpSettings
from solebook.config.stream import StreamSettings
from solebook.ports.language.errors import Unavailable
from solebook.ports.language.rate_limits import RateLimit

from ..conftest import PLENTY
from ..test_api_keys import key_of
from ..world import Person, World
from .sockets import Closed, Socket, accepted, connected
from .subscriptions import book, kind, token

MALFORMED = [
    ("", "not JSON"),
    ("nonsense", "not JSON"),
    ('"\ud800"', "not JSON"),
    ('{"op": "ping", "deep": ' + "[" * 8_000, "not JSON"),
    ("[]", "Expected `object`"),
    ("{}", "op: is missing"),
    ('{"op": "buy"}', "known: authenticate, ping, subscribe book"),
    ('{"op": "subscribe"}', "unknown op or channel"),
    ('{"op": "subscribe", "channel": "sales"}', "unknown op or channel"),
    ('{"op": "ping", "loudly": true}', "loudly: is unknown here"),
    ('{"op": "subscribe", "channel": "book"}', "product_id: is missing"),
    ('{"op": "subscribe", "channel": "book", "product_id": 1, "size": "9"}', "product_id: "),
    ('{"op": "authenticate", "token": ""}', "token: "),
    ('{"op": "ping", "op": "ping"}', "op: is given twice"),
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
        address = RateLimit(burst=15, per_second=0.5)
        return HttpSettings(user_limit=PLENTY, address_limit=address, credentials_limit=PLENTY)

    async def test_messages_count_as_requests_and_connecting_and_subscribing_as_five(
        self, app: Litestar, world: World
    ) -> None:
        async with connected(app) as socket:
            await accepted(socket)
            nowhere = {"channel": "book", "product_id": str(UUID(int=1)), "size": "9"}
            assert kind(await socket.ask(op="subscribe", **nowhere)) == "not-found"
            for _ in range(5):
                assert await socket.ask(op="ping") == {"type": "pong"}
            refused = await socket.ask(op="ping")
            assert (kind(refused), refused["problem"]["retry_after"]) == ("rate-limited", 2)
            async with connected(app) as another:
                assert await another.close_code() == 4429
            await world.clock.advance(timedelta(seconds=2))
            assert await socket.ask(op="ping") == {"type": "pong"}


async def test_without_buckets_the_market_is_followed_all_the_same(
    app: Litestar, market: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def take(bucket: str, limit: RateLimit, cost: int = 1) -> None:
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


class TestWrongKeys:
    @pytest.fixture
    def settings(self) -> HttpSettings:
        few = RateLimit(burst=2, per_second=1)
        return HttpSettings(user_limit=PLENTY, address_limit=PLENTY, credentials_limit=few)

    async def test_wrong_keys_are_limited_and_right_ones_go_on(
        self, app: Litestar, world: World
    ) -> None:
        right = await key_of(world, await world.person("buyer"), "read")
        async with connected(app) as socket:
            await accepted(socket)
            for wrong in ("nonsense", "sole_wrong"):
                assert kind(await socket.ask(op="authenticate", token=wrong)) == "invalid-token"
            for refusal in ("invalid-token", "rate-limited"):
                signed_in = await socket.ask(op="authenticate", token=token(right))
                assert signed_in["type"] == "authenticated"
                refused = await socket.ask(op="authenticate", token="sole_wrong")
                assert kind(refused) == refusal
        async with connected(app, {"Authorization": "Bearer sole_wrong"}) as another:
            await accepted(another)
            assert kind(await another.hear()) == "rate-limited"


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
