"""What the processes of an exchange agree on."""

from dataclasses import dataclass

from .money import CURRENCY


class WrongShards(ValueError):
    """The exchange is divided into another number of shards."""

    def __init__(self, stored: int, given: int) -> None:
        super().__init__(f"the exchange has {stored} shards, and this process {given}")


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of an exchange. They are stored at its first start."""

    currency: str = CURRENCY
    """The ISO 4217 code of all amounts."""
    shards: int = 1
    """The number of parts into which the books are divided, each with its own engine.

    Only Reshard changes it, while the exchange is stopped.
    """
