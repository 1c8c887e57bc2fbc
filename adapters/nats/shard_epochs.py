"""The epoch of the process that owns a shard."""

import asyncio

from ...ports.language.errors import Unavailable
from ...ports.leases import Leases

_LIFE = 0.2
"""Seconds for which an epoch is believed. A wrong one costs a request that nobody receives."""
_LIFE_OF_NONE = 0.05
_PATIENCE = 0.25
"""Seconds to wait for the store. After that, the last known epoch is as good as any."""


class ShardEpochs:
    """Reads the epoch of a shard's lease. All callers at the same time share one read."""

    def __init__(self, leases: Leases, lease: str) -> None:
        """`lease` is the name of the shard's lease."""
        self._leases = leases
        self._lease = lease
        self._epoch: int | None = None
        self._good_until = 0.0
        self._looking: asyncio.Task[None] | None = None

    async def __call__(self) -> int | None:
        """Return the epoch, or None while nobody owns the shard.

        While the store does not answer, it is the last known one.
        """
        if asyncio.get_running_loop().time() < self._good_until:
            return self._epoch
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look())
        await asyncio.wait((self._looking,), timeout=_PATIENCE)
        return self._epoch

    async def _look(self) -> None:
        try:
            lease = await self._leases.holder(self._lease)
        except Unavailable:
            return
        self._epoch = None if lease is None else lease.epoch
        life = _LIFE_OF_NONE if lease is None else _LIFE
        self._good_until = asyncio.get_running_loop().time() + life
