"""The tape as a replica of the store shows it."""

from collections.abc import Sequence

from ...ports.language.analytics import Sale, SalesSummary
from ...ports.language.ids import ProductId
from ...ports.language.market import Size
from ...ports.language.paging import Page, PageRequest
from ...ports.tape import TapeReader
from .replica_reads import ReplicaReads


class ReplicatedTape(TapeReader):
    """Reads from a replica, or from the store."""

    def __init__(self, reads: ReplicaReads[TapeReader]) -> None:
        self._reads = reads

    async def sales(
        self, product_id: ProductId, request: PageRequest, size: Size | None = None
    ) -> Page[Sale]:
        return await self._reads(lambda tape: tape.sales(product_id, request, size))

    async def count(self, product_id: ProductId) -> int:
        return await self._reads(lambda tape: tape.count(product_id))

    async def summaries(
        self, product_id: ProductId | None = None, size: Size | None = None
    ) -> Sequence[SalesSummary]:
        return await self._reads(lambda tape: tape.summaries(product_id, size))
