"""Compare a downloaded report of the payment provider with the ledger, item by item."""

from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from itertools import islice

from ....ports.integrity import Snapshot, Snapshots
from ....ports.language.currencies import Currency
from ....ports.language.integrity import Progress
from ....ports.language.money import Cents
from ....ports.language.movements import Movement, MovementKind, gross_of
from ....ports.language.reconciliation import (
    Discrepancy,
    OpenItem,
    Reported,
    ReportRefused,
    ReportSummary,
)
from ....ports.reconciliation import ProviderRecords
from .item_differences import ItemDifferences
from .open_subjects import subjects_of

_PAGE = 200


@dataclass(slots=True)
class _Read:
    """What was read of a report. Of each row, only 8 bytes that stand for its id are kept."""

    ids: set[int] = field(default_factory=set)
    since: datetime | None = None
    until: datetime | None = None
    gross: Cents = 0
    fees: Cents = 0
    told: set[str] = field(default_factory=set)
    """The items that differ, of which one is told once."""

    def take(self, row: Reported) -> None:
        """Take one row. Raises ReportRefused if its id was there before."""
        digest = _digest(row.place)
        if digest in self.ids:
            raise ReportRefused(f"line {row.line} of the report has {row.place} again")
        self.ids.add(digest)
        self.since = row.at if self.since is None else min(self.since, row.at)
        self.until = row.at if self.until is None else max(self.until, row.at)
        self.gross += gross_of(row.kind, row.amount)
        self.fees += row.fee

    def summary(self) -> ReportSummary:
        return ReportSummary(len(self.ids), self.since, self.until, self.gross, self.fees)


@dataclass(frozen=True, slots=True)
class ReconcileReport:
    """Compares each row of a report with what was read of the provider, and that with the ledger.

    What the report does not have is told too, if it is from between its first and its last row.
    What is before or after the report is not looked at. It changes nothing.
    """

    records: ProviderRecords
    snapshots: Snapshots
    differences: ItemDifferences
    currency: Currency

    async def __call__(
        self, rows: Iterable[Reported]
    ) -> AsyncIterator[Progress | Discrepancy | ReportSummary]:
        """Yield progress, what differs, and at the end a summary.

        Raises ReportRefused if a row is there twice or there is none, and Unavailable.
        """
        read = _Read()
        yield Progress("report", 0, 0)
        async with self.snapshots() as snapshot:
            for page in _pages(rows):
                for discrepancy in await self._compare(snapshot, page, read):
                    yield discrepancy
                yield Progress("report", len(read.ids), len(read.ids))
        if not read.ids:
            raise ReportRefused("the report has no rows, so there is nothing to compare")
        async for discrepancy in self._missing(read):
            yield discrepancy
        yield read.summary()

    async def _compare(
        self, snapshot: Snapshot, page: Sequence[Reported], read: _Read
    ) -> list[Discrepancy]:
        known = await self.records.at([row.place for row in page])
        found: list[Discrepancy] = []
        for row in page:
            read.take(row)
            movement = known.get(row.place)
            if movement is None:
                what = f"the report has {self._row(row)}, and the exchange has not read it"
                found.append(Discrepancy(f"movement {row.place}", what))
            elif (row.kind, row.amount, row.fee) != _of(movement):
                here = self._told(*_of(movement))
                what = f"the report has {self._row(row)}, and the exchange has read {here}"
                found.append(Discrepancy(f"movement {row.place} ({movement.name})", what))
        items = {
            subject: OpenItem(subject, row.at)
            for row in page
            if row.place in known
            for subject in subjects_of(known[row.place], whole=True)
            if subject not in read.told
        }
        for differing in await self.differences(snapshot, list(items.values())):
            read.told.add(differing.item.subject)
            found.append(
                Discrepancy(differing.item.subject, differing.what, differing.is_under_way)
            )
        return found

    async def _missing(self, read: _Read) -> AsyncIterator[Discrepancy]:
        """Yield what was read of the provider within the time of the report, and is not in it."""
        assert read.since is not None, "a row was read"
        assert read.until is not None, "a row was read"
        page = await self.records.between(read.since, read.until, "", _PAGE)
        while page:
            for movement in page:
                if _digest(movement.place) not in read.ids:
                    here = self._told(*_of(movement))
                    what = f"the exchange has read {here}, and the report does not have it"
                    yield Discrepancy(f"movement {movement.place} ({movement.name})", what)
            page = await self.records.between(read.since, read.until, page[-1].place, _PAGE)

    def _row(self, row: Reported) -> str:
        return f"{self._told(row.kind, row.amount, row.fee)} in line {row.line}"

    def _told(self, kind: MovementKind, amount: Cents, fee: Cents) -> str:
        with_fee = f" with a fee of {self.currency.plain(fee)}" if fee else ""
        return f"a {kind.replace('_', ' ')} of {self.currency.plain(amount)}{with_fee}"


def _of(movement: Movement) -> tuple[MovementKind, Cents, Cents]:
    return movement.kind, movement.amount, movement.fee


def _digest(place: str) -> int:
    return int.from_bytes(blake2b(place.encode(), digest_size=8).digest())


def _pages(rows: Iterable[Reported]) -> Iterator[list[Reported]]:
    left = iter(rows)
    while page := list(islice(left, _PAGE)):
        yield page
