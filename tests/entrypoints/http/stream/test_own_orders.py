"""The own orders on the live stream, and who is signed in to it."""

from datetime import timedelta
from uuid import UUID

import pytest
from litestar import Litestar

from solebook.config.stream import StreamSettings
from solebook.ports.language.errors import Unavailable
from solebook.ports.language.ids import OrderId, SessionId, UserId

from ....served import PASSWORD
from ..test_api_keys import key_of
from ..world import Person, World
from .sockets import Closed, Socket, accepted, connected
from .subscriptions import book, kind, token


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


async def test_a_program_follows_orders_with_an_api_key_until_it_is_revoked(
    market: World, socket: Socket, buyer: Person, seller: Person
) -> None:
    trader, reader = [await key_of(market, buyer, scope) for scope in ("trade", "read")]
    refused = await socket.ask(op="authenticate", token=token(trader))
    assert refused["problem"]["type"] == "/problems/forbidden"
    signed_in = await socket.ask(op="authenticate", token=token(reader))
    assert (signed_in["user_id"], signed_in["expires_at"]) == (buyer.id, None)
    await socket.ask(op="subscribe", channel="orders")
    await market.order(buyer, seller)
    assert (await socket.news())[-1]["order"]["status"] == "confirmed"
    await market.ok("DELETE", f"/v1/users/me/api-keys/{reader.id}", buyer)
    await market.order(buyer, seller)
    with pytest.raises(Closed) as closed:
        await socket.hear()
    assert closed.value.code == 4401


@pytest.mark.parametrize("with_key", [False, True])
async def test_a_connection_ends_soon_after_its_account_was_closed(
    market: World, socket: Socket, buyer: Person, with_key: bool
) -> None:
    whose = await key_of(market, buyer, "read") if with_key else buyer
    await socket.ask(op="authenticate", token=token(whose))
    await socket.ask(op="subscribe", channel="orders")
    await market.clock.advance(timedelta(minutes=1))
    assert await socket.news() == []  # it stays while the token is valid
    await market.ok("DELETE", "/v1/users/me", buyer, json={"password": PASSWORD})
    await market.clock.advance(timedelta(minutes=1))
    assert await socket.close_code() == 4401
