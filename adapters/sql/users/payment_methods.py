"""Users' cards, in SQL."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, select, update

from ....ports.language.cards import CardDetails, PaymentMethod
from ....ports.language.ids import PaymentMethodId, UserId
from ....ports.payment_methods import PaymentMethods
from ..engine.constructs import one_of
from ..engine.database import SqlDatabase
from ..engine.statement import Row, Statement, insert_row
from ..schema import payment_methods
from ..schema.users import CARD, FINGERPRINT

_of_user = payment_methods.c.user_id == bindparam("user_id")

_ADD = Statement(insert_row(payment_methods))
_REMOVE = Statement(
    update(payment_methods)
    .where(payment_methods.c.id == bindparam("of_id"))
    .values(removed_at=bindparam("at"))
)
_OF = Statement(
    select(payment_methods)
    .where(_of_user, payment_methods.c.removed_at.is_(None))
    .order_by(payment_methods.c.id)
)
_EVER_OF = Statement(
    select(payment_methods)
    .where(payment_methods.c.user_id == bindparam("user_id"))
    .order_by(payment_methods.c.id)
)
_FIND = Statement(select(payment_methods).where(payment_methods.c.id == bindparam("id")))
_FIND_BY_TOKEN = Statement(
    select(payment_methods).where(_of_user, one_of(payment_methods.c.token_lookup, "tokens"))
)
_HAS_HAD = Statement(
    select(payment_methods.c.id)
    .where(_of_user, one_of(payment_methods.c.fingerprint_lookup, "fingerprints"))
    .limit(1)
)


class SqlPaymentMethods(PaymentMethods):
    """Cards, one row each. Removed ones stay, with the instant of the removal."""

    def __init__(self, database: SqlDatabase) -> None:
        self._database = database

    async def add(self, method: PaymentMethod) -> None:
        details, cipher = method.details, self._database.cipher
        fingerprint = None if details is None else details.fingerprint
        await self._database.execute(
            _ADD,
            id=method.id,
            user_id=method.user_id,
            token=method.token,
            brand=None if details is None else details.brand,
            last4=None if details is None else details.last4,
            exp_month=None if details is None else details.exp_month,
            exp_year=None if details is None else details.exp_year,
            fingerprint=fingerprint,
            created_at=method.created_at,
            removed_at=method.removed_at,
            token_lookup=cipher.lookup(CARD, method.token),
            fingerprint_lookup=(
                None if fingerprint is None else cipher.lookup(FINGERPRINT, fingerprint)
            ),
        )

    async def remove(self, method_id: PaymentMethodId, at: datetime) -> None:
        await self._database.execute(_REMOVE, of_id=method_id, at=at)

    async def of(self, user_id: UserId) -> Sequence[PaymentMethod]:
        return [_method(row) for row in await self._database.rows(_OF, user_id=user_id)]

    async def ever_of(self, user_id: UserId) -> Sequence[PaymentMethod]:
        return [_method(row) for row in await self._database.rows(_EVER_OF, user_id=user_id)]

    async def find(self, method_id: PaymentMethodId) -> PaymentMethod | None:
        row = await self._database.first(_FIND, id=method_id)
        return None if row is None else _method(row)

    async def find_by_token(self, user_id: UserId, token: str) -> PaymentMethod | None:
        tokens = self._database.cipher.lookups(CARD, token)
        row = await self._database.first(_FIND_BY_TOKEN, user_id=user_id, tokens=tokens)
        return None if row is None else _method(row)

    async def has_had(self, user_id: UserId, fingerprint: str) -> bool:
        fingerprints = self._database.cipher.lookups(FINGERPRINT, fingerprint)
        row = await self._database.first(_HAS_HAD, user_id=user_id, fingerprints=fingerprints)
        return row is not None


def _method(row: Row) -> PaymentMethod:
    details = None
    if row.brand is not None:
        details = CardDetails(row.brand, row.last4, row.exp_month, row.exp_year, row.fingerprint)
    return PaymentMethod(
        id=row.id,
        user_id=row.user_id,
        token=row.token,
        details=details,
        created_at=row.created_at,
        removed_at=row.removed_at,
    )
