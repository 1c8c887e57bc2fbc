"""What processes tell each other over NATS, and what they do when a message was lost."""

from ...nats_server import NatsServer
from ...ports.across_channels import cache_invalidations


async def test_caches_of_all_processes_forget_a_key_and_everything_after_a_lost_message(
    nats_server: NatsServer,
) -> None:
    forgotten: list[str] = []
    async with cache_invalidations(nats_server.url, 2) as [here, there]:
        there.adapter.subscribe(forgotten.append, lambda: forgotten.append("everything"))
        here.adapter.publish("a")
        await there.until(lambda: forgotten == ["a"])
        here.transport.leaks = True
        here.adapter.publish("b")
        await here.sent()
        here.transport.leaks = False
        await there.until(lambda: forgotten == ["a", "everything"])


async def test_a_message_that_is_not_understood_is_a_lost_one(nats_server: NatsServer) -> None:
    async with cache_invalidations(nats_server.url, 2) as [here, there]:
        here.channel.tell(b"\xff")
        await there.until(lambda: there.missed == 1)


async def test_more_than_fits_into_a_message_is_told_in_several(nats_server: NatsServer) -> None:
    forgotten: list[str] = []
    keys = [f"{number:02}" + "x" * 100_000 for number in range(20)]
    async with cache_invalidations(nats_server.url, 2) as [here, there]:
        there.adapter.subscribe(forgotten.append, forgotten.clear)
        for key in keys:
            here.adapter.publish(key)
        await there.until(lambda: forgotten == keys)
