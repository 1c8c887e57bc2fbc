"""Verify disputes against the ledger."""

from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

from ....ports.integrity import Report, Snapshot, Verifier
from ....ports.language.currencies import Currency
from ....ports.language.disputes import Dispute
from ....ports.language.integrity import Check, Finding
from ....ports.language.money import Cents


@dataclass(frozen=True, slots=True)
class VerifyDisputes(Verifier):
    """Checks that the account of each dispute has what the dispute says.

    `VerifyProvider` compares the same accounts with the provider.
    """

    currency: Currency

    async def __call__(self, snapshot: Snapshot) -> AsyncIterator[Report]:
        """Yield disputes that are wrong. Raises Unavailable."""
        due: Counter[str] = Counter()
        there: dict[str, Cents] = {}
        async for dispute, on_account in snapshot.disputes():
            there[dispute.charge_id] = on_account
            due[dispute.charge_id] -= dispute.outstanding
            for problem in _problems(self.currency, dispute):
                yield Finding(Check.LEDGER, f"dispute {dispute.name}", problem)
        for charge_id, on_account in there.items():
            if on_account != due[charge_id]:
                has, should = map(self.currency.plain, (on_account, due[charge_id]))
                problem = f"its disputed account has {has}; it should have {should}"
                yield Finding(Check.LEDGER, f"charge {charge_id}", problem)


def _problems(currency: Currency, dispute: Dispute) -> Iterator[str]:
    if dispute.status.is_over and dispute.outstanding and dispute.look_at is None:
        left = currency.plain(dispute.outstanding)
        yield f"it is {dispute.status}, and {left} is borne by nobody"
    if not dispute.status.is_over and dispute.look_at is None:
        yield f"it is {dispute.status}, and the provider will not be asked about it"
