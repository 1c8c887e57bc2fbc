"""The line of each request, and its trace."""

import logging
from typing import Any

import httpx
import pytest

from solebook.config.http import HttpSettings
from solebook.entrypoints.http.edge.request_lines import RequestLines
from solebook.entrypoints.http.edge.request_log import _client
from solebook.ports.language.traces import current_trace

from .world import Person, World

GIVEN = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> "Lines":
    caplog.set_level(logging.INFO, "solebook.requests")
    return Lines(caplog)


class Lines:
    def __init__(self, caplog: pytest.LogCaptureFixture) -> None:
        self._caplog = caplog

    def last(self) -> dict[str, Any]:
        return self._caplog.records[-1].__dict__

    def count(self) -> int:
        return sum(r.name == "solebook.requests" for r in self._caplog.records)


async def test_a_request_is_one_line_with_its_route_and_its_user(
    market: World, buyer: Person, lines: Lines
) -> None:
    before = lines.count()
    answer = await market.get(f"/v1/products/{market.product_id}?q=typed", headers=buyer.headers)
    line = lines.last()
    assert lines.count() == before + 1
    assert (line["method"], line["route"]) == ("GET", "/v1/products/{product_id}")
    assert (line["status"], line["bytes"]) == (answer.status_code, len(answer.content))
    assert line["client"] == "127.0.0.0/24"
    assert line["duration_ms"] > 0
    assert "typed" not in str(line)
    answer = await market.get("/v1/bids", headers=buyer.headers)
    assert lines.last()["user_id"] == str(buyer.id)
    assert len(answer.headers["request-id"]) == 32
    assert current_trace() is None


async def test_refusals_are_lines_and_what_the_client_typed_is_not(
    world: World, lines: Lines
) -> None:
    answer = await world.get("/v1/bids")
    assert (lines.last()["status"], lines.last()["route"]) == (401, "/v1/bids")
    assert "request-id" in answer.headers
    await world.get("/somewhere%0Aelse")
    assert (lines.last()["status"], lines.last()["route"]) == (404, "(none)")


async def test_health_checks_are_no_lines(world: World, lines: Lines) -> None:
    assert (await world.get("/health/live")).headers["request-id"]
    assert lines.count() == 0


async def test_a_flood_of_refusals_is_counted(world: World, lines: Lines) -> None:
    for _ in range(50):
        await world.get("/nowhere")
    await world.get("/v1/rules")
    assert lines.count() == 21
    assert lines.last()["requests_left_out"] == 30


def test_many_addresses_together_have_a_limit_too() -> None:
    now = [0.0]
    counted = RequestLines(lambda: now[0])
    logged = sum(counted.may_log(f"a{n}", has_failed=True) for n in range(5_000))
    assert logged == 1_000
    assert counted.may_log("a1", has_failed=False)
    assert sum(counted.may_log("a1", has_failed=False) for _ in range(30_000)) == 19_999
    now[0] = 10.0
    assert counted.may_log("a1", has_failed=True)
    assert counted.take_left_out() == 4_000 + 10_001
    assert counted.take_left_out() == 0


async def test_a_stranger_cannot_name_the_trace(world: World) -> None:
    answer = await world.get("/health/live", headers={"traceparent": GIVEN})
    assert answer.headers["request-id"] != GIVEN[3:35]


class TestBehindAProxy:
    @pytest.fixture
    def settings(self) -> HttpSettings:
        return HttpSettings(trusted_proxies=("127.0.0.1",))

    async def test_its_trace_goes_on(self, world: World) -> None:
        async def trace_of(given: str) -> str:
            answer: httpx.Response = await world.get("/health/live", headers={"traceparent": given})
            return answer.headers["request-id"]

        assert await trace_of(GIVEN) == GIVEN[3:35]
        assert await trace_of("garbage") != GIVEN[3:35]


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.77", "203.0.113.0/24"),
        ("2001:db8:1:2::/64", "2001:db8:1::/48"),
        ("unknown", None),
    ],
)
def test_an_address_is_logged_as_a_network(address: str, network: str | None) -> None:
    assert _client(address, "network") == network
    assert _client(address, "full") == address
    assert _client(address, "none") is None
