"""What one account of the ledger was credited and debited."""

from dataclasses import dataclass
from datetime import datetime

from .ids import OrderId
from .money import Cents
from .payments import Account


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """An entry of an account, and its place in the ledger. `amount` is in minor units."""

    sequence: int
    transfer_id: str
    order_id: OrderId | None
    at: datetime
    account: Account
    amount: Cents
