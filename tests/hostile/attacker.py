"""An attacker, in a process of its own: `python attacker.py ATTACK URL SECONDS JSON`.

It comes from one address and keeps to the limits: who is refused asks again when the answer says
so. It sends without waiting only what no limit counts. At the end it prints what it was answered.
"""

import asyncio
import itertools
import json
import random
import resource
import socket
import sys
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus, WebSocketException

ADDRESS = "127.0.0.2"
_PAUSE = 0.2
"""Seconds until a connection is tried again that was not accepted, or was closed."""
_MANY = 65_536


class Attacker:
    """Where an attack goes, how long it lasts, and what it was answered."""

    def __init__(self, url: str, seconds: float, facts: dict[str, Any]) -> None:
        parts = urlsplit(url)
        self.host, self.port = parts.hostname or "", parts.port or 80
        self.until = monotonic() + seconds
        self.facts = facts
        self.answers: Counter[str] = Counter()
        self.largest = 0
        """The size of the largest refusal in bytes."""

    @property
    def is_over(self) -> bool:
        return monotonic() >= self.until

    def request(self, method: str, target: str, body: bytes = b"") -> bytes:
        lines = [f"{method} {target} HTTP/1.1", f"host: {self.host}", "accept: */*"]
        if body:
            lines += ["content-type: application/json", f"content-length: {len(body)}"]
        return "\r\n".join([*lines, "", ""]).encode() + body

    async def ask(self, requests: Iterator[bytes], connections: int, *, heeds: bool = True) -> None:
        """Ask on so many connections, each of which waits for its answers, and heeds when it is
        told to ask again.
        """
        await asyncio.gather(*(self._ask_on_one(requests, heeds) for _ in range(connections)))

    async def _ask_on_one(self, requests: Iterator[bytes], heeds: bool) -> None:
        while not self.is_over:
            try:
                reader, writer = await self.opened()
            except OSError:
                self.answers["not connected"] += 1
                await asyncio.sleep(_PAUSE)
                continue
            with suppress(OSError, asyncio.IncompleteReadError, ValueError):
                while not self.is_over:
                    writer.write(next(requests))
                    wait = await self._answer(reader)
                    await asyncio.sleep(wait if heeds else 0)
            writer.close()
            await asyncio.sleep(_PAUSE)

    async def opened(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection(self.host, self.port, local_addr=(ADDRESS, 0))

    async def _answer(self, reader: asyncio.StreamReader) -> float:
        """Read an answer, and return how many seconds to wait."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        status, *lines = head.split("\r\n")
        headers = dict(line.lower().split(": ", 1) for line in lines if line)
        length = int(headers.get("content-length", "0"))
        await reader.readexactly(length)
        code = status.split()[1]
        self.answers[code] += 1
        if code >= "400":
            self.largest = max(self.largest, len(head) + length)
        return float(headers.get("retry-after", "0"))

    async def follow(self, subscription: str) -> None:
        """Subscribe to one book again and again on one connection, without waiting for answers.

        Three connections together send what the limits let through if each message is a request.
        """
        url = f"ws://{self.host}:{self.port}/v1/stream"
        while not self.is_over:
            with suppress(OSError, WebSocketException):
                async with connect(url, local_addr=(ADDRESS, 0), max_size=None) as stream:
                    reading = asyncio.create_task(self._read(stream))
                    try:
                        for number in itertools.count():
                            await stream.send(subscription)
                            await asyncio.sleep(0 if number < 130 else 3 / 200)
                    finally:
                        reading.cancel()
            await asyncio.sleep(_PAUSE)

    async def _read(self, stream: ClientConnection) -> None:
        async for answer in stream:
            refused = str(answer).startswith('{"type":"error"')
            self.answers["refused" if refused else "told"] += 1

    async def hold(self, begun: bytes) -> None:
        """Begin a request, and never finish it."""
        while not self.is_over:
            try:
                reader, writer = await self.opened()
                self.answers["opened"] += 1
                writer.write(begun)
                with suppress(TimeoutError):
                    await asyncio.wait_for(reader.read(), self.until - monotonic())
                writer.close()
            except OSError:
                self.answers["not connected"] += 1
            await asyncio.sleep(_PAUSE)

    async def pour(self, begun: bytes, more: bytes) -> None:
        """Begin, and send more of the same without an end, whatever is answered."""
        loop = asyncio.get_running_loop()
        while not self.is_over:
            with suppress(OSError), socket.socket() as pouring:
                await self._connect(pouring)
                await loop.sock_sendall(pouring, begun)
                while not self.is_over:
                    await loop.sock_sendall(pouring, more)
                    with suppress(BlockingIOError):
                        if not pouring.recv(_MANY):
                            break
            await asyncio.sleep(_PAUSE)

    async def ignore(self, request: bytes) -> None:
        """Ask again and again, and never read."""
        loop = asyncio.get_running_loop()
        while not self.is_over:
            with suppress(OSError), socket.socket() as unread:
                unread.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
                await self._connect(unread)
                while not self.is_over:
                    with suppress(TimeoutError):
                        await asyncio.wait_for(loop.sock_sendall(unread, request), 1)
                    await asyncio.sleep(1)
            await asyncio.sleep(_PAUSE)

    async def _connect(self, opened: socket.socket) -> None:
        opened.setblocking(False)
        opened.bind((ADDRESS, 0))
        await asyncio.get_running_loop().sock_connect(opened, (self.host, self.port))
        self.answers["opened"] += 1


# ---- the attacks -----------------------------------------------------------------------------


async def reference(attacker: Attacker) -> None:
    """Read the reference of the API on many connections."""
    await attacker.ask(itertools.repeat(attacker.request("GET", "/schema")), 400)


async def subscriptions(attacker: Attacker) -> None:
    """Subscribe again and again to a book of ten thousand levels."""
    book = {"product_id": attacker.facts["deep"], "size": attacker.facts["size"]}
    message = json.dumps({"op": "subscribe", "channel": "book", **book})
    await asyncio.gather(*(attacker.follow(message) for _ in range(3)))


async def handshakes(attacker: Attacker) -> None:
    """Connect to the stream again and again."""

    async def connect_again() -> None:
        url = f"ws://{attacker.host}:{attacker.port}/v1/stream"
        while not attacker.is_over:
            try:
                async with connect(url, local_addr=(ADDRESS, 0)) as stream:
                    await stream.send('{"op": "ping"}')
                    await stream.recv()
                    attacker.answers["told"] += 1
            except InvalidStatus as refused:
                attacker.answers[str(refused.response.status_code)] += 1
                await asyncio.sleep(1)
            except (OSError, WebSocketException):
                attacker.answers["closed"] += 1
                await asyncio.sleep(_PAUSE)

    await asyncio.gather(*(connect_again() for _ in range(40)))


async def searches(attacker: Attacker) -> None:
    """Search for ever new words, many of which are misspelt, on many connections."""
    dice = random.Random(1)

    def requests() -> Iterator[bytes]:
        while True:
            word = "".join(dice.choices("abcdefghijklmnorstuy", k=dice.randint(1, 6)))
            yield attacker.request("GET", f"/v1/search?q={word}&limit=100&sort=price_asc")

    await attacker.ask(requests(), 1_500)


async def nowhere(attacker: Attacker) -> None:
    """Ask for paths that do not exist."""
    targets = (attacker.request("GET", f"/nowhere/{number}") for number in itertools.count())
    await attacker.ask(targets, 200)


async def flood(attacker: Attacker) -> None:
    """Ask without heeding any refusal."""
    request = attacker.request("GET", "/v1/rules")
    await attacker.ask(itertools.repeat(request), 256, heeds=False)


async def readiness(attacker: Attacker) -> None:
    """Ask whether the process is ready."""
    await attacker.ask(itertools.repeat(attacker.request("GET", "/health/ready")), 200)


async def parameters(attacker: Attacker) -> None:
    """Send 56 kB of query parameters that do not exist, and what is just not too long."""
    query = "&".join(f"u{number}=1" for number in range(7_000))
    targets = [f"/v1/search?{query[:length]}" for length in (56_000, 8_000)]
    requests = [attacker.request("GET", target) for target in targets]
    await attacker.ask(itertools.cycle(requests), 50)


async def halves(attacker: Attacker) -> None:
    """Open many connections, and send half a request on each."""
    begun = (
        b"GET /v1/products HTTP/1.1\r\nhost: a\r\n",
        b"POST /v1/sessions HTTP/1.1\r\nhost: a\r\ncontent-length: 9\r\n\r\n{",
        b"",
    )
    await asyncio.gather(*(attacker.hold(begun[number % 3]) for number in range(1_100)))


async def bodies(attacker: Attacker) -> None:
    """Send almost all of a large body on each of many connections."""
    begun = attacker.request("POST", "/v1/sessions", bytes(1_000_000))[:-1]
    await asyncio.gather(*(attacker.hold(begun) for _ in range(100)))


async def pieces(attacker: Attacker) -> None:
    """Send requests that are cheap to send and dear to read, as fast as they are taken."""
    head = b"POST /nowhere HTTP/1.1\r\nhost: a\r\n"
    kinds = (
        (head, b"a:b\r\n" * 10_000),
        (head + b"transfer-encoding: chunked\r\n\r\n", b"1\r\nx\r\n" * 10_000),
        (head + b"transfer-encoding: chunked\r\n\r\n0\r\n", b"a:b\r\n" * 10_000),
        (b"", attacker.request("GET", "/nowhere") * 1_000),
    )
    await asyncio.gather(*(attacker.pour(*kinds[number % 4]) for number in range(40)))


async def frames(attacker: Attacker) -> None:
    """Send pings and parts of a message to the stream, as fast as they are taken."""
    part, ping = b"\x00\x80" + bytes(4), b"\x89\x80" + bytes(4)
    lines = (
        f"GET /v1/stream HTTP/1.1\r\nhost: {attacker.host}\r\nconnection: upgrade",
        "upgrade: websocket\r\nsec-websocket-version: 13",
        "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
    )
    begun = "\r\n".join(lines).encode()
    kinds = [(begun, ping * 10_000), (begun + b"\x01\x80" + bytes(4), part * 10_000)]
    await asyncio.gather(*(attacker.pour(*kinds[number % 2]) for number in range(20)))


async def unread(attacker: Attacker) -> None:
    """Ask for large answers on many connections, and read none of them."""
    large = attacker.request("GET", "/schema"), attacker.request("GET", "/v1/products?limit=100")
    await asyncio.gather(*(attacker.ignore(large[number % 2]) for number in range(1_000)))


async def garbage(attacker: Attacker) -> None:
    """Send what is no request, each time on a new connection."""
    await attacker.ask(itertools.repeat(b"\x00\x01\x02\r\n\r\n"), 100)


async def accounts(attacker: Attacker) -> None:
    """Register with ever new emails, forget somebody's password, and guess API keys."""
    person = {"password": "a password", "first_name": "A", "last_name": "Stranger"}

    def registrations() -> Iterator[bytes]:
        for number in itertools.count():
            body = json.dumps(person | {"email": f"{number}@example.com"}).encode()
            yield attacker.request("POST", "/v1/users", body)

    forgotten = json.dumps({"email": attacker.facts["victim"]}).encode()
    reset = attacker.request("POST", "/v1/password-resets", forgotten)
    head = attacker.request("GET", "/v1/bids").removesuffix(b"\r\n")
    guess = head + b"authorization: Bearer sole_" + b"a" * 76 + b"\r\n\r\n"
    await asyncio.gather(
        attacker.ask(registrations(), 40),
        attacker.ask(itertools.repeat(reset), 40),
        attacker.ask(itertools.repeat(guess), 40),
    )


async def passwords(attacker: Attacker) -> None:
    """Guess the password of one user."""
    credentials = {"email": attacker.facts["victim"], "password": "a wrong password"}
    body = json.dumps(credentials).encode()
    await attacker.ask(itertools.repeat(attacker.request("POST", "/v1/sessions", body)), 50)


ATTACKS: dict[str, Callable[[Attacker], Awaitable[None]]] = {
    attack.__name__: attack
    for attack in (
        reference,
        subscriptions,
        handshakes,
        searches,
        nowhere,
        flood,
        readiness,
        parameters,
        halves,
        bodies,
        pieces,
        frames,
        unread,
        garbage,
        passwords,
        accounts,  # after them, because both use up what the address may try
    )
}


async def run(attack: str, url: str, seconds: float, facts: dict[str, Any]) -> None:
    attacker = Attacker(url, seconds, facts)
    print("begins", flush=True)
    # Whoever still waits at the end goes home.
    with suppress(TimeoutError):
        await asyncio.wait_for(ATTACKS[attack](attacker), seconds + _PAUSE)
    print(json.dumps({"answers": attacker.answers, "largest": attacker.largest}), flush=True)


if __name__ == "__main__":
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    asyncio.run(run(sys.argv[1], sys.argv[2], float(sys.argv[3]), json.loads(sys.argv[4])))
