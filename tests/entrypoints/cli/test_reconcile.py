"""`solebook admin reconcile` compares a downloaded report, and refuses what it cannot read."""

from pathlib import Path

import pytest

from .conftest import Run
from .test_main import one_line

HEADER = "balance_transaction_id,created_utc,currency,gross,fee,net,reporting_category\n"
ROW = "txn_1,2026-03-01 10:20:30,usd,214.00,6.51,207.49,charge\n"


def test_a_row_that_is_not_known_is_named_and_the_exit_code_is_one(folder: Path, run: Run) -> None:
    (folder / "report.csv").write_text("\ufeff" + HEADER + ROW, "utf-8")
    shown = run("admin", "reconcile", str(folder / "report.csv"))
    assert (shown.code, shown.out.splitlines()) == (
        1,
        [
            (
                "movement txn_1: the report has a charge of 214.00 with a fee of 6.51 in line 2, "
                "and the exchange has not read it"
            ),
            "1 row from 2026-03-01 10:20:30 to 2026-03-01 10:20:30: gross 214.00, fees 6.51",
            "1 item differs",
        ],
    )


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "the report has no column balance_transaction_id, created_utc, currency, gross"),
        ((HEADER + ROW.replace("usd", "eur")).encode(), "line 2 of the report is in EUR"),
        (HEADER.encode(), "the report has no rows, so there is nothing to compare"),
        ((HEADER + ROW + ROW).encode(), "line 3 of the report has txn_1 again"),
        (HEADER.encode() + b"\xff\xfe", "the report is not text in UTF-8"),
    ],
)
def test_a_file_that_cannot_be_used_is_a_one_line_error(
    folder: Path, run: Run, content: bytes, why: str
) -> None:
    (folder / "report.csv").write_bytes(content)
    refused = run("admin", "reconcile", str(folder / "report.csv"))
    assert (refused.code, refused.out) == (1, "")
    assert why in one_line(refused.err)


def test_a_file_that_is_not_there_is_a_one_line_error(folder: Path, run: Run) -> None:
    refused = run("admin", "reconcile", str(folder / "none.csv"))
    assert refused.code == 1
    assert "none.csv" in one_line(refused.err)
