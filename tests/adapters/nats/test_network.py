"""A connection to NATS that is opened, lost and closed."""

import asyncio

import pytest
from nats.aio.msg import Msg

from solebook.adapters.nats.network import ConnectionLost, NatsAccess, Network, NobodyThere
from solebook.adapters.nats.pulse import Pulse
from solebook.ports.language.errors import Unavailable

from ...nats_server import NatsServer

PATIENCE = 60.0
LONG = 60.0
"""When something that must end has not ended, also on a busy machine."""


def test_a_connection_can_be_closed_while_the_broker_is_away(own_nats_server: NatsServer) -> None:
    access = NatsAccess(servers=(own_nats_server.url,))

    async def lose_it() -> None:
        async with Network(access) as one, Network(access) as another:
            own_nats_server.stop()
            for network in (one, another):
                with pytest.raises(Unavailable):
                    await network.request("nobody", b"", timeout=PATIENCE)

    for _ in range(10):
        asyncio.run(asyncio.wait_for(lose_it(), LONG))  # and no task is left
        own_nats_server.start()


async def test_a_request_ends_when_the_connection_is_lost(own_nats_server: NatsServer) -> None:
    async with Network(NatsAccess(servers=(own_nats_server.url,))) as network:
        asked = asyncio.Event()

        async def be_silent(_: bytes) -> None:
            asked.set()

        await network.serve("silent", be_silent)
        asking = asyncio.create_task(network.request("silent", b"", timeout=600.0))
        await asked.wait()
        own_nats_server.kill()

        with pytest.raises(ConnectionLost):
            await asyncio.wait_for(asking, PATIENCE)


async def test_a_request_to_nobody_has_no_effect(nats_server: NatsServer) -> None:
    async with Network(NatsAccess(servers=(nats_server.url,))) as network:
        with pytest.raises(NobodyThere):
            await network.request("nobody", b"", timeout=PATIENCE)


async def test_a_broker_that_is_not_there_is_unavailable_and_the_cause_says_what_to_do() -> None:
    servers = ("nats://keeper:hunter2@127.0.0.1:1",)
    with pytest.raises(Unavailable) as refused:
        async with Network(NatsAccess(servers=servers, connect_timeout=0.2)):
            pass
    told = str(refused.value.__cause__)
    assert told.startswith("no connection to 127.0.0.1:1 within 0.2 s")
    assert told.endswith("; check nats.url, or start NATS")
    assert "hunter2" not in told


async def test_a_subscription_that_is_given_up_does_not_cost_the_connection(
    nats_server: NatsServer,
) -> None:
    async def hear(message: Msg) -> None:
        raise AssertionError(message.subject)

    async with Network(NatsAccess(servers=(nats_server.url,))) as network:
        for number in range(20):
            subscribing = asyncio.create_task(network.subscribe(f"given.up.{number}", hear))
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            subscribing.cancel()
            await asyncio.gather(subscribing, return_exceptions=True)
        with pytest.raises(NobodyThere):
            await network.request("nobody", b"", timeout=5.0)
        assert network.connections == 1


async def test_a_server_that_is_silent_is_noticed_before_the_connection_ends(
    own_nats_server: NatsServer,
) -> None:
    async with Network(NatsAccess(servers=(own_nats_server.url,))) as network:
        pulse = Pulse(network)
        async with asyncio.timeout(PATIENCE):
            await pulse.check()
            own_nats_server.pause()
            while await is_well(pulse):
                pass
            assert network.is_connected
            own_nats_server.resume()
            while not await is_well(pulse):
                pass


async def test_the_pulse_is_back_with_the_connection(own_nats_server: NatsServer) -> None:
    async with Network(NatsAccess(servers=(own_nats_server.url,))) as network:
        pulse, is_back = Pulse(network), asyncio.Event()
        network.on_reconnect(is_back.set)
        async with asyncio.timeout(PATIENCE):
            own_nats_server.pause()
            while await is_well(pulse):
                pass
            own_nats_server.kill()
            own_nats_server.start()
            await is_back.wait()
            while not await is_well(pulse):
                pass


async def is_well(pulse: Pulse) -> bool:
    await asyncio.sleep(0)
    try:
        await pulse.check()
    except Unavailable:
        return False
    return True
