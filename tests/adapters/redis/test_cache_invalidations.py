"""Keys that the caches of all processes must forget."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.adapters.memory.virtual_stopwatch import VirtualStopwatch
from solebook.adapters.redis.cache_invalidations import RedisCacheInvalidations
from solebook.adapters.redis.subscription import Subscription

from ...redis_connections import connected, until
from ...valkey_server import ValkeyServer


@dataclass
class Caching:
    """A process that notes what it forgets."""

    invalidations: RedisCacheInvalidations[str]
    subscription: Subscription
    forgotten: list[str] = field(default_factory=list)
    all_forgotten: int = 0

    def __post_init__(self) -> None:
        self.invalidations.subscribe(self.forgotten.append, self.forget_all)

    def forget_all(self) -> None:
        self.all_forgotten += 1


@asynccontextmanager
async def caching(
    server: ValkeyServer, stopwatch: VirtualStopwatch | None = None
) -> AsyncIterator[Caching]:
    """Open a process. Its sender has a stopwatch of its own, if there is one."""
    async with connected(server) as listening, connected(server, stopwatch=stopwatch) as sending:
        subscription = Subscription(listening, "changes", beat=0.1, silence=0.4, pause=0.02)
        invalidations = RedisCacheInvalidations[str](
            sending, "changes", read=str, subscription=subscription
        )
        process = Caching(invalidations, subscription)
        async with invalidations.open():
            await until(lambda: subscription.is_heard)
            yield process


async def test_other_processes_forget_what_one_publishes(own_valkey_server: ValkeyServer) -> None:
    async with caching(own_valkey_server) as one, caching(own_valkey_server) as another:
        for key in "abc":
            one.invalidations.publish(key)
        another.invalidations.publish("d")
        await until(lambda: "d" in one.forgotten)
        await until(lambda: len(another.forgotten) == 4)
    assert one.forgotten == ["a", "b", "c", "d"]
    assert sorted(another.forgotten) == ["a", "b", "c", "d"]


async def test_a_process_forgets_everything_when_it_is_cut_off_and_when_it_listens_again(
    own_valkey_server: ValkeyServer,
) -> None:
    async with caching(own_valkey_server) as one:
        assert one.all_forgotten == 1
        own_valkey_server.kill()
        await until(lambda: one.all_forgotten == 2)
        own_valkey_server.start()
        await until(lambda: one.all_forgotten == 3)


async def test_what_could_not_be_sent_makes_the_others_forget_everything(
    own_valkey_server: ValkeyServer, clock: VirtualClock
) -> None:
    async with (
        caching(own_valkey_server, VirtualStopwatch(clock)) as one,
        caching(own_valkey_server) as another,
    ):
        own_valkey_server.kill()
        await until(lambda: another.all_forgotten == 2)
        one.invalidations.publish("a")
        await until(lambda: len(clock._sleepers) > 0)
        own_valkey_server.start()
        await until(lambda: another.all_forgotten == 3)
        await clock.advance(timedelta(seconds=1))
        await until(lambda: another.all_forgotten == 4)
        one.invalidations.publish("b")
        await until(lambda: another.forgotten == ["b"])
        assert another.all_forgotten == 4


async def test_the_last_words_of_a_process_are_heard(own_valkey_server: ValkeyServer) -> None:
    async with caching(own_valkey_server) as another:
        async with caching(own_valkey_server) as one:
            one.invalidations.publish("a")
        await until(lambda: another.forgotten == ["a"])
