"""Orders answered per second over HTTP, compared with a bare handler of the same framework.

    uv run nox -s bench -- http [--seconds 60] [--connections 64] [--rounds 3]

The bare handler decodes and answers the same typed bodies and verifies a token with PyJWT, but
stores nothing. Both run in turn on the same server, and a separate process sends the requests. In
`rests` nothing matches. In `trades` a third of the orders would match. Refusals with 503 and
Retry-After count as answered, and are also reported separately. The rules are the default ones.
`most seconds behind` is the greatest age of an order without an attempt to charge it, to compare
with `max_backlog`.
"""

import argparse
import asyncio
import json
import random
import signal
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import cycle
from typing import Any
from urllib.parse import urlsplit

import uvloop

from solebook.ports.language.rules import MarketRules

from .in_turn import ROOT, Figures, Measurement, in_turn, ratio

CREATED, UNAVAILABLE = 201, 503


@dataclass(slots=True)
class Answers:
    """The collected answers: statuses and response times."""

    statuses: Counter[int] = field(default_factory=Counter)
    without_retry_after: int = 0
    seconds: list[float] = field(default_factory=list)


def requests(told: dict[str, Any], dice: random.Random, *, trades: bool) -> Iterator[bytes]:
    """Yield an endless sequence of requests, by each trader in turn."""
    buyers, bidders, sellers = cycle(told["buyers"]), cycle(told["buyers"]), cycle(told["sellers"])
    for size in cycle(told["sizes"]):
        if trades:
            yield _request(told, "asks", next(sellers), size, 20_000)
            yield _request(told, "bids", next(bidders), size, dice.randrange(50, 100) * 100)
            yield _request(told, "bids", next(buyers), size, 20_000)
        else:
            yield _request(told, "asks", next(sellers), size, dice.randrange(200, 900) * 100)


def _request(told: dict[str, Any], path: str, token: str, size: str, amount: int) -> bytes:
    quote = {"product_id": told["product"], "size": size, "amount": amount}
    body = json.dumps(quote).encode()
    head = (
        f"POST /v1/{path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\n"
        f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def send(
    told: dict[str, Any], sent: Iterator[bytes], *, connections: int, seconds: float
) -> Answers:
    """Send requests for a time over several connections, each after the previous answer."""
    answers = Answers()
    until = time.perf_counter() + seconds
    url = urlsplit(told["url"])

    async def keep_asking() -> None:
        reader, writer = await asyncio.open_connection(url.hostname, url.port)
        while (begun := time.perf_counter()) < until:
            writer.write(next(sent))
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0])
            await reader.readexactly(length)
            status = int(head[9:12])
            answers.statuses[status] += 1
            answers.seconds.append(time.perf_counter() - begun)
            if status == UNAVAILABLE and b"retry-after:" not in head.lower():
                answers.without_retry_after += 1
        writer.close()

    await asyncio.gather(*(keep_asking() for _ in range(connections)))
    return answers


@contextmanager
def serving(name: str) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Run a server. Yield its first report, and a dict that is filled when it stops."""
    command = [sys.executable, "-m", "benchmarks.http_server", name]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        last: dict[str, Any] = {}
        try:
            yield json.loads(server.stdout.readline()), last
        finally:
            server.send_signal(signal.SIGINT)
            for line in server.stdout:
                last |= json.loads(line)


def measure(name: str, *, trades: bool, seconds: float, connections: int) -> Figures:
    """Return how a server answers and its processor time an answer; also what became of orders."""
    with serving(name) as (told, last):
        sent = requests(told, random.Random(7), trades=trades)
        begun = time.perf_counter()
        answers = uvloop.run(send(told, sent, connections=connections, seconds=seconds))
        taken = time.perf_counter() - begun
    unexpected = answers.statuses.keys() - {CREATED, UNAVAILABLE}
    assert not unexpected, answers.statuses
    assert not answers.without_retry_after, "503 without Retry-After"
    figures = {
        "answered_per_second": answers.statuses.total() / taken,
        "placed_per_second": answers.statuses[CREATED] / taken,
        "refused_per_second": answers.statuses[UNAVAILABLE] / taken,
        "p50_ms": percentile(answers.seconds, 50),
        "p99_ms": percentile(answers.seconds, 99),
        "cpu_ms": last["busy"] / answers.statuses.total() * 1_000,
    }
    if "confirmed" in last:
        figures["confirmed_per_second"] = last["confirmed"] / taken
        figures["most_seconds_behind"] = last["behind"]
    return figures


def percentile(seconds: Sequence[float], which: int) -> float:
    return statistics.quantiles(seconds, n=100)[which - 1] * 1_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    how = {"seconds": options.seconds, "connections": options.connections}
    measurements: dict[str, Measurement] = {
        "bare": partial(measure, "bare", trades=False, **how),
        "rests": partial(measure, "solebook", trades=False, **how),
        "trades": partial(measure, "solebook", trades=True, **how),
    }
    print(f"max_backlog: {MarketRules().max_backlog.total_seconds():g} seconds")
    medians = in_turn(measurements, options.rounds)
    for name in ("rests", "trades"):
        for figure in ("answered_per_second", "p99_ms", "cpu_ms"):
            words = figure.replace("_", " ")
            ratio(
                f"{name}: {words}, to the bare handler's",
                medians[name][figure],
                medians["bare"][figure],
            )


if __name__ == "__main__":
    main()
