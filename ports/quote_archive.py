"""The port to the archive of ended quotes."""

from datetime import datetime
from typing import Protocol


class QuoteArchive(Protocol):
    """Ended quotes, apart from those that the engine works with. Writes need a transaction.

    Whoever reads quotes finds them in either place.
    """

    async def archive(self, placed_before: datetime) -> int:
        """Move a portion of the ended quotes that were placed before an instant into the archive.

        Return how many. A matched quote is moved once its pair was delivered or failed its
        authentication. Until then its match may be undone, which changes it.
        """
        ...

    async def forget(self, expired_before: datetime) -> int:
        """Delete a portion of the archived quotes that were in no match and would have expired
        before an instant.

        Return how many.
        """
        ...
