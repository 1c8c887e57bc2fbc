"""NATS over TLS: the bus, calls of the engine and services, and who is not let in."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import uuid4

import nats
import pytest

from solebook.adapters.memory.seeded import SeededIds
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.adapters.nats.matching_server import MatchingServer
from solebook.adapters.nats.micro import MicroEndpoint, MicroReply, MicroService, serving
from solebook.adapters.nats.network import Network
from solebook.adapters.nats.remote_matching import RemoteMatching
from solebook.composition.adapters import Store
from solebook.composition.network import access_of
from solebook.config.nats import NatsSettings
from solebook.core.bidding.matching_engine import Unlimited
from solebook.ports.language.errors import Unavailable
from solebook.ports.language.market import Side
from solebook.ports.language.process_roles import ProcessRole

from ...certificates import Authority
from ...core.bidding.market import build_market
from ...nats_server import NatsServer, running_nats
from .processes import opened_exchange

pytestmark = [pytest.mark.real, pytest.mark.integration]

TRADE = ProcessRole.TRADE
PATIENCE = 30.0


@dataclass(frozen=True)
class Secured:
    """A server that wants certificates of its clients, and how one of them reaches it."""

    server: NatsServer
    settings: NatsSettings
    stranger: Authority
    """A CA that the server does not know, and that has not signed its certificate."""

    def connect(self, settings: NatsSettings | None = None) -> Network:
        return Network(access_of(settings or self.settings, "a test"))


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    folder = tmp_path_factory.mktemp("certificates")
    authority = Authority(folder, "authority")
    certificate, key = authority.certify("server", "localhost")
    mine, my_key = authority.certify("client")
    tls = (
        f'tls {{ cert_file: "{certificate}", key_file: "{key}", '
        f'ca_file: "{authority.certificate}", verify: true }}\n'
    )
    with running_nats(tls) as server:
        settings = NatsSettings(
            url=f"tls://localhost:{server.port}",
            ca=str(authority.certificate),
            cert=str(mine),
            key=str(my_key),
        )
        yield Secured(server, settings, Authority(folder, "stranger"))


@pytest.fixture
async def here(secured: Secured) -> AsyncIterator[Network]:
    async with secured.connect() as network:
        yield network


async def test_messages_are_carried_also_after_a_restart(
    secured: Secured, store: Store, clock: VirtualClock, ids: SeededIds
) -> None:
    access = access_of(secured.settings, "a test")
    [url] = access.servers
    async with opened_exchange(url, store, clock, ids, tls=access.tls) as exchange:
        trade, relay = await exchange.process(TRADE), await exchange.process()
        trade.receive_all(TRADE)
        back = asyncio.Event()
        relay.network.on_reconnect(back.set)
        position = await relay.bus.publish(first := exchange.message())
        await exchange.until(lambda: exchange.handled == [first])

        secured.server.kill()
        secured.server.start()
        async with asyncio.timeout(PATIENCE):
            await back.wait()
        # It answers. A killed broker may forget that a message was acknowledged just before.
        assert position is not None
        await relay.bus.has_kept(position)
        await relay.bus.publish(second := exchange.message())
        await exchange.until(lambda: exchange.handled == [first, second])


async def test_an_engine_is_reached(secured: Secured, here: Network) -> None:
    market = build_market()
    await market.engine.start()

    async def epoch() -> int:
        return 1

    async with secured.connect() as there:
        server = MatchingServer(there, prefix="test")
        async with server.serving(market.engine, Unlimited(), shard=0, epoch=1):
            matching = RemoteMatching(here, shard=0, prefix="test", epoch=epoch)
            placement = await matching.place(market.command(Side.BID))
    assert placement.quote == await market.stored(placement.quote)
    await market.engine.stop()


async def test_a_service_is_called(secured: Secured, here: Network) -> None:
    async def echo(body: bytes, _: Mapping[str, str]) -> MicroReply:
        return MicroReply(body)

    prefix = f"test-{uuid4().hex}"
    service = MicroService(
        "Echo", "says it again", [MicroEndpoint("Say", echo, {})], too_large=MicroReply(b"")
    )
    access = access_of(secured.settings, "another program")
    async with serving(here, [service], prefix=prefix, version="1.0.0"):
        client = await nats.connect(list(access.servers), tls=access.tls)
        answer = await client.request(f"{prefix}.services.Echo.Say", b"hello", timeout=PATIENCE)
        await client.close()
    assert answer.data == b"hello"


@pytest.mark.parametrize("who", ["without a certificate", "with a certificate of a stranger"])
async def test_a_client_that_the_server_does_not_know_is_not_let_in(
    secured: Secured, who: str
) -> None:
    cert, key = None, None
    if who != "without a certificate":
        cert, key = map(str, secured.stranger.certify(f"client-{uuid4().hex[:6]}"))
    with pytest.raises(Unavailable):
        async with secured.connect(replace(secured.settings, cert=cert, key=key)):
            pass


@pytest.mark.parametrize("what", ["another CA", "another host", "no CA"])
async def test_a_server_that_does_not_prove_itself_is_not_used(secured: Secured, what: str) -> None:
    settings = secured.settings
    wrong = {
        "another CA": replace(settings, ca=str(secured.stranger.certificate)),
        "another host": replace(settings, url=f"tls://127.0.0.1:{secured.server.port}"),
        "no CA": replace(settings, ca=None),
    }[what]
    with pytest.raises(Unavailable):
        async with secured.connect(wrong):
            pass


def test_a_missing_file_is_named(secured: Secured, tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        access_of(replace(secured.settings, ca=str(tmp_path / "none.crt")), "a test")
