"""Entries of the ledger as lines with debits and credits."""

from collections.abc import Sequence
from dataclasses import dataclass

from ....ports.language.money import Cents
from ....ports.language.payments import Entry


@dataclass(frozen=True, slots=True)
class Line:
    """An entry: what an account gives (debit) or gets (credit), of which one is zero."""

    kind: str
    owner: str
    debit: Cents
    credit: Cents


@dataclass(frozen=True, slots=True)
class Lines:
    """All entries of an order, with their sums, which are equal."""

    items: Sequence[Line]
    debits: Cents
    credits: Cents


def lines_of(entries: Sequence[Entry]) -> Lines:
    """Return entries as lines."""
    items = [
        Line(
            kind=each.account.kind,
            owner=each.account.owner,
            debit=max(0, -each.amount),
            credit=max(0, each.amount),
        )
        for each in entries
    ]
    return Lines(items, sum(line.debit for line in items), sum(line.credit for line in items))
