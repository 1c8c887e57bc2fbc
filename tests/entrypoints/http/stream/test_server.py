"""The live stream over a real network: what only a server and a client in earnest show."""

import asyncio
import json
import socket as sockets
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any
from uuid import UUID

import pytest
import websockets
from websockets.asyncio.client import ClientConnection

from solebook.entrypoints.http import server, websocket
from solebook.entrypoints.http.edge.problems import PROBLEM_JSON
from solebook.entrypoints.http.server import running_server
from solebook.ports.language.ids import ProductId
from solebook.ports.language.market import BookKey, BookView, PriceLevel, parse_size

from ..world import Person, World

SOON = 60.0
"""Seconds of real time after which something hangs."""


@pytest.fixture
async def url(market: World) -> AsyncIterator[str]:
    async with running_server(market.app, "127.0.0.1", 0) as url:
        yield f"ws{url.removeprefix('http')}/v1/stream"


async def hear(client: ClientConnection) -> Any:
    async with asyncio.timeout(SOON):
        return json.loads(await client.recv())


def subscribe(market: World) -> str:
    book = {"channel": "book", "product_id": market.product_id, "size": "10.5"}
    return json.dumps({"op": "subscribe", **book})


async def test_a_book_and_an_order_are_followed(
    market: World, url: str, buyer: Person, seller: Person
) -> None:
    async with websockets.connect(url, additional_headers=buyer.headers) as client:
        assert (await hear(client))["user_id"] == buyer.id
        await client.send(subscribe(market))
        assert (await hear(client))["seq"] == 0
        await market.bid(buyer, 10_000)
        assert (await hear(client))["bids"] == [{"price": 10_000, "quantity": 1}]
        await client.send('{"op": "subscribe", "channel": "orders"}')
        assert (await hear(client))["type"] == "subscribed"
        order_id = await market.order(buyer, seller)
        news = await hear(client)
        while news["type"] != "order":
            news = await hear(client)
        assert news["order"]["id"] == order_id
    assert client.close_code == 1000


async def test_the_server_stops_although_clients_listen(market: World) -> None:
    async with running_server(market.app, "127.0.0.1", 0) as url:
        client = await websockets.connect(f"ws{url.removeprefix('http')}/v1/stream")
        await client.send(subscribe(market))
        await hear(client)
    async with asyncio.timeout(SOON):
        await client.wait_closed()
    assert client.close_code == 1012


@pytest.mark.parametrize("size", [9_000, 70_000])
async def test_a_message_too_large_closes_the_connection(url: str, size: int) -> None:
    async with websockets.connect(url) as client:
        await client.send(" " * size)
        async with asyncio.timeout(SOON):
            await client.wait_closed()
        assert client.close_code == 1009


@pytest.mark.parametrize("kind", ["pings", "pongs", "parts of a message"])
async def test_too_many_frames_close_the_connection(url: str, kind: str) -> None:
    async with websockets.connect(url) as client, asyncio.timeout(SOON):
        with suppress(websockets.ConnectionClosed):
            if kind == "parts of a message":
                await client.send([""] * 3_000)
            for _ in range(3_000):
                await (client.ping() if kind == "pings" else client.pong())
        await client.wait_closed()
        assert client.close_code == 1008


async def test_who_sends_pings_and_does_not_read_the_answers_is_cut_off(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with websockets.connect(url) as client, asyncio.timeout(SOON):
        monkeypatch.setattr(websocket, "_MOST_UNREAD", -1)  # as if something was unread
        await client.ping()
        await client.wait_closed()
        assert client.close_code == 1006


async def test_nothing_is_compressed_that_could_be_a_bomb(url: str) -> None:
    async with websockets.connect(url, compression="deflate") as client:
        assert client.protocol.extensions == []


async def test_a_page_of_a_strange_origin_gets_no_connection(url: str) -> None:
    with pytest.raises(websockets.InvalidStatus) as refused:
        await websockets.connect(url, origin=websockets.Origin("https://evil.test"))
    assert refused.value.response.status_code == 403


async def test_the_path_takes_nothing_but_a_handshake(market: World) -> None:
    answer = await market.get("/v1/stream")
    assert (answer.status_code, answer.headers["content-type"]) == (405, PROBLEM_JSON)


@pytest.mark.journey
@pytest.mark.skipif(
    not hasattr(sockets, "TCP_USER_TIMEOUT"), reason="this system's TCP has no user timeout"
)
async def test_who_reads_nothing_is_cut_off(market: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the kernel: nobody can tell it why, for it would not read that either."""
    monkeypatch.setattr(server, "_UNREAD", 1)
    key = BookKey(ProductId(UUID(market.product_id)), parse_size("10.5"))
    long = tuple(PriceLevel(price, 1) for price in range(60_000, 0, -1))
    await market.application.adapters.book_views.publish(BookView(key, 1, long))
    loop = asyncio.get_running_loop()
    async with running_server(market.app, "127.0.0.1", 0) as url:
        with sockets.socket() as client:
            client.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 4_096)
            client.setblocking(False)
            host, _, port = url.removeprefix("http://").partition(":")
            await loop.sock_connect(client, (host, int(port)))
            await loop.sock_sendall(client, _handshake(host))
            assert (await loop.sock_recv(client, 1_000)).startswith(b"HTTP/1.1 101")
            await loop.sock_sendall(client, _frame(subscribe(market)))
            with pytest.raises(ConnectionError):
                await _talk_without_listening(client)


async def _talk_without_listening(client: sockets.socket) -> None:
    async with asyncio.timeout(SOON):
        while True:
            await asyncio.sleep(0.05)
            await asyncio.get_running_loop().sock_sendall(client, _frame('{"op": "ping"}'))


def _frame(text: str) -> bytes:
    """Return a text frame whose mask changes nothing."""
    payload = text.encode()
    assert len(payload) < 65_536
    return b"\x81\xfe" + len(payload).to_bytes(2) + bytes(4) + payload


def _handshake(host: str) -> bytes:
    lines = [
        "GET /v1/stream HTTP/1.1",
        f"Host: {host}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version: 13",
        "",
        "",
    ]
    return "\r\n".join(lines).encode()
