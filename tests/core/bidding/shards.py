"""A market whose books are divided into several shards, with all engines in one process."""

from dataclasses import dataclass, replace
from typing import Any, Self

from solebook.core.bidding.matching_engine import MatchingEngine
from solebook.core.bidding.sharded_matching import ShardedMatching
from solebook.ports.language.events import Event
from solebook.ports.language.halts import Halt
from solebook.ports.language.ids import HaltId
from solebook.ports.language.market import BookKey, Quote, Side, Size, shard_of
from solebook.ports.language.placement import Placement
from solebook.ports.matching import ShardMatching

from .market import PRICE, Market, build_market


@dataclass
class Shards:
    """The engines of a market's shards, and what passes commands to them."""

    market: Market
    engines: list[MatchingEngine]

    @classmethod
    async def start(cls, number: int) -> Self:
        market = build_market()
        shards = cls(market, [market.engine_of(shard, number) for shard in range(number)])
        for engine in shards.engines:
            await engine.start()
        return shards

    async def stop(self) -> None:
        for engine in self.engines:
            await engine.stop()

    async def replace_engine(self, number: int) -> None:
        """Let another engine take over a shard."""
        await self.engines[number].stop()
        self.engines[number] = self.market.engine_of(number, len(self.engines))
        await self.engines[number].start()

    @property
    def matching(self) -> ShardedMatching:
        return ShardedMatching(self.engines)

    def with_instead(self, number: int, shard: ShardMatching) -> ShardedMatching:
        """Return the matching in which a shard is reached in another way."""
        shards: list[ShardMatching] = [*self.engines]
        shards[number] = shard
        return ShardedMatching(shards)

    def book(self, shard: int, nth: int = 0) -> BookKey:
        """Return a book of the market's product in a shard."""
        books = (replace(self.market.book, size=Size(str(size))) for size in range(4, 16))
        return [b for b in books if shard_of(b, len(self.engines)) == shard][nth]

    async def place(self, side: Side, shard: int, amount: int = PRICE, **fields: Any) -> Placement:
        command = self.market.command(side, amount, book=self.book(shard), **fields)
        return await self.matching.place(command)

    async def undo(self, ask: Quote) -> Quote:
        """Undo the match of an ask, which returns, and return it."""
        matched = await self.market.stored(ask)
        assert matched.match_id is not None
        await self.matching.unwind(matched.match_id, ask.book, ask_returns=True)
        return await self.market.stored(ask)

    def halt_of(self, **fields: Any) -> Halt:
        """Return a halt of all books of the product, or of some."""
        values: dict[str, Any] = {
            "id": HaltId(self.market.ids.new()),
            "product_id": self.market.book.product_id,
            "size": None,
            "condition": None,
            "halted_at": self.market.clock.now(),
        }
        return Halt(**values | fields)

    async def told(self, kind: type[Event]) -> list[Any]:
        messages = await self.market.adapters.store.outbox.unsent(10_000)
        return [m.event for m in messages if isinstance(m.event, kind)]
