"""Several processes on one PostgreSQL database: one has the engine, and another takes over."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import asyncpg  # type: ignore[import-untyped]  # it has no annotations
import pytest

from ...postgres_server import PostgresServer
from .large_market import LOWEST_ASK, fill
from .processes import PATIENCE, Processes, Running, wait_until

SOON = 15.0
"""Seconds for what takes at most five on a quiet machine: the lease, and the next attempt."""


@pytest.fixture
def processes(tmp_path: Path, postgres_url: str) -> Iterator[Processes]:
    processes = Processes(tmp_path, postgres_url)
    yield processes
    processes.close()


class Market:
    """A product with an admin who buys and sells."""

    def __init__(self, processes: Processes, at: Running) -> None:
        assert processes.run("admin", "grant", "admin@example.com", "--register").returncode == 0
        self.product = at.add_product(at.sign_in("admin"))
        self.buyer, self.seller = at.register("buyer"), at.register("seller")
        self.book = f"/v1/products/{self.product}/book?size=9"

    def quote(self, amount: int = 20_000) -> dict[str, Any]:
        return {"product_id": self.product, "size": "9", "amount": amount}


@pytest.fixture
def two(processes: Processes) -> tuple[Running, Running, Market]:
    """An owner, a candidate, and a market."""
    owner = processes.serve()
    owner.wait_until_ready()
    return owner, processes.serve(), Market(processes, owner)


def test_the_second_of_two_is_a_candidate_and_takes_over_from_one_that_is_killed(
    two: tuple[Running, Running, Market],
) -> None:
    owner, candidate, market = two
    owner.ok("POST", "/v1/asks", market.seller, json=market.quote())
    refused = candidate.ask_for("POST", "/v1/bids", market.buyer, json=market.quote())
    assert (refused.status_code, refused.json()["what"]) == (503, "the matching engine")
    assert refused.headers["retry-after"] == "1"
    status, states = candidate.readiness()
    assert (status, states["store"]) == (503, "answers")
    assert states["lease of matching"] == "candidate"
    assert owner.readiness()[1]["lease of matching"] == "owner"
    assert len(candidate.ok("GET", "/v1/asks", market.seller)["items"]) == 1

    owner.kill()
    assert candidate.wait_until_ready() < SOON
    placed = candidate.ok("POST", "/v1/bids", market.buyer, json=market.quote())
    assert placed["match"]["price"] == 20_000
    order = f"/v1/orders/{placed['match']['order_id']}"
    wait_until(lambda: candidate.ok("GET", order, market.buyer)["status"] == "confirmed")


def test_the_candidate_takes_over_at_once_from_one_that_is_stopped(
    two: tuple[Running, Running, Market],
) -> None:
    owner, candidate, _ = two
    assert owner.end()[0] == 0
    assert candidate.wait_until_ready() < SOON
    assert candidate.end()[0] == 0


def test_an_owner_that_was_paused_past_its_lease_answers_nothing_and_commits_nothing(
    two: tuple[Running, Running, Market],
) -> None:
    owner, candidate, market = two
    ask = owner.ok("POST", "/v1/asks", market.seller, json=market.quote(30_000))["ask"]
    assert owner.ok("GET", market.book)["asks"] == [{"price": 30_000, "quantity": 1}]
    owner.pause()
    candidate.wait_until_ready()
    with ThreadPoolExecutor(5) as threads:
        immediate = market.quote() | {"time_in_force": "ioc"}
        the_ask = f"/v1/asks/{ask['id']}"
        asked = [
            threads.submit(owner.ask_for, "POST", "/v1/bids", market.buyer, json=market.quote()),
            # The engine would refuse them: there is no ask at this price any more.
            threads.submit(owner.ask_for, "POST", "/v1/bids", market.buyer, json=immediate),
            threads.submit(owner.ask_for, "DELETE", the_ask, market.seller),
            threads.submit(owner.ask_for, "PATCH", the_ask, market.seller, json={"amount": 31_000}),
        ]
        book = threads.submit(owner.ok, "GET", market.book)
        bought = candidate.ok("POST", "/v1/bids", market.buyer, json=market.quote(30_000))
        assert bought["match"]["price"] == 30_000
        owner.go_on()
        answers = [each.result() for each in asked]
    assert [(a.status_code, a.json()["type"]) for a in answers] == [
        (503, "/problems/unavailable")
    ] * 4
    assert (book.result()["bids"], book.result()["asks"]) == ([], [])
    bids = candidate.ok("GET", "/v1/bids", market.buyer)["items"]
    assert [each["status"] for each in bids] == ["matched"]
    assert candidate.ok("GET", the_ask, market.seller)["status"] == "matched"
    assert owner.readiness()[1]["lease of matching"] == "candidate"
    candidate.kill()
    # It is overloaded until it has charged for the order that the other one left behind.
    wait_until(
        lambda: (
            owner.ask_for("POST", "/v1/bids", market.buyer, json=market.quote(19_000)).is_success
        )
    )


async def test_a_batch_of_an_owner_that_was_paused_meanwhile_is_not_committed(
    two: tuple[Running, Running, Market], postgres_url: str
) -> None:
    """Its transaction has locked the shard, and still the next owner gets it soon."""
    owner, candidate, market = two
    other = await asyncpg.connect(postgres_url)
    try:
        await other.execute("BEGIN; LOCK TABLE bids IN EXCLUSIVE MODE")
        placing = asyncio.create_task(
            asyncio.to_thread(
                owner.ask_for, "POST", "/v1/bids", market.buyer, json=market.quote(30_000)
            )
        )
        waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        async with asyncio.timeout(PATIENCE):
            while not await other.fetchval(waiting):  # noqa: ASYNC110  # another process waits
                await asyncio.sleep(0.01)
        owner.pause()
    finally:
        await other.close()  # which lets go of the lock
    assert await asyncio.to_thread(candidate.wait_until_ready) < SOON
    candidate.ok("POST", "/v1/bids", market.buyer, json=market.quote(20_000))
    owner.go_on()
    assert (await placing).json()["type"] == "/problems/unavailable"
    bids = candidate.ok("GET", "/v1/bids", market.buyer)["items"]
    assert [each["amount"] for each in bids] == [20_000]


def test_the_first_order_is_answered_soon_after_a_kill_however_many_quotes_rest(
    processes: Processes, postgres_url: str, full: bool
) -> None:
    owner = processes.serve()
    owner.wait_until_ready()
    market = Market(processes, owner)
    owner.end()
    quotes = 1_000_000 if full else 3_000
    [first, *_, last] = asyncio.run(fill(postgres_url, market.product, quotes=quotes))
    owner, candidate = processes.serve(), processes.serve()
    owner.wait_until_ready()
    for book in (first, last) if full else (last,):
        key = {"product_id": str(book.product_id), "size": book.size}
        owner.kill()
        placed, seconds = candidate.repeat_until_answered(
            "POST", "/v1/bids", market.buyer, json=key | {"amount": LOWEST_ASK}
        )
        assert placed["match"]["price"] == LOWEST_ASK
        assert seconds < (5.0 if full else SOON)
        if book is not last:
            owner, candidate = candidate, processes.serve()
    candidate.end()
    assert processes.run("admin", "reindex").returncode == 0
    verified = processes.run("admin", "verify")
    assert verified.returncode == 0, verified.stdout  # the charge may be under way


def test_roles_are_shared_by_a_process_with_http_and_workers(processes: Processes) -> None:
    serving = processes.serve("--roles", "http,matching")
    serving.wait_until_ready()
    market = Market(processes, serving)
    serving.ok("POST", "/v1/asks", market.seller, json=market.quote())
    match = serving.ok("POST", "/v1/bids", market.buyer, json=market.quote())["match"]
    order = f"/v1/orders/{match['order_id']}"
    assert serving.ok("GET", order, market.buyer)["status"] == "pending"
    trading = processes.start("worker", "relay", "trade", "--health-port", "0")
    others = processes.start("worker", "deadlines", "letters", "search", "charts", "webhooks")
    wait_until(lambda: serving.ok("GET", order, market.buyer)["status"] == "confirmed")
    states = {"store": "answers", "lease of relay": "owner", "clock": "right"}
    assert trading.readiness() == (200, states)
    assert trading.http.get("/health/live").status_code == 200
    wait_until(lambda: bool(serving.ok("GET", "/v1/notifications", market.seller)["items"]))
    for process in (trading, others, serving):
        assert process.end()[0] == 0


def test_a_process_without_the_engine_reads_and_signs_in_but_places_nothing(
    processes: Processes,
) -> None:
    alone = processes.serve("--roles", "http")
    market = Market(processes, alone)
    refused = alone.ask_for("POST", "/v1/bids", market.buyer, json=market.quote())
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
    assert alone.readiness()[0] == 503
    assert "this process refuses bids and asks: it has no role `matching`" in alone.end()[1]


def test_a_process_in_another_currency_refuses_to_start(processes: Processes) -> None:
    first = processes.serve()
    first.wait_until_ready()
    refused = processes.run("serve", "--port", "0", SOLEBOOK_MARKET__CURRENCY="JPY")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "currency is USD there and JPY here" in refused.stderr
    Market(processes, first)  # with a product
    assert first.end()[0] == 0
    applying = ("admin", "apply-rules", "--reason", "we moved to Japan")
    kept = processes.run(*applying, SOLEBOOK_MARKET__CURRENCY="JPY")
    assert (kept.returncode, kept.stdout) == (1, "")
    assert "so its currency cannot be changed to JPY" in kept.stderr


def test_a_process_with_other_rules_refuses_to_start_until_they_are_applied(
    processes: Processes,
) -> None:
    first = processes.serve()
    first.wait_until_ready()
    other = {"SOLEBOOK_MARKET__MIN_AMOUNT": "5000"}
    refused = processes.run("serve", "--port", "0", **other)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "min_amount is 2500 there and 5000 here" in refused.stderr
    applying = ("admin", "apply-rules", "--reason", "as agreed")
    too_early = processes.run(*applying, **other)
    assert (too_early.returncode, too_early.stderr) == (
        1,
        "solebook: the exchange is running; stop all of its processes first\n",
    )
    first.end()
    assert processes.run(*applying, **other).returncode == 0
    processes.serve(**other).wait_until_ready()


def test_a_process_refuses_to_start_on_another_schema(
    tmp_path: Path, postgres_server: PostgresServer
) -> None:
    url = postgres_server.create_database("not_migrated")
    refused = Processes(tmp_path, url).run("worker", "trade")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "run `solebook migrate`" in refused.stderr


@pytest.mark.parametrize(
    "command", [("serve", "--roles", "http,trade"), ("worker", "trade", "letters")]
)
def test_on_sqlite_one_process_runs_all_roles(tmp_path: Path, command: tuple[str, ...]) -> None:
    refused = Processes(tmp_path, f"sqlite:///{tmp_path}/solebook.db").run(*command)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "on a store in sqlite one process runs all roles" in refused.stderr


def test_a_worker_answers_no_http_and_serve_does(tmp_path: Path) -> None:
    for command in (("worker", "http"), ("serve", "--roles", "trade")):
        refused = Processes(tmp_path, "sqlite:///solebook.db").run(*command)
        assert refused.returncode != 0
        assert "http" in refused.stderr
