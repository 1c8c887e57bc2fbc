"""The reconciler: compares the ledger with the payment provider every day."""

import logging

from ...composition.application import Application
from ...ports.language.reconciliation import Discrepancy

_log = logging.getLogger(__name__)

_PAUSE = 60.0
"""Seconds between two checks whether it is time."""


class Reconciler:
    """Reconciles when it is time, in one process at a time if there are leases.

    Two at once would do no harm. A run that was interrupted goes on where it was.
    """

    def __init__(self, application: Application) -> None:
        self._reconcile = application.payments.reconcile
        self._clock = application.adapters.clock
        self._keeper = None if application.keepers is None else application.keepers.reconciliation

    async def run(self) -> None:
        """Reconcile whenever it is due, until cancelled. Raises Unavailable."""
        while True:
            if await self._reconcile.is_due():
                if self._keeper is None:
                    await self.reconcile()
                else:
                    await self._keeper.run_once(lambda _: self.reconcile())
            await self._clock.sleep(_PAUSE)

    async def reconcile(self) -> None:
        """Reconcile unless another process has done it meanwhile. Raises Unavailable."""
        if not await self._reconcile.is_due():
            return
        async for told in self._reconcile():
            if isinstance(told, Discrepancy) and not told.is_under_way:
                _log.warning("the ledger and the payment provider differ: %s", told)
