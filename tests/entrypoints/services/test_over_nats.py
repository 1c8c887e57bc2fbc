"""What only NATS micro has: discovery, statistics, many requests at once, several processes."""

import asyncio
import json
from contextlib import suppress
from typing import Any

import nats
import pytest

from solebook.adapters.nats.micro import serving
from solebook.adapters.nats.network import NatsAccess, Network
from solebook.entrypoints.services.dispatcher import Answer, Call, Dispatcher
from solebook.entrypoints.services.over_nats import call_of, micro_services
from solebook.entrypoints.services.rpc import Rpc
from solebook.entrypoints.services.table import BY_NAME
from solebook.entrypoints.services.table import services as all_services

from ...exchange import Exchange
from ...nats_server import NatsServer
from .conftest import Services
from .over_nats import OverNats, over_nats

SEARCH = BY_NAME["SearchService.Search"]


async def control(way: OverNats, verb: str, service: str) -> dict[str, Any]:
    answer = await way.client.request(f"$SRV.{verb}.{service}", b"", timeout=20)
    told: dict[str, Any] = json.loads(answer.data)
    return told


async def test_a_client_finds_every_service_with_its_calls(
    nats_server: NatsServer, exchange: Exchange
) -> None:
    async with over_nats(nats_server.url)(Dispatcher(exchange.app)) as way:
        assert isinstance(way, OverNats)
        for name, calls in all_services():
            info = await control(way, "INFO", name)
            assert (info["name"], info["version"]) == (name, "1.2.3")
            found = {endpoint["subject"]: endpoint["metadata"] for endpoint in info["endpoints"]}
            assert set(found) == {f"{way.prefix}.services.{rpc.name}" for rpc in calls}
            for rpc in calls:
                shown = found[f"{way.prefix}.services.{rpc.name}"]
                assert (shown["about"], shown["caller"]) == (rpc.about, rpc.who.value)
                assert json.loads(shown["request"])["$ref"].endswith(rpc.request.__name__)


async def test_statistics_count_requests_and_what_was_refused(
    nats_server: NatsServer, exchange: Exchange
) -> None:
    async with over_nats(nats_server.url)(Dispatcher(exchange.app)) as way:
        assert isinstance(way, OverNats)
        services = Services(exchange, way)
        token = await services.token()
        for used in (token, token, "sole_wrong"):
            await services.call(SEARCH, {}, token=used)
        stats = await control(way, "STATS", "SearchService")
        counted = {each["name"]: each for each in stats["endpoints"]}["Search"]
        assert (counted["num_requests"], counted["num_errors"]) == (3, 1)
        assert counted["last_error"].startswith("401: the token is unknown")
        assert counted["average_processing_time"] > 0


async def test_requests_are_answered_side_by_side(
    nats_server: NatsServer, exchange: Exchange
) -> None:
    together = asyncio.Barrier(20)

    async def serve(_: Rpc, body: bytes, call: Call) -> Answer:
        await together.wait()
        return Answer(200, body)

    async with over_nats(nats_server.url)(serve) as way:
        asked = [way(SEARCH, {"q": str(number)}, Call()) for number in range(20)]
        told = await asyncio.gather(*asked)
    assert [each.body["q"] for each in told] == [str(number) for number in range(20)]


async def test_a_process_that_stops_answers_what_it_has_and_another_takes_the_rest(
    nats_server: NatsServer, exchange: Exchange
) -> None:
    begun, may_end = asyncio.Event(), asyncio.Event()

    async def slow(_: Rpc, __: bytes, call: Call) -> Answer:
        begun.set()
        await may_end.wait()
        return Answer(200, b'{"by": "the first"}')

    async def other(_: Rpc, __: bytes, call: Call) -> Answer:
        return Answer(200, b'{"by": "the second"}')

    access = NatsAccess(servers=(nats_server.url,))
    client = await nats.connect(nats_server.url)
    async with Network(access) as first, Network(access) as second:
        prefix = "two-processes"
        way = OverNats(client, prefix)
        serving_first = serving(first, micro_services(slow), prefix=prefix, version="1.0.0")
        await serving_first.__aenter__()
        waiting = asyncio.create_task(way(SEARCH, {}, Call()))
        await begun.wait()
        async with serving(second, micro_services(other), prefix=prefix, version="1.0.0"):
            stopping = asyncio.create_task(serving_first.__aexit__(None, None, None))
            may_end.set()
            await stopping
            assert (await waiting).body == {"by": "the first"}
            for _ in range(5):
                assert (await way(SEARCH, {}, Call())).body == {"by": "the second"}
        with pytest.raises(nats.errors.NoRespondersError):
            await way(SEARCH, {}, Call())
    await client.close()


async def test_a_line_break_in_a_problem_makes_no_header(
    nats_server: NatsServer, exchange: Exchange
) -> None:
    async def serve(_: Rpc, __: bytes, call: Call) -> Answer:
        return Answer(500, b'{"detail": "a\\r\\nb", "status": 500}', "a\r\nb")

    async with over_nats(nats_server.url)(serve) as way:
        assert isinstance(way, OverNats)
        answer = await way.client.request(f"{way.prefix}.services.{SEARCH.name}", b"", timeout=20)
        assert answer.headers is not None
        assert answer.headers["Nats-Service-Error"] == "a b"  # no header of its own


@pytest.mark.parametrize("status", [200, 400])
async def test_an_answer_that_is_larger_than_a_message_is_a_problem(
    nats_server: NatsServer, status: int
) -> None:
    async def serve(_: Rpc, __: bytes, call: Call) -> Answer:
        return Answer(status, b'"%s"' % (b"x" * 2_000_000), "x" * 2_000_000)

    async with over_nats(nats_server.url)(serve) as way:
        assert isinstance(way, OverNats)
        told = await way(SEARCH, {}, Call())
        assert told.status == 413
        assert "ask for less" in told.body["detail"]
        stats = await control(way, "STATS", "SearchService")
        assert {each["name"]: each for each in stats["endpoints"]}["Search"]["num_errors"] > 0


async def test_services_go_on_when_the_broker_is_back(own_nats_server: NatsServer) -> None:
    async def serve(_: Rpc, __: bytes, call: Call) -> Answer:
        return Answer(200, b"{}")

    async with over_nats(own_nats_server.url)(serve) as way:
        assert isinstance(way, OverNats)
        assert (await way(SEARCH, {}, Call())).status == 200
        own_nats_server.kill()
        own_nats_server.start()
        subject, answer = f"{way.prefix}.services.{SEARCH.name}", None
        async with asyncio.timeout(60):
            while answer is None:
                with suppress(nats.errors.Error, TimeoutError):
                    answer = await way.client.request(subject, b"{}", timeout=0.5)
        assert answer.data == b"{}"


@pytest.mark.parametrize(
    ("headers", "call"),
    [
        ({}, Call()),
        ({"authorization": "Bearer abc", "timeout": "1.5"}, Call(token="abc", seconds=1.5)),
        ({"authorization": "Basic abc"}, Call()),
        ({"timeout": "soon"}, Call(seconds=0.0)),
        ({"timeout": "nan"}, Call(seconds=0.0)),
        ({"idempotency-key": "k", "acting-for": "u"}, Call(key="k", acting_for="u")),
    ],
)
def test_headers_say_who_calls_and_for_how_long(headers: dict[str, str], call: Call) -> None:
    assert call_of(headers) == call
