"""Verify the ledger."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from ...ports.integrity import Report, Snapshot, Verifier
from ...ports.language.currencies import Currency
from ...ports.language.integrity import Progress
from .payment_consistency import account_findings, transfer_findings

_PAGE = 1_000


@dataclass(frozen=True, slots=True)
class VerifyLedger(Verifier):
    """Checks that each transfer balances, and that the ledger owes sellers their payouts."""

    currency: Currency

    async def __call__(self, snapshot: Snapshot) -> AsyncIterator[Report]:
        """Yield progress, and transfers and accounts that are wrong. Raises Unavailable."""
        total, done = (await snapshot.size()).transfers, 0
        yield Progress("ledger", 0, total)
        transfers = await snapshot.transfers("", _PAGE)
        while transfers:
            for transfer in transfers:
                for finding in transfer_findings(transfer):
                    yield finding
            done += len(transfers)
            yield Progress("ledger", done, total)
            transfers = await snapshot.transfers(transfers[-1].id, _PAGE)
        accounts = await snapshot.seller_accounts("", _PAGE)
        while accounts:
            for account in accounts:
                for finding in account_findings(self.currency, account):
                    yield finding
            accounts = await snapshot.seller_accounts(accounts[-1].seller_id, _PAGE)
