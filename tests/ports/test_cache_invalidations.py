"""Contract of CacheInvalidations."""

from collections.abc import AsyncIterator

import pytest

from solebook.adapters.memory.cache_invalidations import MemoryCacheInvalidations
from solebook.ports.cache_invalidations import CacheInvalidations


@pytest.fixture(params=["memory", "nats", "redis"])
async def invalidations(
    request: pytest.FixtureRequest,
) -> AsyncIterator[CacheInvalidations[str]]:
    if request.param == "memory":
        yield MemoryCacheInvalidations()
        return
    if request.param == "redis":
        from ..redis_caches import invalidations_of

        async with invalidations_of(request.getfixturevalue("valkey_server")) as redis:
            yield redis
        return
    from .across_channels import cache_invalidations

    server = request.getfixturevalue("nats_server")
    async with cache_invalidations(server.url, 1) as [one]:
        yield one.adapter


async def test_every_subscriber_hears_of_every_key_at_once(
    invalidations: CacheInvalidations[str],
) -> None:
    first: list[str] = []
    second: list[str] = []
    invalidations.subscribe(first.append, first.clear)
    invalidations.publish("a")
    invalidations.subscribe(second.append, second.clear)
    invalidations.publish("b")
    assert (first, second) == (["a", "b"], ["b"])


async def test_publishing_without_subscribers_is_possible(
    invalidations: CacheInvalidations[str],
) -> None:
    invalidations.publish("a")
