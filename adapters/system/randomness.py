"""Randomness from the operating system."""

import random
import secrets

from ...ports.randomness import Randomness


class SystemRandomness(Randomness):
    """Secrets from the operating system, and fast pseudo-random fractions."""

    def secret(self) -> str:
        return secrets.token_urlsafe(32)

    def fraction(self) -> float:
        return random.random()  # noqa: S311  # for retry jitter, which is no secret
