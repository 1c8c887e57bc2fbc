"""The renewal of a search index that an earlier version has built."""

import asyncio
import logging

from ...core.search.renew_index import RenewIndex

_log = logging.getLogger(__name__)


class IndexRenewer:
    """Renews the search index once after the start, while the old one serves."""

    def __init__(self, renew_index: RenewIndex) -> None:
        self._renew_index = renew_index

    async def run(self) -> None:
        """Renew the index if it is outdated, then wait. Raises Unavailable; it may be run again."""
        count = await self._renew_index(_announce)
        if count is not None:
            _log.warning("the search index is renewed: %s products", f"{count:,}")
        await asyncio.get_running_loop().create_future()


def _announce() -> None:
    _log.warning(
        "the search index is of an earlier version and is built again; "
        "until then some texts find less than they should"
    )
