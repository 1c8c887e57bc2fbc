"""The demo from the outside, and its report against the files it was made of."""

import csv
import json
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable
from datetime import date, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

import solebook

pytestmark = pytest.mark.journey

SAMPLE = Path(solebook.__file__).parent / "entrypoints" / "demo" / "sample"
MISHAPS = {"auth_failed": 1, "cancelled": 3}


def demo(folder: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "solebook.entrypoints.cli.main", "demo", "--exit", *arguments]
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=300, check=False
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr
    return done


def expected_products(sales: Path, limit: int) -> dict[str, Any]:
    """What the report must say of each product, counted from the file by other means."""
    with sales.open(newline="") as file:
        rows = sorted(csv.DictReader(file), key=lambda row: row["sold_on"])[:limit]
    today = rows[-1]["sold_on"]
    products: defaultdict[str, list[dict[str, str]]] = defaultdict(list)
    sizes: defaultdict[str, defaultdict[str, list[dict[str, str]]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for row in rows:
        products[row["product"]].append(row)
        sizes[row["product"]][row["us_size"]].append(row)
    return {
        name: figures(sold, today)
        | {"by_size": {size: figures(some, today) for size, some in sizes[name].items()}}
        for name, sold in products.items()
    }


def figures(rows: list[dict[str, str]], today: str) -> dict[str, Any]:
    prices = [cents(row) for row in rows]
    year_ago = str(date.fromisoformat(today) - timedelta(days=364))
    lately = [cents(row) for row in rows if row["sold_on"] >= year_ago]
    return {
        "sales": len(prices),
        "last_price": prices[-1],
        "mean_price": pytest.approx(sum(prices) / len(prices)),
        "high": max(prices),
        "low": min(prices),
        "year": {
            "sales": len(lately),
            "mean_price": pytest.approx(sum(lately) / len(lately)) if lately else None,
            "high": max(lately, default=None),
            "low": min(lately, default=None),
        },
        "months": candles(rows, lambda day: f"{day[:7]}-01"),
        "days": candles(rows, lambda day: day),
    }


def candles(rows: list[dict[str, str]], start: Callable[[str], str]) -> list[dict[str, Any]]:
    return [
        {
            "starts_at": f"{day}T00:00:00Z",
            "open": prices[0],
            "high": max(prices),
            "low": min(prices),
            "close": prices[-1],
            "sales": len(prices),
            "total": sum(prices),
        }
        for day, group in groupby(rows, key=lambda row: start(row["sold_on"]))
        for prices in [[cents(row) for row in group]]
    ]


def cents(row: dict[str, str]) -> int:
    return round(float(row["price_usd"]) * 100)


def check(report: dict[str, Any], sales: Path, limit: int) -> None:
    expected = expected_products(sales, limit)
    count = sum(product["sales"] for product in expected.values())
    assert set(report) == {"currency", "products", "orders", "ledger"}
    now = {"lowest_ask", "highest_bid"}
    shown = {
        name: {field: value for field, value in product.items() if field not in now}
        for name, product in report["products"].items()
    }
    assert shown == expected
    for product in report["products"].values():
        assert isinstance(product["sales"], int)
        assert isinstance(product["last_price"], int)
    orders = report["orders"]
    assert {state: orders[state] for state in MISHAPS} == MISHAPS
    assert sum(orders.values()) == count + sum(MISHAPS.values())
    ledger = report["ledger"]
    assert ledger["balanced"] is True
    assert ledger["held"] == ledger["provider"]
    assert ledger["escrow"] + ledger["payables"] + ledger["fees"] == ledger["held"]


def test_the_first_sales_of_the_sample_are_all_on_the_tape(tmp_path: Path) -> None:
    done = demo(tmp_path, "--limit", "40", "--report", "report.json")
    check(json.loads((tmp_path / "report.json").read_text()), SAMPLE / "sales.csv", 40)
    assert "Traceback" not in done.stdout
    assert "The tape holds exactly the file's 40 sales." in done.stdout
    assert "Counts, means, highs, lows and candles of every size are the file's too." in done.stdout
    assert "balanced exactly" in done.stdout
    _, _, letter = done.stdout.partition("The last mail that asked a seller to ship:")
    for words in ("Please ship: ", "Hello Demo,", "Ship it to:", "  solebook demo warehouse"):
        assert words in letter
    where = re.search(r"solebook serves (http://127\.0\.0\.1:\d+) ", done.stdout)
    assert where is not None
    assert where[1] in letter
    assert re.search(r"To Demo <seller-\d@example\.com>, in .*/outgoing/mail/[\w-]+\.eml", letter)


@pytest.mark.parametrize(("code", "shown"), [("JPY", r"¥[\d,]+ "), ("KWD", r"KWD [\d,]+\.\d{3} ")])
def test_the_demo_trades_in_another_currency(tmp_path: Path, code: str, shown: str) -> None:
    done = demo(tmp_path, "--limit", "20", "--currency", code, "--report", "report.json")
    report = json.loads((tmp_path / "report.json").read_text())
    assert report["currency"] == code
    assert report["ledger"]["balanced"] is True
    assert "The tape holds exactly the file's 20 sales." in done.stdout
    assert re.search(rf"Sold for: {shown}", done.stdout)
    assert "$" not in done.stdout


def test_a_limit_beyond_the_file_replays_all_of_it(tmp_path: Path) -> None:
    (tmp_path / "products.csv").write_text(
        "product,model,color,retail_usd,released_on\n"
        "Nike [gs] Dunk,Dunk,white,0,2017-01-01\n"
        "Never Sold,None,black,100,2017-01-01\n"
    )
    (tmp_path / "sales.csv").write_text(
        "sold_on,product,us_size,price_usd\n"
        "2017-10-20,Nike [gs] Dunk,6Y,250\n"
        "2017-10-18,Nike [gs] Dunk,6Y,25\n"
        "2017-10-18,Nike [gs] Dunk,7Y,100000\n"
    )
    files = ("--products", "products.csv", "--sales", "sales.csv")
    done = demo(tmp_path, *files, "--limit", "1000", "--report", "report.json")
    check(json.loads((tmp_path / "report.json").read_text()), tmp_path / "sales.csv", 1_000)
    assert "Nike [gs] Dunk" in done.stdout
    assert len(list(tmp_path.iterdir())) == 3  # nothing was left behind
