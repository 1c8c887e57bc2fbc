"""Password hashes from the standard library, for tests and simulations."""

import hashlib
import hmac

from ...ports.language.errors import InvalidText
from ...ports.language.sources import NOWHERE, Source
from ...ports.passwords import Passwords

_LONGEST = 72
"""In bytes: the limit of the production adapter."""


class MemoryPasswords(Passwords):
    """Fast hashes without salt, which are not secure."""

    async def hash(
        self,
        password: str,
        source: Source = NOWHERE,  # nobody waits here
    ) -> str:
        encoded = password.encode()
        if len(encoded) > _LONGEST:
            raise InvalidText(field="password", problem=f"is longer than {_LONGEST} bytes")
        return hashlib.sha256(encoded).hexdigest()

    async def verify(
        self, password: str, password_hash: str | None, source: Source = NOWHERE
    ) -> bool:
        return hmac.compare_digest(await self.hash(password, source), password_hash or "")
