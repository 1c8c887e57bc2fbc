"""What requests cost, and what is answered without being made anew."""

from collections.abc import AsyncIterator

import pytest
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute

from solebook.config.http import HttpSettings
from solebook.entrypoints.http.app import build_routes
from solebook.entrypoints.http.edge.costs import COSTS
from solebook.ports.language.rate_limits import RateLimit

from .conftest import PLENTY
from .world import World


def _routes() -> set[str]:
    app = build_routes(HttpSettings(), pytest.fail)
    return {
        f"{method} {route.path_format}"
        for route in app.routes
        if isinstance(route, HTTPRoute)
        for handler in route.route_handlers
        if isinstance(handler, HTTPRouteHandler)
        for method in handler.http_methods
        if method != "OPTIONS"
    }


def test_every_route_has_a_cost() -> None:
    assert set(COSTS) == _routes(), "put each new route into edge/costs.py, with what it costs"


class TestLimited:
    @pytest.fixture
    def settings(self) -> HttpSettings:
        slow = RateLimit(burst=20, per_second=1)
        return HttpSettings(user_limit=PLENTY, address_limit=slow, credentials_limit=PLENTY)

    async def test_a_costly_request_takes_more_of_the_limit(self, world: World) -> None:
        for _ in range(2):
            await world.ok("GET", "/v1/search")
        answer = await world.get("/v1/search")
        assert (answer.status_code, answer.headers["retry-after"]) == (429, "1")

    async def test_a_large_body_takes_more_of_the_limit(self, world: World) -> None:
        lines = {"Content-Type": "application/json"}
        answer = await world.post("/v1/webhooks/sendgrid", content=b" " * 327_680, headers=lines)
        assert answer.status_code == 400
        statuses = [(await world.get(f"/nowhere/{n}")).status_code for n in range(10)]
        assert statuses == [404] * 9 + [429]

    async def test_a_body_of_unknown_length_costs_as_if_it_was_large(self, world: World) -> None:
        async def parts() -> AsyncIterator[bytes]:
            yield b"[]"

        await world.post("/v1/webhooks/sendgrid", content=parts())
        assert (await world.get("/nowhere")).status_code == 429

    async def test_paths_that_do_not_exist_are_limited(self, world: World) -> None:
        statuses = [(await world.get(f"/nowhere/{n}")).status_code for n in range(21)]
        assert statuses == [404] * 20 + [429]

    async def test_health_checks_have_a_limit_of_their_own(self, world: World) -> None:
        for _ in range(21):
            await world.get("/nowhere")
        statuses = [(await world.get("/health/ready")).status_code for _ in range(16)]
        assert statuses == [200] * 15 + [429]


async def test_the_reference_is_kept_ready_and_not_sent_to_those_who_have_it(world: World) -> None:
    for path in ("/schema", "/schema/openapi.json", "/v1/rules"):
        first, second = await world.get(path), await world.get(path)
        assert first.status_code == second.status_code == 200
        assert (first.content, first.headers["etag"]) == (second.content, second.headers["etag"])
        for tags in (first.headers["etag"], f'"other", W/{first.headers["etag"]}', "*"):
            known = await world.get(path, headers={"If-None-Match": tags})
            assert (known.status_code, known.content) == (304, b"")
            assert known.headers["etag"] == first.headers["etag"]
        changed = await world.get(path, headers={"If-None-Match": '"other"'})
        assert changed.content == first.content


class TestHosts:
    @pytest.fixture
    def settings(self) -> HttpSettings:
        return HttpSettings(address_limit=PLENTY, allowed_hosts=("market.test",))

    async def test_what_is_kept_is_for_allowed_hosts_only(self, world: World) -> None:
        await world.ok("GET", "/v1/rules")
        answer = await world.get("/v1/rules", headers={"Host": "elsewhere.test"})
        assert answer.status_code == 400
