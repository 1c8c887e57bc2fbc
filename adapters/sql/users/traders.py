"""The standing of traders, in SQL."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import bindparam, exists, false, select, union_all

from ....ports.language.errors import NotFound
from ....ports.language.ids import UserId
from ....ports.language.market import Side
from ....ports.language.users import BidBar, TraderStanding
from ....ports.users import Traders
from ..engine.constructs import one_of
from ..engine.database import SqlDatabase
from ..engine.shared_read import SharedRead
from ..engine.statement import Statement
from ..schema import addresses, bid_bars, users

_STANDING = Statement(
    select(
        users.c.id,
        users.c.payment_method.is_not(None).label("has_payment_method"),
        exists().where(addresses.c.user_id == users.c.id).label("has_address"),
        users.c.payout_account.is_not(None).label("has_payout_account"),
        users.c.suspended,
        users.c.email_proven_at.is_not(None).label("email_proven"),
        bid_bars.c.declines,
        bid_bars.c.until,
    )
    .outerjoin(bid_bars, bid_bars.c.buyer_id == users.c.id)
    .where(one_of(users.c.id, "ids"))
)
_BARRED = Statement(
    union_all(
        select(users.c.id, users.c.suspended).where(users.c.suspended, one_of(users.c.id, "ids")),
        select(bid_bars.c.buyer_id, false()).where(
            one_of(bid_bars.c.buyer_id, "ids"), bid_bars.c.until > bindparam("now")
        ),
    )
)


class SqlTraders(Traders):
    """Reads a trader's standing from users, addresses and bid bars."""

    def __init__(self, database: SqlDatabase) -> None:
        self._database = database
        self._standing = SharedRead(database, self._standings)

    async def standing(self, user_id: UserId) -> TraderStanding:
        standing = await self._standing(user_id)
        if standing is None:
            raise NotFound(what="user", id=user_id)
        return standing

    async def _standings(self, user_ids: Collection[UserId]) -> Mapping[UserId, TraderStanding]:
        return {
            row.id: TraderStanding(
                has_payment_method=row.has_payment_method,
                has_address=row.has_address,
                has_payout_account=row.has_payout_account,
                suspended=row.suspended,
                email_proven=row.email_proven,
                bid_bar=None if row.until is None else BidBar(row.id, row.declines, row.until),
            )
            for row in await self._database.rows(_STANDING, ids=user_ids)
        }

    async def barred(
        self, user_ids: Collection[UserId], now: datetime
    ) -> Mapping[UserId, frozenset[Side]]:
        rows = await self._database.rows(_BARRED, ids=user_ids, now=now)
        declined = {row.id: frozenset({Side.BID}) for row in rows if not row.suspended}
        return declined | {row.id: frozenset(Side) for row in rows if row.suspended}
