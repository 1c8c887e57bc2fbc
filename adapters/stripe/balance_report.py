"""Stripe's balance reports: files of CSV with a row for each balance transaction."""

import csv
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal

from ...ports.language.currencies import Currency
from ...ports.language.reconciliation import Reported, ReportRefused
from .movement_records import kind_and_amount

_COLUMNS = {
    "place": ("balance_transaction_id", "id"),
    "created": ("created_utc", "created (utc)", "created"),
    "currency": ("currency",),
    "gross": ("gross", "amount"),
    "fee": ("fee",),
    "net": ("net",),
    "category": ("reporting_category", "reporting category"),
}
"""What a row must have, and the names of the columns, of which the first that is there counts.

They are those of the itemized "Balance change from activity", and of the list of all transactions.
"""
_TYPES = {
    "payment": "charge",
    "payment_refund": "refund",
    "payment_failure_refund": "refund_failure",
    "transfer_refund": "transfer_reversal",
    "transfer_failure": "transfer_reversal",
    "transfer_cancel": "transfer_reversal",
    "payout_failure": "payout_reversal",
    "payout_cancel": "payout_reversal",
    "stripe_fee": "fee",
    "stripe_fx_fee": "fee",
    "tax_fee": "tax",
}
"""The reporting category of each type, where it is not the type itself."""

_MOST = 10**15
"""More than any amount in a report, in minor units."""


def read_report(lines: Iterable[str], currency: Currency) -> Iterator[Reported]:
    """Yield the rows of a report, whose times are UTC and whose amounts are in units of a currency.

    A row at a time is held. Raises ReportRefused, which names the line.
    """
    rows = csv.reader(lines, strict=True)
    try:
        header = [name.strip().lower() for name in next(rows, [])]
        places = _places(header)
        for values in rows:
            if not any(values):
                continue
            if len(values) != len(header):
                raise _refused(
                    rows.line_num, f"has {len(values)} values, and the header {len(header)} columns"
                )
            row = {what: values[place].strip() for what, place in places.items()}
            yield _reported(rows.line_num, row, currency)
    except csv.Error as error:
        raise _refused(rows.line_num, f"is not CSV: {error}") from error


def _places(header: list[str]) -> Mapping[str, int]:
    """Return where each value is, and of the type, which takes the place of the category."""
    names = {what: next((n for n in known if n in header), "") for what, known in _COLUMNS.items()}
    if not names["category"] and "type" in header:
        names["category"] = "type"
    missing = [_COLUMNS[what][0] for what, name in names.items() if not name]
    if missing:
        raise ReportRefused(
            f"the report has no column {', '.join(missing)}. Download an itemized balance report "
            "as CSV, with the default columns"
        )
    return {what: header.index(name) for what, name in names.items()}


def _reported(line: int, row: Mapping[str, str], currency: Currency) -> Reported:
    if row["currency"].upper() != currency.code:
        raise _refused(
            line, f"is in {row['currency'].upper() or 'no currency'}, not in {currency.code}"
        )
    if not row["place"]:
        raise _refused(line, "has no id of a balance transaction")
    gross, fee, net = (_minor(line, row, name, currency) for name in ("gross", "fee", "net"))
    if gross - fee != net:
        raise _refused(
            line, f"has a net of {row['net']}, which is not {row['gross']} - {row['fee']}"
        )
    kind, amount = kind_and_amount(_TYPES.get(row["category"], row["category"]), gross, fee)
    return Reported(
        line=line,
        place=row["place"],
        kind=kind,
        amount=amount,
        fee=fee if gross else 0,
        at=_instant(line, row["created"]),
    )


def _minor(line: int, row: Mapping[str, str], name: str, currency: Currency) -> int:
    text = row[name]
    try:
        amount = Decimal(text.replace(",", "")) * currency.unit
        if abs(amount) <= _MOST and amount == amount.to_integral_value():
            return int(amount)
    except (ArithmeticError, ValueError):
        pass
    raise _refused(line, f"has {text!r} as {name}, which is no amount in {currency.code}")


def _instant(line: int, text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (OverflowError, ValueError):
        raise _refused(line, f"has {text!r} as its time") from None


def _refused(line: int, problem: str) -> ReportRefused:
    return ReportRefused(f"line {line} of the report {problem}")
