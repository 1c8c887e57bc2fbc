"""Users' shipping addresses, in SQL."""

from collections.abc import Sequence

from sqlalchemy import bindparam, delete, select

from ....ports.language.errors import NotFound
from ....ports.language.ids import AddressId, UserId
from ....ports.language.users import Address, PostalAddress
from ....ports.users import Addresses
from ..engine.database import SqlDatabase
from ..engine.statement import Row, Statement, insert_row
from ..schema import addresses

_ADD = Statement(insert_row(addresses))
_REMOVE = Statement(
    delete(addresses).where(
        addresses.c.id == bindparam("id"), addresses.c.user_id == bindparam("user_id")
    )
)
_OF = Statement(
    select(addresses).where(addresses.c.user_id == bindparam("user_id")).order_by(addresses.c.id)
)


class SqlAddresses(Addresses):
    """Addresses, one row each."""

    def __init__(self, database: SqlDatabase) -> None:
        self._database = database

    async def add(self, address: Address) -> None:
        await self._database.execute(
            _ADD,
            id=address.id,
            user_id=address.user_id,
            street=address.postal.street,
            city=address.postal.city,
            region=address.postal.region,
            postal_code=address.postal.postal_code,
            country=address.postal.country,
            created_at=address.created_at,
        )

    async def remove(self, user_id: UserId, address_id: AddressId) -> None:
        if not await self._database.execute(_REMOVE, id=address_id, user_id=user_id):
            raise NotFound(what="address", id=address_id)

    async def of(self, user_id: UserId) -> Sequence[Address]:
        return [_address(row) for row in await self._database.rows(_OF, user_id=user_id)]


def _address(row: Row) -> Address:
    return Address(
        id=row.id,
        user_id=row.user_id,
        postal=postal_of(row),
        created_at=row.created_at,
    )


def postal_of(row: Row) -> PostalAddress:
    """Return the postal address in a row."""
    return PostalAddress(
        street=row.street,
        city=row.city,
        region=row.region,
        postal_code=row.postal_code,
        country=row.country,
    )
