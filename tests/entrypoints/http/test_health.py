"""Whether the process lives, and whether it can serve."""

from .world import World


async def test_a_process_that_serves_is_live_and_ready(world: World) -> None:
    assert await world.ok("GET", "/health/live") == {"status": "ok"}
    assert await world.ok("GET", "/health/ready") == {"status": "ok"}


async def test_without_its_engine_a_process_lives_but_is_not_ready(world: World) -> None:
    await world.application.engine.stop()
    assert (await world.get("/health/live")).status_code == 200
    answer = await world.get("/health/ready")
    assert (answer.status_code, answer.json()["what"]) == (503, "the matching engine")
    assert answer.headers["retry-after"] == "1"


async def test_without_its_engine_nobody_trades(market: World) -> None:
    buyer = await market.buyer("buyer")
    await market.application.engine.stop()
    answer = await market.post("/v1/bids", buyer, market.quote())
    assert (answer.status_code, answer.json()["type"]) == (503, "/problems/unavailable")
