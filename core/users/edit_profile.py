"""Edit your profile."""

from dataclasses import dataclass, replace

from ...ports.language.users import Actor, User
from ...ports.transaction import Transaction
from ...ports.users import Users, open_user
from .user_texts import check_name


@dataclass(frozen=True, slots=True)
class EditProfile:
    """A user changes their first or last name. None leaves a field unchanged."""

    transaction: Transaction
    users: Users

    async def __call__(
        self, actor: Actor, *, first_name: str | None = None, last_name: str | None = None
    ) -> User:
        """Return the updated user. Raises InvalidText, AccountClosed."""
        if first_name is not None:
            first_name = check_name("first_name", first_name)
        if last_name is not None:
            last_name = check_name("last_name", last_name)
        async with self.transaction():
            user = await open_user(self.users, actor.user_id)
            user = replace(
                user,
                first_name=user.first_name if first_name is None else first_name,
                last_name=user.last_name if last_name is None else last_name,
            )
            await self.users.save(user)
        return user
