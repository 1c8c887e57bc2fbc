"""The demo's report is the same on SQLite and on PostgreSQL, to the cent.

With `--full` it replays all sales of the sample, or of the files that `SOLEBOOK_TEST_PRODUCTS` and
`SOLEBOOK_TEST_SALES` name.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from ...postgres_server import PostgresServer

_SOME = ("--limit", "25")
_FILES = {"--products": "SOLEBOOK_TEST_PRODUCTS", "--sales": "SOLEBOOK_TEST_SALES"}
_PATIENCE = {True: 4 * 3_600, False: 300}


def which_sales(full: bool) -> list[str]:
    """Return the options for what to replay."""
    if not full:
        return [*_SOME]
    given = {option: os.environ.get(name) for option, name in _FILES.items()}
    return [text for option, file in given.items() if file for text in (option, file)]


def demo(folder: Path, full: bool, *options: str) -> tuple[dict[str, Any], str]:
    """Run the demo, and return its report and what it printed."""
    command = [sys.executable, "-m", "solebook.entrypoints.cli.main", "demo", "--exit"]
    report = folder / f"report-{len(options)}.json"
    done = subprocess.run(
        [*command, *which_sales(full), "--report", str(report), *options],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=_PATIENCE[full],
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr
    return json.loads(report.read_text()), done.stdout


def test_the_report_is_the_same_on_both_databases(
    tmp_path: Path, postgres_server: PostgresServer, full: bool
) -> None:
    on_sqlite, _ = demo(tmp_path, full)
    url = postgres_server.create_database("demo")
    on_postgres, printed = demo(tmp_path, full, "--store", url)
    assert on_postgres == on_sqlite
    assert on_postgres["ledger"]["balanced"]
    assert "Everything in the database agrees, and with the payment provider." in printed
