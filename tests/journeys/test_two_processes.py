"""Two `solebook serve` on PostgreSQL and Redis: clients of the one follow books of the other."""

import asyncio
import json
import random
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
import websockets

from solebook.adapters.embedded import tokens

from ..served import ADDRESS
from ..valkey_server import ValkeyServer
from .test_serve import PATIENCE, PRODUCT, Server, serving, solebook

pytestmark = pytest.mark.journey

SIZE = "9"


@dataclass
class Copy:
    """A book as a client makes it from the stream, as docs/how-to/follow-a-book.md says."""

    seq: int = -1
    sides: dict[str, dict[int, int]] = field(default_factory=dict)
    states: dict[int, Any] = field(default_factory=dict)
    """What it was at each number."""

    def take(self, message: Mapping[str, Any]) -> None:
        assert message["seq"] >= self.seq, "numbers go back"
        if message["type"] == "snapshot":
            self.sides = {
                side: {level["price"]: level["quantity"] for level in message[f"{side}s"]}
                for side in ("bid", "ask")
            }
        else:
            assert message["first_seq"] == self.seq + 1
            for level in message["levels"]:
                side = self.sides[level["side"]]
                side[level["price"]] = level["quantity"]
                if not level["quantity"]:
                    del side[level["price"]]
        self.seq = message["seq"]
        self.states[self.seq] = self.levels

    @property
    def levels(self) -> Any:
        return tuple(tuple(sorted(self.sides[side].items())) for side in ("bid", "ask"))


@dataclass
class Exchange:
    """A process with the engine, and a candidate."""

    engine: Server
    candidate: Server
    trader: str
    product_id: str
    read: dict[int, Any] = field(default_factory=dict)
    """What `GET /book` said at the candidate, by number, while nothing failed."""
    last: int = 0
    """The last number that it said."""

    def trade(self, chance: random.Random) -> None:
        """Place a bid or an ask, or withdraw what was placed."""
        side, lowest = chance.choice([("bid", 180), ("ask", 201)])
        amount = 100 * chance.randint(lowest, lowest + 18)
        quote = {"product_id": self.product_id, "size": SIZE, "amount": amount}
        placed = self.ask("POST", f"/v1/{side}s", json=quote)
        if chance.random() < 0.8:
            self.ask("DELETE", f"/v1/{side}s/{placed[side]['id']}")

    def ask(self, method: str, path: str, **request: Any) -> Any:
        """Return the answer of the process with the engine, which may change on a busy machine."""
        give_up_at = time.monotonic() + PATIENCE
        servers = cycle((self.engine, self.candidate))
        while True:
            answer = next(servers).ask_for(method, path, self.trader, **request)
            if answer.status_code != HTTPStatus.SERVICE_UNAVAILABLE:
                assert answer.is_success, answer.text
                return answer.json()
            assert time.monotonic() < give_up_at

    def book(self, server: Server) -> tuple[int, Any]:
        """Return a book's number and levels."""
        book = server.ok("GET", f"/v1/products/{self.product_id}/book?size={SIZE}&depth=100")
        levels = (
            tuple(sorted((level["price"], level["quantity"]) for level in book[side]))
            for side in ("bids", "asks")
        )
        return book["seq"], tuple(levels)

    def look(self, *, is_calm: bool) -> None:
        """Note what the candidate says. Stored books have no number of their own."""
        seq, levels = self.book(self.candidate)
        assert all(levels), "it was never empty"
        assert seq >= self.last, "numbers go back"
        self.last = seq
        if is_calm:
            self.read[seq] = levels

    def storm(self, chance: random.Random, copy: Copy, *, is_calm: bool) -> int:
        """Trade, and return the number that the book has then.

        While nothing fails, every other trade waits until the candidate and the copy know it.
        """
        for turn in range(30):
            self.trade(chance)
            self.look(is_calm=is_calm)
            if is_calm and turn % 2:
                self.wait_for(copy)
        return self.book(self.engine)[0]

    def wait_for(self, copy: Copy) -> None:
        seq, _ = self.book(self.engine)
        give_up_at = time.monotonic() + PATIENCE
        while min(self.last, copy.seq) < seq:
            assert time.monotonic() < give_up_at
            self.look(is_calm=True)


