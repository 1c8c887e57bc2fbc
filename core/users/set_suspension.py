"""Keeping a seller from selling."""

from dataclasses import dataclass, replace

from ...ports.language.errors import Forbidden
from ...ports.language.ids import UserId
from ...ports.language.users import Actor, Role, User
from ...ports.transaction import Transaction
from ...ports.users import Users


@dataclass(frozen=True, slots=True)
class SetSuspension:
    """An admin suspends a user, or lifts the suspension; doing so twice is fine.

    A suspended user places no new asks; asks that stand and orders under way go on. Raises
    Forbidden, NotFound.
    """

    transaction: Transaction
    users: Users

    async def __call__(self, actor: Actor, user_id: UserId, *, suspended: bool) -> User:
        if not actor.has(Role.ADMIN):
            raise Forbidden(action="suspend users", needs="admins")
        async with self.transaction():
            user = replace(await self.users.get(user_id), suspended=suspended)
            await self.users.save(user)
        return user
