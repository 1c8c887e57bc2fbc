"""Completed sales by seller and quarter, in SQL."""

from collections.abc import Collection, Mapping

from sqlalchemy import bindparam, delete, select, update

from ....ports.language.ids import UserId
from ....ports.language.money import Cents
from ....ports.language.payments import Quarter, SalesVolume
from ....ports.payments import SellerRecords
from ..engine.constructs import insert_or_replace, one_of
from ..engine.database import SqlDatabase
from ..engine.statement import Statement
from ..schema import seller_quarters

_columns = seller_quarters.c
_ADD = Statement(
    insert_or_replace(
        seller_quarters,
        *seller_quarters.primary_key,
        change=lambda old, new: {
            "sales": old.sales + new.sales,
            "volume": old.volume + new.volume,
        },
    )
)
_key = (
    (_columns.seller_id == bindparam("of_seller"))
    & (_columns.year == bindparam("of_year"))
    & (_columns.quarter == bindparam("of_quarter"))
)
_REMOVE_ONE = Statement(
    update(seller_quarters)
    .where(_key, _columns.sales > 1, _columns.volume >= bindparam("price"))
    .values(sales=_columns.sales - 1, volume=_columns.volume - bindparam("price"))
)
_REMOVE_LAST = Statement(
    delete(seller_quarters).where(_key, _columns.sales == 1, _columns.volume >= bindparam("price"))
)
_OF = Statement(
    select(seller_quarters).where(
        one_of(_columns.seller_id, "seller_ids"),
        _columns.year >= bindparam("since"),
    )
)


class SqlSellerRecords(SellerRecords):
    """Stores a row for each quarter in which a seller sold."""

    def __init__(self, database: SqlDatabase) -> None:
        self._database = database

    async def add(self, seller_id: UserId, quarter: Quarter, price: Cents) -> None:
        await self._database.execute(
            _ADD,
            seller_id=seller_id,
            year=quarter.year,
            quarter=quarter.number,
            sales=1,
            volume=price,
        )

    async def remove(self, seller_id: UserId, quarter: Quarter, price: Cents) -> bool:
        sale = {
            "of_seller": seller_id,
            "of_year": quarter.year,
            "of_quarter": quarter.number,
            "price": price,
        }
        for statement in (_REMOVE_ONE, _REMOVE_LAST):
            if await self._database.execute(statement, **sale):
                return True
        return False

    async def of(
        self, seller_ids: Collection[UserId], quarters: Collection[Quarter]
    ) -> Mapping[tuple[UserId, Quarter], SalesVolume]:
        if not quarters:
            return {}
        rows = await self._database.rows(
            _OF,
            seller_ids=seller_ids,
            since=min(quarter.year for quarter in quarters),
        )
        records = {
            (row.seller_id, Quarter(row.year, row.quarter)): SalesVolume(row.sales, row.volume)
            for row in rows
        }
        return {key: record for key, record in records.items() if key[1] in quarters}
