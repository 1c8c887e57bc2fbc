"""Contract of Cache."""

import asyncio
import gc
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from solebook.adapters.decorators.broadcast_cache import BroadcastCache
from solebook.adapters.memory.cache import MemoryCache
from solebook.adapters.memory.cache_invalidations import MemoryCacheInvalidations
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.ports.cache import Cache
from solebook.ports.language.errors import Unavailable

SIZE = 3
LIFE = timedelta(seconds=60)


@pytest.fixture(params=["memory", "broadcast"])
def own(request: pytest.FixtureRequest, clock: VirtualClock) -> Cache[str, str]:
    """A cache within the process, whose time is the virtual clock's."""
    cache = MemoryCache[str, str](clock, size=SIZE, life=LIFE)
    if request.param == "memory":
        return cache
    return BroadcastCache(cache, invalidations=MemoryCacheInvalidations())


@pytest.fixture(params=["memory", "broadcast", "redis"])
async def cache(
    request: pytest.FixtureRequest, clock: VirtualClock
) -> AsyncIterator[Cache[str, str]]:
    if request.param == "redis":
        from ..redis_caches import cache_of

        server = request.getfixturevalue("valkey_server")
        async with cache_of(server, near=MemoryCache(clock, size=SIZE, life=LIFE)) as process:
            yield process.cache
        return
    cache = MemoryCache[str, str](clock, size=SIZE, life=LIFE)
    broadcast = BroadcastCache(cache, invalidations=MemoryCacheInvalidations[str]())
    yield cache if request.param == "memory" else broadcast


@dataclass
class Source:
    """A source of values, which loads them at once or when it is released."""

    value: str = "old"
    loads: int = 0
    open: asyncio.Event = field(default_factory=asyncio.Event)

    begun: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.open.set()

    async def begins(self, loads: int = 1) -> None:
        """Wait until so many loads have begun."""
        async with asyncio.timeout(30):
            while self.loads < loads:
                self.begun.clear()
                await self.begun.wait()

    async def load(self) -> str:
        self.loads += 1
        self.begun.set()
        value = self.value
        await self.open.wait()
        if value == "wrong":
            raise Unavailable(what="the source")
        return value


@pytest.fixture
def source() -> Source:
    return Source()


async def turns() -> None:
    """Let all other tasks run as far as they can."""
    for _ in range(5):
        await asyncio.sleep(0)


async def test_a_value_is_loaded_once_and_kept(cache: Cache[str, str], source: Source) -> None:
    assert [await cache.get("key", source.load) for _ in range(3)] == ["old"] * 3
    assert source.loads == 1


async def test_each_key_has_its_own_value(cache: Cache[str, str]) -> None:
    sources = {key: Source(value=key) for key in "abc"}
    for _ in range(2):
        assert [await cache.get(key, sources[key].load) for key in "abc"] == ["a", "b", "c"]
    assert [source.loads for source in sources.values()] == [1, 1, 1]


async def test_hundred_concurrent_callers_share_one_load(
    cache: Cache[str, str], source: Source
) -> None:
    source.open.clear()
    asking = [asyncio.create_task(cache.get("key", source.load)) for _ in range(100)]
    await source.begins()
    source.open.set()
    assert await asyncio.gather(*asking) == ["old"] * 100
    assert source.loads == 1


async def test_a_value_is_kept_for_its_life_and_no_longer(
    own: Cache[str, str], source: Source, clock: VirtualClock
) -> None:
    await own.get("key", source.load)
    source.value = "new"
    await clock.advance(LIFE - timedelta(microseconds=1))
    assert await own.get("key", source.load) == "old"
    await clock.advance(timedelta(microseconds=1))
    assert await own.get("key", source.load) == "new"


async def test_the_life_of_a_value_begins_with_its_load(
    own: Cache[str, str], source: Source, clock: VirtualClock
) -> None:
    source.open.clear()
    asking = asyncio.create_task(own.get("key", source.load))
    await turns()
    await clock.advance(LIFE)
    source.value = "new"
    source.open.set()
    assert await asking == "old"
    assert await own.get("key", source.load) == "new"


