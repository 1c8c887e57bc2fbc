"""The demo's report is the same on SQLite and on PostgreSQL, to the cent.

With `--full` it replays all sales of the sample, or of the files that `TESTED_PRODUCTS` and
`TESTED_SALES` name.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from ...postgres_server import PostgresServer

_SOME = ("--limit", "12")
_FILES = {"--products": "TESTED_PRODUCTS", "--sales": "TESTED_SALES"}
PATIENCE = {True: 4 * 3_600, False: 300}
"""Seconds for a replay, of all sales or of some."""


def which_sales(full: bool) -> list[str]:
    """Return the options for what to replay."""
    if not full:
        return [*_SOME]
    given = {option: os.environ.get(name) for option, name in _FILES.items()}
    return [text for option, file in given.items() if file for text in (option, file)]


def demo(folder: Path, full: bool, *options: str) -> tuple[dict[str, Any], str]:
    """Run the demo, and return its report and what it printed."""
    report = folder / f"report-{len(options)}.json"
    options = (*which_sales(full), "--report", str(report), *options)
    done = run(folder, "demo", "--exit", *options, patience=PATIENCE[full])
    assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr
    return json.loads(report.read_text()), done.stdout


def run(
    folder: Path, *arguments: str, patience: float = 300, **settings: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "solebook.entrypoints.cli.main", *arguments],
        cwd=folder,
        env=os.environ | settings,
        capture_output=True,
        text=True,
        timeout=patience,
        check=False,
    )


def test_the_report_is_the_same_on_both_databases(
    tmp_path: Path, postgres_server: PostgresServer, full: bool
) -> None:
    on_sqlite, _ = demo(tmp_path, full)
    url = postgres_server.create_database("demo")
    on_postgres, printed = demo(tmp_path, full, "--store", url)
    assert on_postgres == on_sqlite
    assert on_postgres["ledger"]["balanced"]
    assert "Everything in the database agrees, and with the payment provider." in printed

    verify = ("admin", "verify", "--config", "solebook-demo/solebook.toml")
    verified = run(tmp_path, *verify, SOLEBOOK_STORE__URL=url)
    assert verified.returncode == 0, verified.stdout + verified.stderr
