"""What the collector of garbage leaves alone in a process that serves."""

import gc
from collections.abc import Iterator

import pytest

from solebook.entrypoints.garbage import collect_rarely


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


def test_circles_that_are_made_later_are_still_found() -> None:
    collect_rarely()
    circle: list[object] = []
    circle.append(circle)
    del circle
    assert gc.collect() > 0
