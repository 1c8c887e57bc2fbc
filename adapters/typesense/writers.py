"""One writer of a product at a time, in all processes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from uuid import uuid4

from ...ports.clock import Clock
from ...ports.language.errors import Unavailable
from ...ports.language.ids import ProductId
from ..text_search.turns import Turns
from .connection import TYPESENSE, AlreadyThere, NotThere, TypesenseConnection

_WORK = 7.0
"""Seconds in which a process that has its turn writes."""
_MARGIN = 2.0
"""Seconds after that in which clocks may differ, besides those that a call may take.

Then the turn is over, because its process may have died.
"""
_PATIENCE = 2.0
"""Seconds to wait for a turn."""
_PAUSE = 0.01
"""Seconds before it is tried again."""

_FIELDS = [{"name": "holder", "type": "string"}, {"name": "until", "type": "int64"}]


class Writers:
    """Turns to write products.

    Typesense changes no document on a condition. It creates one only if it is not there, so the
    turn of a process is a document, which it deletes when its turn is over.
    """

    def __init__(self, typesense: TypesenseConnection, clock: Clock, prefix: str) -> None:
        """Create it. `clock` has the real time."""
        self._typesense = typesense
        self._clock = clock
        self._collection = f"{prefix}_writers"
        self._holder = uuid4().hex
        self._turns = Turns[ProductId]()
        self._ends: dict[ProductId, float] = {}
        """When this process writes no more in its turns, by the stopwatch."""

    @property
    def _life(self) -> float:
        """The seconds of a turn."""
        return _WORK + self._typesense.timeout + _MARGIN

    @asynccontextmanager
    async def writing(self, product_id: ProductId) -> AsyncIterator[None]:
        """Wait for a turn, and keep it for the block. Raises Unavailable."""
        async with self._turns.of(product_id):
            began = self._typesense.stopwatch.elapsed()
            await self._take(product_id, began)
            self._ends[product_id] = began + _WORK
            try:
                yield
                self.check(product_id)
            finally:
                del self._ends[product_id]
                with suppress(Unavailable, NotThere):  # the turn ends by itself
                    await self._give_back(product_id)

    def check(self, product_id: ProductId) -> None:
        """Raise Unavailable if the turn of this process may be over.

        What it has read may be old then. The caller reads again.
        """
        ends = self._ends.get(product_id)
        if ends is not None and self._typesense.stopwatch.elapsed() > ends:
            raise Unavailable(what=f"the turn to write product {product_id}")

    async def _take(self, product_id: ProductId, began: float) -> None:
        while True:
            now = int(self._clock.now().timestamp() * 1_000)
            turn = {
                "id": str(product_id),
                "holder": self._holder,
                "until": now + int(self._life * 1_000),
            }
            try:
                await self._typesense.call("post", self._documents, turn)
            except NotThere:
                await self._create()
            except AlreadyThere:
                # One of this process is from a call without an answer.
                over = f"id:={product_id} && (until:<{now} || holder:={self._holder})"
                await self._typesense.call("delete", self._documents, filter_by=over)
                if self._typesense.stopwatch.elapsed() > began + _PATIENCE:
                    raise Unavailable(what=TYPESENSE) from None
                await asyncio.sleep(_PAUSE)
            else:
                return

    async def _give_back(self, product_id: ProductId) -> None:
        mine = f"id:={product_id} && holder:={self._holder}"
        await self._typesense.call("delete", self._documents, filter_by=mine)

    async def _create(self) -> None:
        with suppress(AlreadyThere):
            schema = {"name": self._collection, "fields": _FIELDS}
            await self._typesense.call("post", "/collections", schema)

    @property
    def _documents(self) -> str:
        return f"/collections/{self._collection}/documents"
