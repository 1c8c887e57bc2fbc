"""Numbered parts of work, each done by one process at a time."""

from functools import partial
from typing import Protocol

from .lease_keeper import LeaseKeeper
from .lease_spread import PartOfWork


class Parts(Protocol):
    """The parts that this process has at present. LeaseSpread shares them fairly."""

    @property
    def owned(self) -> frozenset[int]:
        """The parts for which this process may act."""
        ...

    @property
    def reason(self) -> str | None:
        """Why this process may own nothing, or None if it may."""
        ...

    async def run(self, work: PartOfWork) -> None:
        """Run `work` for each part that this process has, until cancelled."""
        ...


class OnlyPart(Parts):
    """A single part, number 0. Its one lease is all that is needed."""

    def __init__(self, keeper: LeaseKeeper) -> None:
        self._keeper = keeper

    @property
    def owned(self) -> frozenset[int]:
        return frozenset({0}) if self._keeper.is_owner else frozenset()

    @property
    def reason(self) -> str | None:
        return self._keeper.reason

    async def run(self, work: PartOfWork) -> None:
        await self._keeper.run(partial(work, 0))
