"""Disputes, in memory."""

from collections.abc import Sequence
from datetime import datetime
from itertools import islice

from ...ports.disputes import Disputes
from ...ports.language.disputes import Dispute
from ...ports.language.errors import NotFound
from ...ports.language.ids import DisputeId, OrderId
from ...ports.language.paging import Page, PageRequest
from .database import MemoryAdapter
from .paging import newest_first


class MemoryDisputes(MemoryAdapter, Disputes):
    """Disputes by id. There are few, so nothing else is indexed but their names."""

    async def open_or_lock(self, dispute: Dispute) -> Dispute:
        await self._database.writing()
        stored = self._tables.dispute_by_name.get(dispute.name)
        if stored is not None:
            return self._tables.disputes[stored]
        self._database.put(self._tables.disputes, dispute.id, dispute)
        self._database.put(self._tables.dispute_by_name, dispute.name, dispute.id)
        return dispute

    async def save(self, dispute: Dispute) -> None:
        await self._database.writing()
        assert dispute.id in self._tables.disputes, dispute
        self._database.put(self._tables.disputes, dispute.id, dispute)

    async def get(self, dispute_id: DisputeId) -> Dispute:
        with await self._database.reading():
            dispute = self._tables.disputes.get(dispute_id)
        if dispute is None:
            raise NotFound(what="dispute", id=dispute_id)
        return dispute

    async def of_order(self, order_id: OrderId) -> Sequence[Dispute]:
        with await self._database.reading():
            found = (d for d in self._tables.disputes.values() if d.order_id == order_id)
            return sorted(found, key=lambda dispute: dispute.id)

    async def due(self, now: datetime, limit: int) -> Sequence[Dispute]:
        with await self._database.reading():
            waiting = (
                (dispute.look_at, dispute)
                for dispute in self._tables.disputes.values()
                if dispute.look_at is not None and dispute.look_at <= now
            )
            found = sorted(waiting, key=lambda each: (each[0], each[1].id))
            return [dispute for _, dispute in islice(found, limit)]

    async def page(self, request: PageRequest, *, open_only: bool = False) -> Page[Dispute]:
        with await self._database.reading():
            disputes = self._tables.disputes
            return newest_first(
                disputes,
                disputes,
                request,
                lambda dispute: not (open_only and dispute.status.is_over),
            )
