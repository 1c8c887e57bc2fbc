"""How much is done in one transaction, where there may be very much."""

from typing import Final

PORTION: Final = 1_000
"""How many old records one transaction deletes or moves, so that others need not wait for it."""
