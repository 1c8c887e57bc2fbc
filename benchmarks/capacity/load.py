"""Orders that arrive when they are due, whether or not earlier ones were answered."""

import asyncio
import json
import random
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count, cycle
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

PLACED, REFUSED = 201, (429, 503)
PATIENCE = 20.0
"""Seconds after which an answer counts as missing."""
_MOST_UNDER_WAY = 4_000
_MOST_IDLE = 200


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    """0 if nothing came."""
    seconds: float
    """From the instant at which the request was due."""
    retry_after: bool = False
    body: bytes = b""


@dataclass(slots=True)
class Answers:
    """What came back of a load."""

    all: list[Answer] = field(default_factory=list)

    def statuses(self) -> Counter[int]:
        return Counter(answer.status for answer in self.all)

    def of(self, *statuses: int) -> list[Answer]:
        return [answer for answer in self.all if answer.status in statuses]


def percentile(seconds: Sequence[float], which: float) -> float:
    """Return a percentile, and 0 of nothing."""
    ordered = sorted(seconds)
    return ordered[min(len(ordered) - 1, int(len(ordered) * which / 100))] if ordered else 0.0


class Client:
    """Sends requests to servers in turn, over connections that are kept."""

    def __init__(self, urls: Sequence[str]) -> None:
        self._urls = cycle([(parts.hostname, parts.port) for parts in map(urlsplit, urls)])
        self._addresses = cycle(range(2, 42))
        self._idle: dict[Any, list[tuple[asyncio.StreamReader, asyncio.StreamWriter]]] = {}

    async def ask(self, request: bytes, *, due: float | None = None) -> Answer:
        """Send a request, and return what comes back within the patience."""
        begun = time.perf_counter() if due is None else due
        try:
            async with asyncio.timeout(PATIENCE), self._connection() as (reader, writer):
                writer.write(request)
                head = await reader.readuntil(b"\r\n\r\n")
                lowered = head.lower()
                length = lowered.partition(b"content-length:")[2].split(b"\r\n", 1)[0]
                body = await reader.readexactly(int(length or 0))
                if b"connection: close" in lowered:
                    writer.close()
        except (OSError, EOFError, TimeoutError, asyncio.LimitOverrunError):
            return Answer(0, time.perf_counter() - begun)
        seconds = time.perf_counter() - begun
        return Answer(int(head[9:12]), seconds, b"retry-after:" in lowered, body)

    @asynccontextmanager
    async def _connection(
        self,
    ) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        where = next(self._urls)
        idle = self._idle.setdefault(where, [])
        while idle and (idle[-1][1].is_closing() or idle[-1][0].at_eof()):
            idle.pop()
        if idle:
            reader, writer = idle.pop()
        else:
            # Each address may have 256 connections to a process.
            local = f"127.0.0.{next(self._addresses)}" if sys.platform == "linux" else "127.0.0.1"
            reader, writer = await asyncio.open_connection(*where, local_addr=(local, 0))
        try:
            yield reader, writer
        except BaseException:
            writer.close()
            raise
        if len(idle) < _MOST_IDLE and not writer.is_closing():
            idle.append((reader, writer))
        else:
            writer.close()

    def close(self) -> None:
        for connections in self._idle.values():
            for _, writer in connections:
                writer.close()


async def arrive(
    client: Client,
    requests: Iterator[bytes],
    *,
    per_second: float,
    seconds: float,
    dice: random.Random,
    told: Callable[[Answer], None] | None = None,
) -> Answers:
    """Send requests at random instants, so many a second on average, and wait for all answers."""
    answers, under_way = Answers(), set[asyncio.Task[None]]()

    async def one(request: bytes, due: float) -> None:
        answer = await client.ask(request, due=due)
        answers.all.append(answer)
        if told is not None:
            told(answer)

    begun = due = time.perf_counter()
    while (due := due + dice.expovariate(per_second)) < begun + seconds:
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        if len(under_way) >= _MOST_UNDER_WAY:
            answers.all.append(Answer(0, 0.0))
            continue
        task = asyncio.create_task(one(next(requests), due))
        under_way.add(task)
        task.add_done_callback(under_way.discard)
    await asyncio.gather(*under_way)
    return answers


@dataclass(frozen=True, slots=True)
class Town:
    """Who trades what."""

    product: str
    sizes: Sequence[str]
    buyers: Sequence[str]
    """Their access tokens."""
    sellers: Sequence[str]


def orders(town: Town, dice: random.Random, *, trades: bool) -> Iterator[bytes]:
    """Yield bids and asks. With `trades`, every third order makes a trade."""
    buyers, bidders, sellers = cycle(town.buyers), cycle(town.buyers), cycle(town.sellers)
    for size in cycle(town.sizes):
        if trades:
            yield order(town, "asks", next(sellers), size, 20_000)
            yield order(town, "bids", next(bidders), size, dice.randrange(50, 100) * 100)
            yield order(town, "bids", next(buyers), size, 20_000)
        else:
            yield order(town, "asks", next(sellers), size, dice.randrange(300, 900) * 100)
            yield order(town, "bids", next(bidders), size, dice.randrange(50, 100) * 100)


def order(town: Town, path: str, token: str, size: str, amount: int) -> bytes:
    """Return a request with an idempotency key, as clients send it."""
    body = {"product_id": town.product, "size": size, "amount": amount}
    return request("POST", f"/v1/{path}", token, body, key=str(uuid4()))


def reads(town: Town) -> Iterator[bytes]:
    """Yield reads of books."""
    for number in count():
        size = town.sizes[number % len(town.sizes)]
        yield request("GET", f"/v1/products/{town.product}/book?size={size}")


def request(method: str, path: str, token: str = "", body: Any = None, *, key: str = "") -> bytes:
    sent = b"" if body is None else json.dumps(body).encode()
    lines = {"host": "localhost", "content-length": str(len(sent))}
    if sent:
        lines["content-type"] = "application/json"
    if token:
        lines["authorization"] = f"Bearer {token}"
    if key:
        lines["idempotency-key"] = key
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + sent