@contextmanager
def exchange(folder: Path, settings: Mapping[str, str]) -> Iterator[Exchange]:
    migrated = solebook(folder, "migrate", settings=settings)
    assert migrated.returncode == 0, migrated.stderr
    grant = solebook(folder, "admin", "grant", "admin@example.com", "--register", settings=settings)
    assert grant.returncode == 0, grant.stderr
    with ExitStack() as stack:
        engine = stack.enter_context(serving(folder, settings=settings))
        give_up_at = time.monotonic() + PATIENCE
        while engine.http.get("/health/ready").status_code != 200:
            assert time.monotonic() < give_up_at
        candidate = stack.enter_context(serving(folder, settings=settings))
        product = engine.ok("POST", "/v1/products", engine.sign_in("admin"), json=PRODUCT)
        trader = engine.register("trader")
        engine.ok("PUT", "/v1/users/me/payment-method", trader, json={"token": tokens.CARD})
        engine.ok("PUT", "/v1/users/me/payout-account", trader, json={"account": tokens.ACCOUNT})
        engine.ok("POST", "/v1/users/me/addresses", trader, json=ADDRESS)
        for side, amount in (("bid", 17_000), ("ask", 23_000)):
            quote = {"product_id": product["id"], "size": SIZE, "amount": amount}
            engine.ok("POST", f"/v1/{side}s", trader, json=quote)
        yield Exchange(engine, candidate, trader, product["id"])


def unsubscribe_all(server: ValkeyServer) -> None:
    server.command("CLIENT", "KILL", "TYPE", "pubsub")


def empty(server: ValkeyServer) -> None:
    server.command("FLUSHALL")


def restart_empty(server: ValkeyServer) -> None:
    server.kill()
    server.start()


async def test_a_client_of_one_process_rebuilds_a_book_that_is_traded_in_the_other(
    postgres_url: str, own_valkey_server: ValkeyServer, tmp_path: Path
) -> None:
    settings = {
        "SOLEBOOK_STORE__URL": postgres_url,
        "SOLEBOOK_REDIS__URL": own_valkey_server.url,
        "SOLEBOOK_STREAM__INTERVAL": "0.005",
        "SOLEBOOK_HTTP__USER_LIMIT__BURST": "1000000",
        "SOLEBOOK_HTTP__ADDRESS_LIMIT__BURST": "1000000",
    }
    chance, copy = random.Random(3), Copy()
    with exchange(tmp_path, settings) as two:
        url = two.candidate.url.replace("http", "ws", 1)
        async with websockets.connect(f"{url}/v1/stream") as socket:
            follow = {"op": "subscribe", "channel": "book", "size": SIZE}
            await socket.send(json.dumps(follow | {"product_id": two.product_id}))
            for fault in (None, unsubscribe_all, empty, restart_empty, None):
                trading = asyncio.to_thread(two.storm, chance, copy, is_calm=fault is None)
                storm = asyncio.create_task(trading)
                if fault is not None:
                    await asyncio.sleep(0.2)
                    await asyncio.to_thread(fault, own_valkey_server)
                while not storm.done():
                    await take_next(socket, copy)
                async with asyncio.timeout(PATIENCE):
                    while copy.seq < storm.result():
                        await take_next(socket, copy)
                assert (copy.seq, copy.levels) == two.book(two.engine)
        both = copy.states.keys() & two.read.keys()
        same = {seq for seq in both if copy.states[seq] == two.read[seq]}
        assert len(same) > 20
        # If Redis was slow for a moment, the book was the stored one, which may be newer than its
        # number (see StoredBooks), but never older.
        for seq in both - same:
            assert two.read[seq] in [copy.states[later] for later in copy.states if later > seq]


async def take_next(socket: websockets.ClientConnection, copy: Copy) -> None:
    """Take the next message, if there is one soon."""
    try:
        async with asyncio.timeout(0.1):
            message = json.loads(await socket.recv())
    except TimeoutError:
        return
    if message["type"] in ("snapshot", "change"):
        copy.take(message)
