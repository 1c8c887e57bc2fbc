"""Declines and bars from bidding, in SQL."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, delete, select, update

from ....ports.language.ids import UserId
from ....ports.language.payments import Decline
from ....ports.language.users import BidBar
from ....ports.payments import Declines
from ..engine.constructs import insert_or_replace, insert_or_skip
from ..engine.database import SqlDatabase
from ..engine.statement import Statement
from ..schema import bid_bars, declines

_MOST = 100
_of_buyer = declines.c.buyer_id == bindparam("buyer_id")
_counts = declines.c.forgiven_at.is_(None)

_ADD = Statement(insert_or_skip(declines, declines.c.order_id))
_SINCE = Statement(
    select(declines)
    .where(_of_buyer, _counts, declines.c.at > bindparam("instant"))
    .order_by(declines.c.at.desc(), declines.c.order_id.desc())
    .limit(_MOST)
)
_FORGIVE = Statement(
    update(declines).where(_of_buyer, _counts).values(forgiven_at=bindparam("forgiven_at"))
)
_BAR = Statement(insert_or_replace(bid_bars, bid_bars.c.buyer_id))
_FIND_BAR = Statement(select(bid_bars).where(bid_bars.c.buyer_id == bindparam("buyer_id")))
_LIFT_BAR = Statement(delete(bid_bars).where(bid_bars.c.buyer_id == bindparam("buyer_id")))


class SqlDeclines(Declines):
    """Declines by order. Forgiven ones stay, with the instant of forgiving."""

    def __init__(self, database: SqlDatabase) -> None:
        self._database = database

    async def add(self, decline: Decline) -> bool:
        await self._lock(decline.buyer_id)
        added = await self._database.execute(
            _ADD,
            order_id=decline.order_id,
            buyer_id=decline.buyer_id,
            at=decline.at,
            reason=decline.reason,
            forgiven_at=None,
        )
        return bool(added)

    async def since(self, buyer_id: UserId, instant: datetime) -> Sequence[Decline]:
        rows = await self._database.rows(_SINCE, buyer_id=buyer_id, instant=instant)
        return [Decline(row.order_id, row.buyer_id, row.at, row.reason) for row in rows]

    async def bar(self, bar: BidBar) -> None:
        await self._database.execute(
            _BAR, buyer_id=bar.buyer_id, declines=bar.declines, until=bar.until
        )

    async def find_bar(self, buyer_id: UserId) -> BidBar | None:
        row = await self._database.first(_FIND_BAR, buyer_id=buyer_id)
        return None if row is None else BidBar(row.buyer_id, row.declines, row.until)

    async def forgive(self, buyer_id: UserId, at: datetime) -> int:
        await self._lock(buyer_id)
        await self._database.execute(_LIFT_BAR, buyer_id=buyer_id)
        return await self._database.execute(_FORGIVE, buyer_id=buyer_id, forgiven_at=at)

    async def _lock(self, buyer_id: UserId) -> None:
        await self._database.lock(f"declines {buyer_id}")
