"""The benchmarks run. Their measurements are not tested."""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.integration

ROOT = Path(__file__).parents[2]


def test_the_search_benchmark_prints_percentiles_in_milliseconds() -> None:
    command = [sys.executable, "-m", "benchmarks.search", "--products", "200", "--texts", "20"]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    rows = [
        line for line in done.stdout.splitlines() if line.startswith(("autocomplete", "search"))
    ]
    assert len(rows) == 5
    for row in rows:
        shares = [float(share) for share in row.split()[-4:]]
        assert shares == sorted(shares)
        assert shares[-1] > 0
