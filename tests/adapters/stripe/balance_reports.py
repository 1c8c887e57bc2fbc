"""Balance reports, made of a double's balance transactions."""

import csv
import io
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from solebook.entrypoints.doubles.stripe.double import StripeDouble

COLUMNS = (
    *("balance_transaction_id", "created_utc", "available_on_utc", "currency", "gross", "fee"),
    *("net", "reporting_category", "source_id", "description"),
)


def rows_of(double: StripeDouble) -> list[dict[str, str]]:
    """Return the rows of the itemized report of all that the double has moved."""
    return [_row(each) for each in double.state.of("balance_transaction").values()]


def text_of(rows: Iterable[Mapping[str, str]], columns: Iterable[str] = COLUMNS) -> str:
    """Return rows as Stripe writes them into a file."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(columns), extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _row(transaction: Mapping[str, Any]) -> dict[str, str]:
    return {
        "balance_transaction_id": transaction["id"],
        "created_utc": _instant(transaction["created"]),
        "available_on_utc": _instant(transaction["available_on"]),
        "currency": transaction["currency"],
        "gross": _units(transaction["amount"]),
        "fee": _units(transaction["fee"]),
        "net": _units(transaction["net"]),
        "reporting_category": transaction["reporting_category"],
        "source_id": transaction["source"] or "",
        "description": transaction["description"] or "",
    }


def _units(cents: int) -> str:
    return f"{cents / 100:.2f}"


def _instant(second: int) -> str:
    return f"{datetime.fromtimestamp(second, UTC):%Y-%m-%d %H:%M:%S}"
