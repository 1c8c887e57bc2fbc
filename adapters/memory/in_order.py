"""A dict that can be read in the order of a rank."""

from bisect import bisect_left, insort
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class InOrder(dict[K, V]):
    """A dict that also sorts its records by rank, so that the first ones are found fast.

    Ranks are unique. MemoryDatabase changes it, and undoes changes, as with any dict.
    """

    __slots__ = ("_rank", "_ranked")

    def __init__(self, rank: Callable[[V], Any]) -> None:
        super().__init__()
        self._rank = rank
        self._ranked: list[tuple[Any, K]] = []

    def __setitem__(self, key: K, value: V) -> None:
        if key in self:
            self._forget(key)
        super().__setitem__(key, value)
        insort(self._ranked, (self._rank(value), key))

    def __delitem__(self, key: K) -> None:
        self._forget(key)
        super().__delitem__(key)

    def in_order(self) -> Iterator[tuple[K, V]]:
        """Yield keys and records, the lowest rank first."""
        for _, key in self._ranked:
            yield key, self[key]

    def first(self) -> V:
        """Return the record of the lowest rank. The dict must not be empty."""
        return self[self._ranked[0][1]]

    def _forget(self, key: K) -> None:
        del self._ranked[bisect_left(self._ranked, (self._rank(self[key]), key))]
