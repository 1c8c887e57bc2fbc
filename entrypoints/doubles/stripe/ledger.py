"""The balances of the accounts: balance transactions, and the sums that follow from them."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

FIXED_FEES = {"usd": 30, "eur": 25, "gbp": 20, "jpy": 30, "kwd": 90}
"""The fixed part of the fee for a charge. Other currencies have that of the dollar."""
FEE_PERMILLE = 29
DISPUTE_FEE = 1_500


def charge_fee(amount: int, currency: str) -> int:
    """Return the fee for a charge: 2.9 %, rounded half up, and a fixed part."""
    return (amount * FEE_PERMILLE + 500) // 1_000 + FIXED_FEES.get(currency, FIXED_FEES["usd"])


@dataclass
class Ledger:
    """The available and the pending balance of each account and currency."""

    available: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))
    pending: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))

    waiting: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    """How many balance transactions of each account are pending."""

    def book(self, transaction: dict[str, Any], account: str) -> None:
        """Add a balance transaction to the balance that its status names."""
        place = account, transaction["currency"]
        if transaction["status"] == "available":
            self.available[place] += transaction["net"]
        else:
            self.pending[place] += transaction["net"]
            self.waiting[account] += 1

    def settle(self, transaction: dict[str, Any], account: str) -> None:
        """Move a pending balance transaction to the available balance."""
        assert transaction["status"] == "pending"
        transaction["status"] = "available"
        place = account, transaction["currency"]
        self.pending[place] -= transaction["net"]
        self.available[place] += transaction["net"]
        self.waiting[account] -= 1

    def currencies(self, account: str) -> list[str]:
        """Return the currencies that the account has had money in."""
        places = [*self.available, *self.pending]
        return sorted({currency for owner, currency in places if owner == account})