async def test_least_recently_used_value_is_evicted(
    own: Cache[str, str],
) -> None:
    sources = {key: Source(value=key) for key in "abcd"}
    for key in ("a", "b", "c", "a", "d"):
        await own.get(key, sources[key].load)
    for key in "acd":
        await own.get(key, sources[key].load)
    assert [source.loads for source in sources.values()] == [1, 1, 1, 1]
    await own.get("b", sources["b"].load)
    assert sources["b"].loads == 2


async def test_failed_load_fails_its_callers_and_is_not_stored(
    cache: Cache[str, str], source: Source
) -> None:
    source.value = "wrong"
    source.open.clear()
    asking = [asyncio.create_task(cache.get("key", source.load)) for _ in range(3)]
    other = asyncio.create_task(cache.get("other", Source().load))
    await source.begins()
    source.open.set()
    outcomes = await asyncio.gather(*asking, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [Unavailable] * 3
    assert await other == "old"
    source.value = "new"
    assert await cache.get("key", source.load) == "new"
    assert source.loads == 2


async def test_stored_value_is_invalidated(cache: Cache[str, str], source: Source) -> None:
    await cache.get("key", source.load)
    await cache.get("other", source.load)
    source.value = "new"
    cache.forget("key")
    cache.forget("unknown")
    assert await cache.get("key", source.load) == "new"
    assert await cache.get("other", source.load) == "old"


async def test_load_that_is_invalidated_while_under_way_is_not_stored(
    cache: Cache[str, str], source: Source
) -> None:
    source.open.clear()
    before = asyncio.create_task(cache.get("key", source.load))
    await source.begins()
    source.value = "new"
    cache.forget("key")
    after = asyncio.create_task(cache.get("key", source.load))
    await source.begins(2)
    source.open.set()
    assert [await before, await after] == ["old", "new"]
    assert await cache.get("key", source.load) == "new"
    assert source.loads == 2


async def test_an_old_load_that_ends_last_changes_nothing(
    cache: Cache[str, str], source: Source
) -> None:
    slow = Source()
    slow.open.clear()
    before = asyncio.create_task(cache.get("key", slow.load))
    await slow.begins()
    cache.forget("key")
    source.value = "new"
    assert await cache.get("key", source.load) == "new"
    slow.open.set()
    assert await before == "old"
    assert await cache.get("key", source.load) == "new"
    assert source.loads == 1


async def test_cancelled_caller_does_not_cancel_the_load_of_the_others(
    cache: Cache[str, str], source: Source
) -> None:
    source.open.clear()
    first, second = (asyncio.create_task(cache.get("key", source.load)) for _ in range(2))
    await source.begins()
    first.cancel()
    await turns()
    source.open.set()
    assert await second == "old"
    assert first.cancelled()
    assert source.loads == 1


@pytest.mark.parametrize(("value", "loads"), [("old", 1), ("wrong", 2)])
async def test_load_without_callers_is_stored_or_fails_silently(
    cache: Cache[str, str],
    source: Source,
    value: str,
    loads: int,
    caplog: pytest.LogCaptureFixture,
) -> None:
    source.value = value
    source.open.clear()
    asking = asyncio.create_task(cache.get("key", source.load))
    await source.begins()
    asking.cancel()
    source.open.set()
    await turns()
    source.value = "old"
    assert await cache.get("key", source.load) == "old"
    assert source.loads == loads
    del asking
    gc.collect()
    assert not caplog.records


@pytest.mark.parametrize(("size", "life"), [(0, LIFE), (1, timedelta(0))])
def test_cache_with_invalid_settings_is_refused(
    clock: VirtualClock, size: int, life: timedelta
) -> None:
    with pytest.raises(ValueError, match="must be positive"):
        MemoryCache[str, str](clock, size=size, life=life)
