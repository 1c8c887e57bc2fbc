"""Password hashes with bcrypt."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import bcrypt

from ...ports.language.errors import InvalidText, QueueFull
from ...ports.language.pools import PoolUse
from ...ports.language.sources import NOWHERE, Source
from ...ports.passwords import Passwords
from .turns import LineFull, Turns

T = TypeVar("T")

MAX_BYTES = 72
"""bcrypt ignores further bytes."""
_SECONDS_AT_COST_12 = 0.25


class BcryptPasswords(Passwords):
    """Hashes and verifies one password at a time, in its own thread.

    `cost` is the binary logarithm of the rounds, from 4 (for tests) to 31. A cost of 12 takes about
    a quarter of a second. Up to `max_waiting` calls of trusted sources are accepted, and as many of
    others, including the running one. They take turns. There is only one thread, so that a burst of
    sign-ins leaves the other cores free.

    A hash contains its cost, so hashes with another cost stay valid.
    """

    def __init__(self, cost: int = 12, max_waiting: int = 32) -> None:
        if max_waiting < 1:
            raise ValueError("max_waiting must be at least 1")
        self._cost = cost
        self._max_waiting = max_waiting
        self._turns = Turns(max_waiting)
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="passwords")
        # A well-formed hash without a known password, so that an unknown user takes equal time.
        self._dummy_hash = bcrypt.gensalt(cost) + b"." * 31

    async def hash(self, password: str, source: Source = NOWHERE) -> str:
        secret = _to_bytes(password)
        return await self._work(
            lambda: bcrypt.hashpw(secret, bcrypt.gensalt(self._cost)).decode(), source
        )

    async def verify(
        self, password: str, password_hash: str | None, source: Source = NOWHERE
    ) -> bool:
        secret = _to_bytes(password)
        expected = self._dummy_hash if password_hash is None else password_hash.encode()
        same = await self._work(lambda: bcrypt.checkpw(secret, expected), source)
        return same and password_hash is not None

    @property
    def use(self) -> PoolUse:
        """Whether a password is hashed, and how many wait."""
        inside = self._turns.inside
        return PoolUse(1, min(inside, 1), max(0, inside - 1))

    def close(self) -> None:
        """Cancel waiting calls and stop the thread, which may take as long as one hash."""
        self._turns.close()
        self._thread.shutdown(cancel_futures=True)

    async def _work(self, call: Callable[[], T], source: Source) -> T:
        try:
            async with self._turns.turn(source):
                return await asyncio.get_running_loop().run_in_executor(self._thread, call)
        except LineFull:
            wait = self._seconds_to_wait()
            raise QueueFull(what="the queue of passwords", retry_after=wait) from None

    def _seconds_to_wait(self) -> float:
        """Estimate the seconds until half of the queue is done."""
        return self._max_waiting / 2 * _SECONDS_AT_COST_12 * 2.0 ** (self._cost - 12)


def _to_bytes(password: str) -> bytes:
    try:
        secret = password.encode()
    except UnicodeEncodeError:
        problem = "has a character that is not Unicode text"
        raise InvalidText(field="password", problem=problem) from None
    if len(secret) > MAX_BYTES:
        raise InvalidText(field="password", problem=f"is longer than {MAX_BYTES} bytes of UTF-8")
    if b"\0" in secret:
        # bcrypt repeats the password with a NUL after it, so "a" and "a\0a" have the same hash.
        raise InvalidText(field="password", problem="has a NUL character")
    return secret
