"""The machine's randomness."""

import random
import secrets

from ...ports.randomness import Randomness


class SystemRandomness(Randomness):
    """Secrets from the operating system, and quick dice for what is no secret."""

    def secret(self) -> str:
        return secrets.token_urlsafe(32)

    def fraction(self) -> float:
        return random.random()  # noqa: S311  # it spreads retries, nobody gains by guessing it
