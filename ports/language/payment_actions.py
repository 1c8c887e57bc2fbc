"""What a buyer must do before the bank pays."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class PaymentAction:
    """What a buyer must do at the bank to pay, and by when (UTC)."""

    url: str = field(repr=False)
    until: datetime
