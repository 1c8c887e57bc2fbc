"""What the collector of garbage leaves alone in a process that serves."""

import gc
from collections.abc import Iterator

import pytest

from solebook.entrypoints.garbage import collect_rarely, looked_at_rarely, spare_what_loads
from solebook.ports.language.errors import Unavailable


@pytest.fixture(autouse=True)
def thresholds() -> Iterator[tuple[int, int, int]]:
    before = gc.get_threshold()
    yield before
    gc.set_threshold(*before)


def test_what_was_built_before_is_not_looked_at_again(thresholds: tuple[int, int, int]) -> None:
    built: list[object] = [[]]
    collect_rarely()
    assert not any(known is built for known in gc.get_objects())
    assert gc.get_threshold() > thresholds


def test_a_start_looks_for_garbage_less_often_and_what_comes_after_it_as_before(
    thresholds: tuple[int, int, int],
) -> None:
    with looked_at_rarely():
        assert gc.get_threshold() > thresholds
    assert gc.get_threshold() == thresholds


def test_circles_that_are_made_later_are_still_found() -> None:
    collect_rarely()
    circle: list[object] = []
    circle.append(circle)
    del circle
    assert gc.collect() > 0


async def test_what_is_loaded_after_the_start_is_not_looked_at_either() -> None:
    loaded: list[object] = []

    async def load() -> None:
        loaded.append([])

    await spare_what_loads(load)
    assert not any(known is loaded[0] for known in gc.get_objects())


async def test_an_engine_that_ends_before_everything_is_loaded_hurts_nobody() -> None:
    async def fail() -> None:
        raise Unavailable(what="the matching engine")

    await spare_what_loads(fail)
