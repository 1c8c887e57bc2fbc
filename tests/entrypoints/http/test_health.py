"""Whether the process lives, and whether it can serve."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from solebook.adapters.system.clock import SystemClock
from solebook.composition.application import Application
from solebook.composition.engine import engine_of
from solebook.entrypoints.http.app import create_app
from solebook.ports.language.errors import Unavailable
from solebook.ports.language.events import Event
from solebook.ports.language.ids import MessageId
from solebook.ports.language.messages import Message
from solebook.ports.language.priority import Priority
from solebook.ports.outbox import Outbox

from .world import World


async def test_a_process_that_serves_is_live_and_ready(world: World) -> None:
    assert await world.ok("GET", "/health/live") == {"status": "ok"}
    assert await world.ok("GET", "/health/ready") == {
        "status": "ok",
        "overloaded": False,
        "dependencies": {"store": "answers", "matching": "answers"},
    }


async def test_without_its_engine_a_process_lives_but_is_not_ready(world: World) -> None:
    await engine_of(world.application).stop()
    assert (await world.get("/health/live")).status_code == 200
    answer = await world.get("/health/ready")
    assert (answer.status_code, answer.json()["what"]) == (503, "the matching engine")
    assert answer.json()["type"] == "/problems/unavailable"
    assert answer.json()["dependencies"] == {"store": "answers", "matching": "does not answer"}
    assert answer.headers["retry-after"] == "1"


class _Away(Outbox):
    async def add(self, *events: Event) -> None:
        raise Unavailable(what="the store")

    async def unsent(
        self,
        limit: int,
        *,
        priority: Priority | None = None,
        but: Collection[MessageId] = (),
    ) -> Sequence[Message]:
        raise Unavailable(what="the store", retry_after=2.5)

    async def mark_sent(self, ids: Collection[MessageId]) -> None:
        raise Unavailable(what="the store")

    async def wait(self) -> None:
        raise Unavailable(what="the store")


async def test_without_its_store_a_process_is_not_ready(application: Application) -> None:
    backlog = replace(application.operations.view_backlog, outbox=_Away())
    operations = replace(application.operations, view_backlog=backlog)
    app = create_app(replace(application, operations=operations))
    transport = httpx.ASGITransport(app)  # type: ignore[arg-type]  # Litestar's own ASGI types
    async with httpx.AsyncClient(transport=transport, base_url="http://market.test") as client:
        answer = await client.get("/health/ready")
    assert (answer.status_code, answer.json()["what"]) == (503, "the store")
    assert answer.headers["retry-after"] == "3"


async def _away() -> None:
    raise Unavailable(what="what is asked")


@pytest.mark.parametrize(
    ("check", "name"), [("check_replica", "replica"), ("check_redis", "redis")]
)
async def test_without_something_optional_a_process_is_ready_and_says_that_it_is_degraded(
    application: Application, check: str, name: str
) -> None:
    app = create_app(replace(application, **{check: _away}))  # type: ignore[arg-type]  # a field
    await engine_of(application).start()
    transport = httpx.ASGITransport(app)  # type: ignore[arg-type]  # Litestar's own ASGI types
    async with httpx.AsyncClient(transport=transport, base_url="http://market.test") as client:
        answer = await client.get("/health/ready")
    await engine_of(application).stop()
    assert (answer.status_code, answer.json()["status"]) == (200, "degraded")
    assert answer.json()["dependencies"] == {
        "store": "answers",
        "matching": "answers",
        name: "is not used",
    }


async def test_a_process_tells_that_the_systems_time_has_jumped(application: Application) -> None:
    wall, passed = datetime(2026, 3, 2, tzinfo=UTC), 0.0
    clock = SystemClock(lambda: wall, lambda: passed)
    adapters = replace(application.adapters, real_clock=clock)
    await engine_of(application).start()
    app = create_app(replace(application, adapters=adapters))
    transport = httpx.ASGITransport(app)  # type: ignore[arg-type]  # Litestar's own ASGI types
    async with httpx.AsyncClient(transport=transport, base_url="http://market.test") as client:
        assert (await client.get("/health/ready")).json()["dependencies"]["clock"] == "right"
        wall, passed = wall + timedelta(days=1), 1.0
        told = (await client.get("/health/ready")).json()
    await engine_of(application).stop()
    assert told["status"] == "degraded"
    assert told["dependencies"]["clock"] == (
        "the system's time jumped forward by 23:59:59; it is followed in 600 s"
    )


async def test_without_its_engine_nobody_trades(market: World) -> None:
    buyer = await market.buyer("buyer")
    await engine_of(market.application).stop()
    answer = await market.post("/v1/bids", buyer, market.quote())
    assert (answer.status_code, answer.json()["type"]) == (503, "/problems/unavailable")
