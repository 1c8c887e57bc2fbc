"""Somebody registers again under an idempotency key."""

from dataclasses import dataclass

from ...ports.idempotency_keys import IdempotencyKeys
from ...ports.language.errors import IdempotencyKeyReused
from ...ports.language.idempotency import IdempotencyKey
from ...ports.passwords import Passwords
from ...ports.users import Users
from .user_texts import normalize_email


@dataclass(frozen=True, slots=True)
class CheckRepeatedRegistration:
    """A registration that is sent again needs the same password.

    The password is no part of what the key is kept with: no quick hash of one may be kept.
    """

    idempotency_keys: IdempotencyKeys
    users: Users
    passwords: Passwords

    async def __call__(self, key: IdempotencyKey, *, email: str, password: str) -> None:
        """Check the registration against the one that the key was sent with first.

        Raises IdempotencyKeyReused if it was another one, InvalidText, QueueFull.
        """
        if await self.idempotency_keys.find(key) is None:
            return
        user = await self.users.find_by_email(normalize_email(email))
        if user is None or not await self.passwords.verify(password, user.password_hash):
            raise IdempotencyKeyReused(key=key.key)
