"""Commands across the network while owners change and the network fails."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from solebook.adapters.memory.virtual_stopwatch import VirtualStopwatch
from solebook.adapters.nats.matching_server import MatchingServer
from solebook.adapters.nats.network import NatsAccess, Network, NobodyThere
from solebook.adapters.nats.remote_matching import RemoteMatching
from solebook.core.bidding.matching_engine import Unlimited
from solebook.ports.language.errors import Unavailable
from solebook.ports.language.market import QuoteStatus, Side
from solebook.ports.tenure import Tenure

from ...core.bidding.market import Market, build_market
from ...nats_server import NatsServer

PREFIX = "test"


@dataclass
class Shard:
    """A shard whose owner a test chooses."""

    epoch: int | None = 1
    looks: int = 0
    looked: asyncio.Event = field(default_factory=asyncio.Event)

    async def owner(self) -> int | None:
        self.looks += 1
        self.looked.set()
        return self.epoch


@dataclass
class Ended(Tenure):
    is_over: bool = True


@pytest.fixture
async def market() -> AsyncIterator[Market]:
    market = build_market()
    await market.engine.start()
    yield market
    await market.engine.stop()


@pytest.fixture
async def here(nats_server: NatsServer) -> AsyncIterator[Network]:
    async with Network(NatsAccess(servers=(nats_server.url,))) as network:
        yield network


@pytest.fixture
async def there(nats_server: NatsServer) -> AsyncIterator[Network]:
    async with Network(NatsAccess(servers=(nats_server.url,))) as network:
        yield network


@pytest.fixture
def shard() -> Shard:
    return Shard()


def remote(network: Network, shard: Shard, **times: Any) -> RemoteMatching:
    return RemoteMatching(network, shard=0, prefix=PREFIX, epoch=shard.owner, **times)


class Deserted(Network):
    """A network on which nobody is, for as long as a test wants."""

    def __init__(self) -> None:
        super().__init__(NatsAccess(servers=()))
        self.asked = 0

    async def request(self, *_: object, **__: object) -> bytes:
        self.asked += 1
        raise NobodyThere(what="the network")


@pytest.mark.parametrize("times", [{"patience": 0.9}, {"patience": 5.0, "timeout": 0.9}])
async def test_nobody_is_looked_for_until_the_time_is_over_and_no_longer(
    shard: Shard, market: Market, times: dict[str, float]
) -> None:
    network, clock = Deserted(), market.clock
    matching = remote(network, shard, stopwatch=VirtualStopwatch(clock), **times)
    placing = asyncio.create_task(matching.place(market.command(Side.BID)))
    await clock.advance(timedelta(seconds=0.89))
    assert not placing.done()
    assert network.asked == 18

    await clock.advance(timedelta(seconds=0.01))
    assert placing.done()
    with pytest.raises(Unavailable):
        await placing


@pytest.mark.parametrize("epoch", [None, 1], ids=["no lease", "a dead owner"])
async def test_nobody_there_is_said_within_a_second(
    here: Network, shard: Shard, market: Market, epoch: int | None
) -> None:
    shard.epoch = epoch
    began = asyncio.get_running_loop().time()

    with pytest.raises(Unavailable):
        await remote(here, shard, patience=0.5).place(market.command(Side.BID))

    assert asyncio.get_running_loop().time() - began < 1.0


async def test_a_command_waits_for_the_next_owner(
    here: Network, there: Network, shard: Shard, market: Market
) -> None:
    shard.epoch = None
    placing = asyncio.create_task(remote(here, shard).place(market.command(Side.BID)))
    await shard.looked.wait()

    async with MatchingServer(there, prefix=PREFIX).serving(
        market.engine, Unlimited(), shard=0, epoch=2
    ):
        shard.epoch = 2
        placement = await placing

    assert placement.quote == await market.stored(placement.quote)


async def test_an_owner_whose_tenure_is_over_answers_nothing(
    here: Network, there: Network, shard: Shard, market: Market
) -> None:
    server = MatchingServer(there, prefix=PREFIX)
    async with server.serving(market.engine, Ended(), shard=0, epoch=1):
        with pytest.raises(Unavailable):
            await remote(here, shard, timeout=0.3).place(market.command(Side.BID))


async def test_a_command_without_an_answer_goes_to_the_next_owner(
    here: Network, there: Network, shard: Shard, market: Market
) -> None:
    server = MatchingServer(there, prefix=PREFIX)
    command = market.command(Side.BID)
    async with (
        server.serving(market.engine, Ended(), shard=0, epoch=1),  # it runs the command too
        server.serving(market.engine, Unlimited(), shard=0, epoch=2),
    ):
        placing = asyncio.create_task(remote(here, shard).place(command))
        await shard.looked.wait()
        shard.epoch = 2
        placement = await placing

    assert placement.quote.id == command.id
    assert await market.stored_levels() == {Side.BID: {command.amount: 1}, Side.ASK: {}}


async def test_a_cancellation_whose_answer_was_lost_is_no_refusal(
    here: Network, there: Network, shard: Shard, market: Market
) -> None:
    server = MatchingServer(there, prefix=PREFIX)
    quote = (await market.engine.place(market.command(Side.BID))).quote
    async with (
        server.serving(market.engine, Ended(), shard=0, epoch=1),  # it carries it out
        server.serving(market.engine, Unlimited(), shard=0, epoch=2),
    ):
        cancelling = asyncio.create_task(remote(here, shard).cancel(quote))
        await shard.looked.wait()
        shard.epoch = 2
        cancelled = await cancelling

    assert cancelled.status is QuoteStatus.CANCELLED
    assert await market.stored(quote) == cancelled


async def test_a_command_outlives_the_broker(
    own_nats_server: NatsServer, market: Market, shard: Shard
) -> None:
    access = NatsAccess(servers=(own_nats_server.url,))
    async with Network(access) as here, Network(access) as there:
        server = MatchingServer(there, prefix=PREFIX)
        async with server.serving(market.engine, Unlimited(), shard=0, epoch=1):
            own_nats_server.kill()
            placing = asyncio.create_task(
                remote(here, shard, patience=10.0).place(market.command(Side.BID))
            )
            await shard.looked.wait()
            own_nats_server.start()
            placement = await placing

    assert placement.quote == await market.stored(placement.quote)


async def test_a_bug_in_the_engine_is_no_refusal(
    here: Network, there: Network, shard: Shard, market: Market
) -> None:
    class Broken(RemoteMatching):
        async def check_ready(self) -> None:
            raise RuntimeError("secret")

    server = MatchingServer(there, prefix=PREFIX)
    broken = Broken(here, shard=0, prefix=PREFIX, epoch=shard.owner)
    async with server.serving(broken, Unlimited(), shard=0, epoch=1):
        with pytest.raises(AssertionError) as failed:
            await remote(here, shard).check_ready()
    assert "secret" not in str(failed.value)


async def test_a_thousand_callers_are_answered_at_once(
    here: Network, there: Network, shard: Shard, market: Market
) -> None:
    server = MatchingServer(there, prefix=PREFIX)
    async with server.serving(market.engine, Unlimited(), shard=0, epoch=1):
        matching = remote(here, shard, timeout=30.0)
        commands = [market.command(Side.BID, 10_000 + i * 100) for i in range(1_000)]
        placements = await asyncio.gather(*map(matching.place, commands))
    assert [placement.quote.id for placement in placements] == [c.id for c in commands]
