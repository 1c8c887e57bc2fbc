"""Register a user."""

from dataclasses import dataclass

from ...ports.clock import Clock
from ...ports.ids import Ids
from ...ports.language.events import UserRegistered
from ...ports.language.ids import UserId
from ...ports.language.users import User
from ...ports.outbox import Outbox
from ...ports.passwords import Passwords
from ...ports.transaction import Transaction
from ...ports.users import Users
from .user_texts import check_name, check_new_password, normalize_email


@dataclass(frozen=True, slots=True)
class RegisterUser:
    """Registers a user with a unique email. New users are buyers.

    The email is stored in lower case, and the password only as a hash. A password has at least 8
    characters and at most 72 bytes of UTF-8.
    """

    transaction: Transaction
    users: Users
    outbox: Outbox
    passwords: Passwords
    clock: Clock
    ids: Ids

    async def __call__(self, *, email: str, password: str, first_name: str, last_name: str) -> User:
        """Return the new user.

        Raises InvalidText, EmailTaken, and QueueFull if too many passwords wait to be hashed.
        """
        email = normalize_email(email)
        first_name = check_name("first_name", first_name)
        last_name = check_name("last_name", last_name)
        password_hash = await self.passwords.hash(check_new_password(password))
        user = User(
            id=UserId(self.ids.new()),
            email=email,
            password_hash=password_hash,
            first_name=first_name,
            last_name=last_name,
            created_at=self.clock.now(),
        )
        async with self.transaction():
            await self.users.add(user)
            await self.outbox.add(UserRegistered(user.id))
        return user
