"""Processes that reach each other over NATS: HTTP, engines and the other workers apart."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ...busy_machine import timed
from ...nats_server import NatsServer
from ...otlp_receiver import Receiver, receiving
from .processes import Processes, Running, wait_until

SOON = 15.0
"""Seconds for what takes at most five on a quiet machine: the lease, and the next attempt."""
REFUSED_SOON = 2.0
"""Seconds for what takes less than one on a quiet machine: `nats.patience`, and the request."""
PARCEL = {"carrier": "UPS", "tracking_number": "1Z999AA10123456784"}
PASS = {
    "passed": True,
    "checks": {"box_condition": True, "authenticity_markers": True, "size_verification": True},
    "photos": ["https://photos.example.com/1.jpg"],
}


@pytest.fixture
def collector() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def processes(
    tmp_path: Path, postgres_url: str, nats_server: NatsServer, collector: Receiver
) -> Iterator[Processes]:
    processes = Processes(tmp_path, postgres_url)
    processes.over_nats(
        nats_server,
        SOLEBOOK_MARKET__PAYOUT_HOLD="PT1S",
        SOLEBOOK_TRACING__OTLP_URL=collector.url,
        SOLEBOOK_TRACING__SAMPLE="1",
    )
    yield processes
    processes.close()


@dataclass
class Exchange:
    """An exchange whose HTTP processes have no engine, and what is traded there."""

    processes: Processes
    here: Running
    there: Running
    engines: list[Running]
    staff: str
    buyer: str
    seller: str
    product: str

    def quote(self, amount: int = 20_000) -> dict[str, Any]:
        return {"product_id": self.product, "size": "9", "amount": amount}

    @property
    def book(self) -> str:
        return f"/v1/products/{self.product}/book?size=9"

    def owner(self) -> Running:
        """Wait until an engine has the lease, and return its process."""
        wait_until(lambda: any(self._owns(engine) for engine in self.engines))
        return next(engine for engine in self.engines if self._owns(engine))

    def _owns(self, engine: Running) -> bool:
        return engine.readiness()[1]["lease of matching"] == "owner"


@pytest.fixture
def exchange(processes: Processes) -> Exchange:
    """Two processes with HTTP, and an engine with a candidate."""
    engines = [processes.start("worker", "matching", "--health-port", "0") for _ in range(2)]
    here, there = (processes.serve("--roles", "http") for _ in range(2))
    for role in (("admin", "--register"), ("authenticator",)):
        assert processes.run("admin", "grant", "admin@example.com", *role).returncode == 0
    here.wait_until_ready()
    staff = here.sign_in("admin")
    buyer, seller = here.register("buyer"), there.register("seller")
    return Exchange(processes, here, there, engines, staff, buyer, seller, here.add_product(staff))


def test_a_trade_goes_from_bid_to_payout_through_processes_that_each_do_a_part(
    exchange: Exchange, collector: Receiver
) -> None:
    here, there, staff = exchange.here, exchange.there, exchange.staff
    workers = [
        exchange.processes.start("worker", *roles)
        for roles in (
            ("relay",),
            ("trade", "deadlines"),
            ("letters", "search", "charts", "webhooks"),
        )
    ]
    well = {"store": "answers", "network": "answers", "matching": "answers", "clock": "right"}
    wait_until(lambda: there.readiness() == (200, well))
    there.ok("POST", "/v1/asks", exchange.seller, json=exchange.quote())
    match = here.ok("POST", "/v1/bids", exchange.buyer, json=exchange.quote())["match"]
    order = f"/v1/orders/{match['order_id']}"
    wait_until(lambda: there.ok("GET", order, exchange.seller)["status"] == "confirmed")
    there.ok("POST", f"{order}/shipment", exchange.seller, json=PARCEL)
    here.ok("POST", f"{order}/receipt", staff)
    tasks = "/v1/authentication/tasks"

    def opened() -> list[str]:
        found = here.ok("GET", tasks, staff)["items"]
        return [task["id"] for task in found if task["status"] != "awaiting_item"]

    wait_until(lambda: bool(opened()))
    task = f"{tasks}/{opened()[0]}"
    here.ok("POST", f"{task}/claim", staff)
    here.ok("POST", f"{task}/verdict", staff, json=PASS)
    wait_until(lambda: here.ok("GET", order, staff)["status"] == "auth_passed")
    here.ok("POST", f"{order}/dispatch", staff, json=PARCEL)
    here.ok("POST", f"{order}/delivery", staff)
    wait_until(lambda: there.ok("GET", order, exchange.seller)["payout_status"] == "paid")
    for process in (*workers, *exchange.engines, here, there):
        code, complaints = process.end()
        assert code == 0, complaints
    verified = exchange.processes.run("admin", "verify")
    assert verified.returncode == 0, verified.stdout
    bid = next(s.trace_id for _, s in collector.spans if s.name == "POST /v1/bids")
    in_trace = {(service, span.name) for service, span in collector.spans if span.trace_id == bid}
    assert in_trace >= {
        ("http", "POST /v1/bids"),
        ("matching", "engine"),
        ("deadlines,trade", "payment provider charge"),
        ("charts,letters,search,webhooks", "mailer send"),
    }
    assert bid in collector.traces_before("payment provider pay_out")


def test_another_engine_answers_soon_after_a_kill(exchange: Exchange) -> None:
    exchange.here.ok("POST", "/v1/asks", exchange.seller, json=exchange.quote())
    exchange.owner().kill()
    placed, seconds = exchange.here.repeat_until_answered(
        "POST", "/v1/bids", exchange.buyer, json=exchange.quote()
    )
    assert placed["match"]["price"] == 20_000
    assert seconds < SOON
    [bid] = exchange.there.ok("GET", "/v1/bids", exchange.buyer)["items"]
    assert bid["status"] == "matched"


def test_another_engine_answers_soon_after_a_pause_and_the_first_one_nothing_more(
    exchange: Exchange,
) -> None:
    owner = exchange.owner()
    owner.pause()
    placed, seconds = exchange.here.repeat_until_answered(
        "POST", "/v1/bids", exchange.buyer, json=exchange.quote()
    )
    assert seconds < SOON
    owner.go_on()
    exchange.there.ok("DELETE", f"/v1/bids/{placed['bid']['id']}", exchange.buyer)
    [bid] = exchange.there.ok("GET", "/v1/bids", exchange.buyer)["items"]
    assert bid["status"] == "cancelled"


def seconds_until_refused(exchange: Exchange) -> float:
    with timed() as took:
        refused = exchange.here.ask_for("POST", "/v1/bids", exchange.buyer, json=exchange.quote())
    assert (refused.status_code, refused.json()["what"]) == (503, "the matching engine")
    assert refused.headers["retry-after"] == "1"
    return took.own


def test_without_any_engine_orders_are_refused_within_a_second_and_reads_go_on(
    exchange: Exchange,
) -> None:
    for engine in exchange.engines:
        assert engine.end()[0] == 0
    assert min(seconds_until_refused(exchange) for _ in range(3)) < REFUSED_SOON
    assert exchange.here.ok("GET", exchange.book)["bids"] == []
    assert exchange.here.readiness()[1]["matching"] != "answers"
    exchange.engines = [exchange.processes.start("worker", "matching", "--health-port", "0")]
    placed, _ = exchange.here.repeat_until_answered(
        "POST", "/v1/bids", exchange.buyer, json=exchange.quote()
    )
    assert placed["match"] is None
