"""Users' cards, in memory."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from ...ports.language.cards import PaymentMethod
from ...ports.language.ids import PaymentMethodId, UserId
from ...ports.payment_methods import PaymentMethods
from .database import MemoryAdapter


class MemoryPaymentMethods(MemoryAdapter, PaymentMethods):
    """Cards by id, and the ids of each user."""

    async def add(self, method: PaymentMethod) -> None:
        await self._database.writing()
        self._database.put(self._tables.payment_methods, method.id, method)
        of_user = self._tables.payment_methods_of_user[method.user_id]
        self._database.put(of_user, method.id, None)

    async def remove(self, method_id: PaymentMethodId, at: datetime) -> None:
        await self._database.writing()
        method = replace(self._tables.payment_methods[method_id], removed_at=at)
        self._database.put(self._tables.payment_methods, method_id, method)

    async def of(self, user_id: UserId) -> Sequence[PaymentMethod]:
        return [method for method in await self.ever_of(user_id) if method.removed_at is None]

    async def find(self, method_id: PaymentMethodId) -> PaymentMethod | None:
        with await self._database.reading():
            return self._tables.payment_methods.get(method_id)

    async def find_by_token(self, user_id: UserId, token: str) -> PaymentMethod | None:
        every = await self.ever_of(user_id)
        return next((method for method in every if method.token == token), None)

    async def has_had(self, user_id: UserId, fingerprint: str) -> bool:
        every = await self.ever_of(user_id)
        prints = (None if each.details is None else each.details.fingerprint for each in every)
        return fingerprint in prints

    async def ever_of(self, user_id: UserId) -> list[PaymentMethod]:
        with await self._database.reading():
            ids = self._tables.payment_methods_of_user.get(user_id, ())
            return [self._tables.payment_methods[method_id] for method_id in sorted(ids)]
