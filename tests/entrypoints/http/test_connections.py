"""How many connections there may be, and which are closed first."""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from ipaddress import ip_network

import pytest

from solebook.composition.application import Application
from solebook.config.http import HttpSettings
from solebook.entrypoints.http.app import create_app
from solebook.entrypoints.http.connections import (
    ConnectionLimits,
    Connections,
    connection_limits,
)
from solebook.entrypoints.http.server import reserved_address, serving


@dataclass(eq=False)
class _Client:
    address: str
    is_closed: bool = False
    client: tuple[str, int] | None = field(init=False)

    def __post_init__(self) -> None:
        self.client = self.address, 1

    def close(self) -> None:
        self.is_closed = True


def test_an_address_has_so_many_connections_and_another_one_has_its_own() -> None:
    connections = Connections(ConnectionLimits(total=9, per_address=2))
    busy = [_Client("203.0.113.1") for _ in range(2)]
    for one in busy:
        assert connections.admit(one, now=0)
        connections.works(one)
    assert not connections.admit(_Client("203.0.113.1"), now=9)
    assert connections.admit(_Client("203.0.113.2"), now=9)
    connections.leave(busy[0])
    assert connections.admit(_Client("203.0.113.1"), now=9)


def test_what_has_been_idle_for_longest_makes_room() -> None:
    connections = Connections(ConnectionLimits(total=2, per_address=2))
    older, newer = _Client("203.0.113.1"), _Client("203.0.113.1")
    for number, one in enumerate((older, newer)):
        assert connections.admit(one, now=number)
    connections.works(older)
    connections.rests(older, now=2)
    assert connections.admit(_Client("203.0.113.2"), now=9)
    assert (older.is_closed, newer.is_closed) == (False, True)
    assert not connections.admit(_Client("203.0.113.2"), now=2.5), "it may be about to ask"
    connections.leave(newer)  # it hears that it was closed
    assert len(connections) == 2


def test_a_trusted_proxy_is_many_clients() -> None:
    limits = ConnectionLimits(total=3, per_address=1, proxies=[ip_network("10.0.0.0/8")])
    connections = Connections(limits)
    admitted = [connections.admit(_Client("10.0.0.1"), now=0) for _ in range(4)]
    assert admitted == [True, True, True, False]


def test_an_address_has_room_for_so_many_bytes_of_bodies() -> None:
    limits = ConnectionLimits(total=9, per_address=9, bodies_per_address=100)
    connections = Connections(limits)
    one, other, stranger = (_Client(f"203.0.113.{number}") for number in (1, 1, 2))
    for client in (one, other, stranger):
        assert connections.admit(client, now=0)
    assert connections.hold(one, 60)
    assert connections.hold(other, 40)
    assert connections.hold(stranger, 100)
    assert not connections.hold(other, 1)
    connections.let_go(one)
    assert connections.hold(other, 59)
    connections.leave(other)
    assert connections.hold(one, 100)


def test_limits_are_below_what_the_process_may_open() -> None:
    default = HttpSettings()
    few, many = connection_limits(default, 1_024), connection_limits(default, 1_000_000)
    assert (few.total, few.per_address) == (768, 256)
    assert (many.total, many.per_address) == (10_000, 256)
    assert connection_limits(default, 64).per_address == 16
    hasty = HttpSettings(head_timeout=timedelta(seconds=2), request_timeout=timedelta(seconds=3))
    limits = connection_limits(hasty, 1_024)
    assert (limits.head_timeout, limits.request_timeout) == (2.0, 3.0)
    assert connection_limits(HttpSettings(connections=768), 1_024).total == 768
    for settings in (HttpSettings(connections=769), HttpSettings(connections_per_address=769)):
        with pytest.raises(ValueError, match="is 769, but this process may open 1024 files"):
            connection_limits(settings, 1_024)


async def test_a_connection_too_many_is_answered_503_until_another_one_ends(
    application: Application,
) -> None:
    app = create_app(application)
    limits = ConnectionLimits(total=9, per_address=1)
    with reserved_address("127.0.0.1", 0) as address:
        async with serving(app, address, limits=limits) as url, asyncio.timeout(60):
            port = int(url.rpartition(":")[2])
            reader, half = await asyncio.open_connection("127.0.0.1", port)
            half.write(b"GET /health/live HTTP/1.1\r\n")
            answer = b""
            while not answer.startswith(b"HTTP/1.1 503"):  # once the first has begun to ask
                other, writer = await asyncio.open_connection("127.0.0.1", port)
                answer = await other.read()
                writer.close()
            assert b"\r\nretry-after: 1\r\n" in answer
            half.write(b"host: a\r\nconnection: close\r\n\r\n")
            assert (await reader.read()).startswith(b"HTTP/1.1 200")
            half.close()
            other, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"GET /health/live HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n")
            assert (await other.read()).startswith(b"HTTP/1.1 200")
            writer.close()
