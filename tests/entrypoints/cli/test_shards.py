"""Two processes with engines share the books of an exchange, which is divided into four shards."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from solebook.ports.language.ids import ProductId
from solebook.ports.language.market import BookKey, Size, shard_of

from ...nats_server import NatsServer
from .processes import Processes, Running, wait_until

SHARDS = 4
SIZES = tuple(f"{size}{half}" for size in range(4, 16) for half in ("", ".5"))
SOON = 15.0
"""Seconds for what takes at most five on a quiet machine."""
_OWNER = re.compile(r"owner of ([0-9, ]+) of 4 shards")


@pytest.fixture
def processes(tmp_path: Path, postgres_url: str, nats_server: NatsServer) -> Iterator[Processes]:
    processes = Processes(tmp_path, postgres_url)
    processes.over_nats(
        nats_server,
        SOLEBOOK_NATS__CONNECT_TIMEOUT="PT60S",
        SOLEBOOK_STORE__CONNECT_TIMEOUT="PT60S",
    )
    yield processes
    processes.close()


def reshard(processes: Processes, shards: int) -> None:
    done = processes.run("admin", "reshard", str(shards), "--reason", "a test")
    assert done.returncode == 0, done.stderr


def owned(engine: Running) -> set[int]:
    """Return the shards that a process owns as its health check says."""
    found = _OWNER.fullmatch(engine.readiness()[1]["lease of matching"])
    return set(map(int, found[1].split(", "))) if found else set()


@dataclass
class Exchange:
    """An exchange whose HTTP process has no engine, and what is traded there."""

    processes: Processes
    http: Running
    engines: list[Running]
    buyer: str
    seller: str
    product: str

    @property
    def sizes(self) -> list[str]:
        """A size of the product in each shard."""
        return [size for _, size in sorted(sizes_of_shards(self.product).items())]

    def quote(self, size: str, amount: int = 20_000) -> dict[str, Any]:
        return {"json": {"product_id": self.product, "size": size, "amount": amount}}

    def book(self, size: str) -> Any:
        return self.http.ok("GET", f"/v1/products/{self.product}/book?size={size}")

    def verify(self) -> None:
        verified = self.processes.run("admin", "verify")
        assert verified.returncode == 0, verified.stdout


def sizes_of_shards(product: str) -> dict[int, str]:
    """Return a size of a product for each shard in which it has a book."""
    books = {size: BookKey(ProductId(UUID(product)), Size(size)) for size in SIZES}
    return {shard_of(book, SHARDS): size for size, book in books.items()}


def engine(processes: Processes) -> Running:
    return processes.start("worker", "matching", "--health-port", "0")


def exchange_of(processes: Processes) -> Exchange:
    """Start two engines, a process with HTTP and one for the rest, and let people join."""
    engines = [engine(processes) for _ in range(2)]
    http = processes.serve("--roles", "http")
    processes.start(
        "worker", "relay", "trade", "deadlines", "letters", "search", "charts", "webhooks"
    )
    for role in (("admin", "--register"), ("authenticator",)):
        assert processes.run("admin", "grant", "admin@example.com", *role).returncode == 0
    http.wait_until_ready()
    staff = http.sign_in("admin")
    buyer, seller = http.register("buyer"), http.register("seller")
    product = http.add_product(staff, *SIZES)
    while len(sizes_of_shards(product)) < SHARDS:
        product = http.add_product(staff, *SIZES)
    return Exchange(processes, http, engines, buyer, seller, product)


def test_two_processes_share_four_shards_and_one_takes_those_of_a_killed_one(
    processes: Processes,
) -> None:
    reshard(processes, SHARDS)
    exchange = exchange_of(processes)
    first, second = exchange.engines
    wait_until(lambda: (len(owned(first)), len(owned(second))) == (2, 2))
    assert owned(first) | owned(second) == set(range(SHARDS))
    http, sizes = exchange.http, exchange.sizes
    asks = [
        http.repeat_until_answered("POST", "/v1/asks", exchange.seller, **exchange.quote(size))[0]
        for size in sizes
    ]
    seqs = {size: exchange.book(size)["seq"] for size in sizes}
    lost = owned(first)

    first.kill()
    bids, seconds = {}, {}
    for shard in lost:
        bids[shard], seconds[shard] = http.repeat_until_answered(
            "POST", "/v1/bids", exchange.buyer, **exchange.quote(sizes[shard])
        )
    print(f"the shards of the killed process answered after {max(seconds.values()):.1f} s")
    assert max(seconds.values()) < SOON
    assert all(bid["match"] for bid in bids.values())
    wait_until(lambda: owned(second) == set(range(SHARDS)))
    for shard in owned(second) - lost:
        http.ok("POST", "/v1/bids", exchange.buyer, **exchange.quote(sizes[shard]))
    listed = http.ok("GET", "/v1/asks?limit=100", exchange.seller)["items"]
    assert {ask["id"]: ask["status"] for ask in listed} == {
        ask["ask"]["id"]: "matched" for ask in asks
    }
    assert all(exchange.book(size)["seq"] > seqs[size] for size in sizes)
    exchange.verify()

    third = engine(processes)
    wait_until(lambda: (len(owned(second)), len(owned(third))) == (2, 2))


def test_the_numbers_of_books_keep_rising_over_other_numbers_of_shards(
    processes: Processes, full: bool
) -> None:
    exchange = exchange_of(processes)
    sizes = exchange.sizes
    seqs = dict.fromkeys(sizes, 0)

    for shards in (4, 2) if full else (4,):
        for size in sizes:
            exchange.http.repeat_until_answered(
                "POST", "/v1/asks", exchange.seller, **exchange.quote(size)
            )
            seq = exchange.book(size)["seq"]
            assert seq > seqs[size]
            seqs[size] = seq
        refused = processes.run("admin", "reshard", str(shards), "--reason", "a test")
        assert (refused.returncode, "the exchange is running" in refused.stderr) == (1, True)
        for running in (*exchange.engines, exchange.http):
            assert running.end()[0] == 0
        reshard(processes, shards)
        exchange.http = processes.serve("--roles", "http")
        exchange.engines = [engine(processes) for _ in range(2)]
        for size in sizes:
            assert exchange.book(size)["seq"] >= seqs[size]
    for size in sizes:
        bid, _ = exchange.http.repeat_until_answered(
            "POST", "/v1/bids", exchange.buyer, **exchange.quote(size)
        )
        assert bid["match"] is not None
        assert exchange.book(size)["seq"] > seqs[size]
    exchange.verify()


def test_several_shards_need_a_network(processes: Processes) -> None:
    alone = {"SOLEBOOK_NATS__URL": ""}
    refused = processes.run("admin", "reshard", "4", "--reason", "a test", **alone)
    assert (refused.returncode, "4 shards need NATS" in refused.stderr) == (1, True)
    reshard(processes, 4)
    for command in (("serve", "--port", "0"), ("worker", "matching")):
        refused = processes.run(*command, **alone)
        assert (refused.returncode, "4 shards need NATS" in refused.stderr) == (1, True)
    done = processes.run("admin", "reshard", "1", "--reason", "a test", **alone)
    assert "the books were in 4 shards and are in 1 shard now" in done.stdout
