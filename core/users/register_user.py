"""Register a user."""

from dataclasses import dataclass

from ...ports.challenges import Challenges
from ...ports.clock import Clock
from ...ports.ids import Ids
from ...ports.language.challenges import ChallengeKind
from ...ports.language.events import ChallengeRequested, UserRegistered
from ...ports.language.ids import UserId
from ...ports.language.sources import NOWHERE, Source
from ...ports.language.users import User
from ...ports.outbox import Outbox
from ...ports.passwords import Passwords
from ...ports.transaction import Transaction
from ...ports.users import Users
from .challenges.asking import asked_again
from .user_texts import check_name, check_new_password, normalize_email


@dataclass(frozen=True, slots=True)
class RegisterUser:
    """Registers a user with a unique email. New users are buyers.

    The email is stored in lower case, and the password only as a hash. A password has at least 8
    characters and at most 72 bytes of UTF-8.

    If addresses are verified, a letter asks to prove the email. Otherwise it counts as proven.
    """

    transaction: Transaction
    users: Users
    challenges: Challenges
    outbox: Outbox
    passwords: Passwords
    clock: Clock
    ids: Ids
    verify_addresses: bool

    async def __call__(
        self,
        *,
        email: str,
        password: str,
        first_name: str,
        last_name: str,
        source: Source = NOWHERE,
    ) -> User:
        """Return the new user.

        Raises InvalidText, EmailTaken, and QueueFull if too many passwords wait to be hashed.
        """
        user = await self.new_user(
            email=email,
            password=password,
            first_name=first_name,
            last_name=last_name,
            source=source,
        )
        async with self.transaction():
            await self.add(user)
        return user

    async def new_user(
        self, *, email: str, password: str, first_name: str, last_name: str, source: Source
    ) -> User:
        """Return a user who is not stored yet. Raises InvalidText, QueueFull."""
        email = normalize_email(email)
        first_name = check_name("first_name", first_name)
        last_name = check_name("last_name", last_name)
        password_hash = await self.passwords.hash(check_new_password(password), source)
        now = self.clock.now()
        return User(
            id=UserId(self.ids.new()),
            email=email,
            password_hash=password_hash,
            first_name=first_name,
            last_name=last_name,
            created_at=now,
            email_proven_at=None if self.verify_addresses else now,
        )

    async def add(self, user: User) -> None:
        """Store a new user. Raises EmailTaken. Needs a transaction."""
        await self.users.add(user)
        await self.outbox.add(UserRegistered(user.id))
        if self.verify_addresses:
            kind, now = ChallengeKind.EMAIL, user.created_at
            await self.challenges.put(asked_again(None, user.id, kind, user.email, now))
            await self.outbox.add(ChallengeRequested(user.id, kind, now))
