"""A client cannot add series, and a process has few."""

import pytest
from prometheus_client.parser import text_string_to_metric_families

from solebook.composition.engine import engine_of

from ..entrypoints.http.world import World
from .scrapes import Watched, watch
from .troubles import market

pytestmark = pytest.mark.integration

_MOST = 3_000
"""Series of a process in which everything has happened once."""


def series_of(watched: Watched) -> set[str]:
    """Return all series that Prometheus would store."""
    families = text_string_to_metric_families(watched.exposed())
    return {f"{one.name}{sorted(one.labels.items())}" for each in families for one in each.samples}


async def invent(world: World, number: int) -> None:
    """Send what a client may choose: names, methods, ids, keys and amounts."""
    client, buyer = world.client, world.people["buyer"]
    name = f"invented-{number}"
    await client.get(f"/{name}?{name}={number}", headers={"user-agent": name})
    await client.request(name.upper(), f"/v1/products/{name}", headers={"traceparent": name})
    await client.get(f"/v1/users/me/{name}", headers={"authorization": f"Bearer {name}"})
    await client.get(f"/v1/orders/{number:032x}", headers=buyer.headers)
    await client.post(f"/v1/bids/{number}", headers={"idempotency-key": name})
    bid = world.quote(2_500 + 100 * number)
    await client.post("/v1/bids", headers={**buyer.headers, "idempotency-key": name}, json=bid)
    await client.get("/v1/products", params={"q": name, "brand": name})


async def test_what_clients_invent_adds_no_series() -> None:
    watched = watch()
    async with market(watched) as world:
        await world.order(world.people["buyer"], world.people["seller"])
        await world.workers.settle()
        await invent(world, 0)
        await world.workers.settle()
        before = series_of(watched)
        for number in range(1, 40):
            await invent(world, number)
        await world.workers.settle()
        await engine_of(world.application).stop()
    assert series_of(watched) == before
    assert len(before) < _MOST
    assert "invented" not in " ".join(before)
