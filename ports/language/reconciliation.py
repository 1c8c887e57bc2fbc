"""The comparison of the ledger with the payment provider, item by item."""

from dataclasses import dataclass
from datetime import datetime

from .money import Cents
from .movements import MovementKind
from .payments import Transfer


@dataclass(frozen=True, slots=True)
class OpenItem:
    """An order, a name at the provider or a balance transaction, to be compared or different."""

    subject: str
    """Such as `order 01a2...`, `name ch_1` or `movement txn_1`."""
    since: datetime
    """When the older of both sides moved the money, as far as that is known (UTC)."""
    told: str = ""
    """What the admins were told, if anything."""
    times: int = 1
    """How often it was opened since it was closed."""


@dataclass(frozen=True, slots=True)
class Bookmark:
    """How far the ledger was read, and when a comparison was last finished (UTC)."""

    ledger: int = 0
    finished_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Posted:
    """A transfer that moved money at the provider, and its place in the ledger."""

    sequence: int
    transfer: Transfer


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """One item in which the ledger and the provider differ."""

    subject: str
    what: str
    """The item's name, and both amounts."""
    is_under_way: bool = False
    """Whether the exchange knows of it and will record it."""

    def __str__(self) -> str:
        return f"{self.subject}: {self.what}"


class ReportRefused(ValueError):
    """A downloaded report cannot be used. The text says why, and where in it."""


@dataclass(frozen=True, slots=True)
class Reported:
    """A row of a downloaded report, which is about one of the provider's movements."""

    line: int
    place: str
    kind: MovementKind
    amount: Cents
    """As of a movement."""
    fee: Cents
    at: datetime


@dataclass(frozen=True, slots=True)
class ReportSummary:
    """What a downloaded report has: from when to when (UTC), and the sums in minor units."""

    rows: int
    since: datetime | None
    until: datetime | None
    gross: Cents
    fees: Cents
