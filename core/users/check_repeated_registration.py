"""Check the password of a registration that repeats an idempotency key."""

from dataclasses import dataclass

from ...ports.idempotency_keys import IdempotencyKeys
from ...ports.language.errors import IdempotencyKeyReused
from ...ports.language.idempotency import IdempotencyKey
from ...ports.language.sources import NOWHERE, Source
from ...ports.passwords import Passwords
from ...ports.users import Users
from .user_texts import normalize_email


@dataclass(frozen=True, slots=True)
class CheckRepeatedRegistration:
    """Requires a repeated registration to have the same password as the first.

    The password is checked here because the fingerprint of the request leaves it out: a password
    may not be stored under a fast hash.
    """

    idempotency_keys: IdempotencyKeys
    users: Users
    passwords: Passwords

    async def __call__(
        self, key: IdempotencyKey, *, email: str, password: str, source: Source = NOWHERE
    ) -> None:
        """Compare the registration with the first one sent under this key.

        Raises IdempotencyKeyReused if they differ, InvalidText, QueueFull.
        """
        if await self.idempotency_keys.find(key) is None:
            return
        user = await self.users.find_by_email(normalize_email(email))
        if user is None or not await self.passwords.verify(password, user.password_hash, source):
            raise IdempotencyKeyReused(key=key.key)
