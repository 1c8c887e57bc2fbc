"""`solebook admin` never writes quotes, because only the matching engine does."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest

from solebook.entrypoints.cli.admin.command import JOBS

from ..conftest import Run
from ..exchanges import SELLER, open_asks, traded

# What they run is run by other tests too, which coverage watches.
pytestmark = pytest.mark.no_cover

WHY = ("--reason", "as the records show")
Prepare = Callable[[Path], tuple[str, ...]]


def quotes(folder: Path) -> list[tuple[object, ...]]:
    """Return every bid, ask and match in the database."""
    database = sqlite3.connect(folder / "solebook.sqlite3")
    rows: list[tuple[object, ...]] = []
    for table in ("bids", "asks", "matches"):
        rows += database.execute(f"SELECT * FROM {table} ORDER BY id").fetchall()
    database.close()
    return rows


def of_seller(*more: str) -> Prepare:
    def prepare(folder: Path) -> tuple[str, ...]:
        open_asks(folder)
        return (SELLER, *more)

    return prepare


def of_quote(folder: Path) -> tuple[str, ...]:
    [ask] = open_asks(folder)
    return (str(ask.id), *WHY)


def of_product(folder: Path) -> tuple[str, ...]:
    [ask] = open_asks(folder)
    return (str(ask.book.product_id), *WHY)


def of_order(*more: str) -> Prepare:
    return lambda folder: (str(traded(folder).id), *more)


def of_nothing(*more: str) -> Prepare:
    def prepare(folder: Path) -> tuple[str, ...]:
        open_asks(folder)
        return more

    return prepare


CALLS: dict[str, Prepare] = {
    "find-user": of_seller(),
    "quotes": of_seller("ask"),
    "suspend": of_seller(*WHY),
    "reinstate": of_seller(*WHY),
    "end-sessions": of_seller(*WHY),
    "close-account": of_seller(*WHY),
    "payout-account": of_seller("acct_other", *WHY),
    "forgive-declines": of_seller(*WHY),
    "withdraw-quote": of_quote,
    "halt": of_product,
    "end-halt": of_nothing(str(uuid4()), *WHY),
    "halts": of_nothing(),
    "find-order": of_order(),
    "cancel-order": of_order(*WHY),
    "freeze-payout": of_order(*WHY),
    "release-payout": of_order(*WHY),
    "refund": of_order("--borne-by", "seller", *WHY),
    "pay-out": of_order(*WHY),
    "write-off": of_seller("1", *WHY),
    "carrier-receipt": of_order(*WHY),
    "decide-complaint": of_order("--in-favour-of", "seller", *WHY),
    "bear-shortfall": of_order("exchange", *WHY),
    "frozen-orders": of_nothing(),
    "suspense": of_nothing(),
    "write-off-suspense": of_nothing("ch_3a4f", *WHY),
    "refunded-otherwise": of_order(*WHY),
    "webhooks": of_nothing(),
    "webhook": of_nothing("evt_3a4f"),
    "replay-webhook": of_nothing("evt_3a4f", *WHY),
    "disputes": of_nothing(),
    "dispute": of_nothing(str(uuid4())),
    "submit-evidence": of_nothing(str(uuid4()), *WHY),
    "accept-dispute": of_nothing(str(uuid4()), *WHY),
    "solvency": of_nothing(),
    "alarms": of_nothing(),
    "resolve-alarm": of_nothing(str(uuid4()), *WHY),
    "audit": of_nothing(),
    "dead-letters": of_nothing(),
    "replay": of_nothing("--all"),
    "style-codes": of_nothing(),
    "issue-token": of_nothing("warehouse", "AuthenticationService", *WHY),
    "tokens": of_nothing(),
    "revoke-token": of_nothing(str(uuid4()), *WHY),
}


def test_every_action_is_covered() -> None:
    assert {action.name for job in JOBS for action in job} <= CALLS.keys()


@pytest.mark.parametrize("action", [action.name for job in JOBS for action in job])
def test_an_action_changes_no_quote(folder: Path, run: Run, action: str) -> None:
    arguments = CALLS[action](folder)
    before = quotes(folder)
    assert before
    run("admin", action, *arguments)
    assert quotes(folder) == before
