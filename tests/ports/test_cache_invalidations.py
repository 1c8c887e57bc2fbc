"""Contract of CacheInvalidations."""

import pytest

from solebook.adapters.memory.cache_invalidations import MemoryCacheInvalidations
from solebook.ports.cache_invalidations import CacheInvalidations


@pytest.fixture(params=["memory"])
def invalidations() -> CacheInvalidations[str]:
    return MemoryCacheInvalidations()


def test_every_subscriber_hears_of_every_key_at_once(
    invalidations: CacheInvalidations[str],
) -> None:
    first: list[str] = []
    second: list[str] = []
    invalidations.subscribe(first.append)
    invalidations.publish("a")
    invalidations.subscribe(second.append)
    invalidations.publish("b")
    assert (first, second) == (["a", "b"], ["b"])


def test_publishing_without_subscribers_is_possible(invalidations: CacheInvalidations[str]) -> None:
    invalidations.publish("a")
