"""The epochs of the processes that own shards."""

import asyncio
from collections.abc import Mapping, Sequence

from ...ports.language.errors import Unavailable
from ...ports.language.leases import Lease
from ...ports.leases import Leases

_LIFE = 0.2
"""Seconds for which an epoch is believed. A wrong one costs a request that nobody receives."""
_LIFE_OF_NONE = 0.05
_PATIENCE = 0.25
"""Seconds to wait for the store. After that, the last known epoch is as good as any."""


class ShardEpochs:
    """Reads the epochs of the shards' leases. All callers at the same time share one read."""

    def __init__(self, leases: Leases, names: Sequence[str]) -> None:
        """`names` are those of the shards' leases, by number."""
        self._leases = leases
        self._names = names
        self._held: Mapping[str, Lease] = {}
        self._read_at = float("-inf")
        self._looking: asyncio.Task[None] | None = None

    async def __call__(self, shard: int) -> int | None:
        """Return the epoch of a shard, or None while nobody owns it.

        While the store does not answer, it is the last known one.
        """
        age = asyncio.get_running_loop().time() - self._read_at
        epoch = self._epoch(shard)
        if age < (_LIFE_OF_NONE if epoch is None else _LIFE):
            return epoch
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look())
        await asyncio.wait((self._looking,), timeout=_PATIENCE)
        return self._epoch(shard)

    def _epoch(self, shard: int) -> int | None:
        lease = self._held.get(self._names[shard])
        return None if lease is None else lease.epoch

    async def _look(self) -> None:
        try:
            self._held = await self._leases.held(self._names)
        except Unavailable:
            return
        self._read_at = asyncio.get_running_loop().time()
