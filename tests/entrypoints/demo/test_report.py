"""The demo's report: its numbers, its table and its list of differences."""

import io
import json
from dataclasses import replace
from datetime import date, datetime

import pytest
from rich.console import Console

from solebook.entrypoints.demo.figures import Figures, ProductFigures, YearFigures
from solebook.entrypoints.demo.files import SaleRow, read_catalogue
from solebook.entrypoints.demo.report import Report, differences
from solebook.ports.language.analytics import Candle
from solebook.ports.language.market import Size
from solebook.ports.language.payments import AccountKind, Solvency
from solebook.ports.language.rules import MarketRules

DUNK, AIR_MAX = "Nike Dunk Low", "Nike Air Max 1"
SOLVENCY = Solvency(
    {
        AccountKind.WORLD: -167_400,
        AccountKind.ESCROW: 100_000,
        AccountKind.PAYABLE: 50_000,
        AccountKind.FEES: 15_000,
        AccountKind.PROCESSING: 5_000,
        AccountKind.SHIPPING: 1_400,
        AccountKind.PENALTIES: 3_000,
        AccountKind.DEBT: -7_000,
    },
    provider_balance=167_400,
)
TODAY = date(2017, 10, 17)


def candle(day: str, *prices: int) -> Candle:
    starts_at = datetime.fromisoformat(f"{day}T00:00:00+00:00")
    return Candle(
        starts_at, prices[0], max(prices), min(prices), prices[-1], len(prices), sum(prices)
    )


def one_sale(day: str, price: int) -> Figures:
    """Return the figures of a single sale within the last 52 weeks."""
    return Figures(
        sales=1,
        last_price=price,
        mean_price=price,
        high=price,
        low=price,
        year=YearFigures(1, price, price, price),
        months=[candle(f"{day[:7]}-01", price)],
        days=[candle(day, price)],
    )


NINE = Figures(
    sales=2,
    last_price=30_000,
    mean_price=20_000.0,
    high=30_000,
    low=10_000,
    year=YearFigures(1, 30_000.0, 30_000, 30_000),
    months=[candle("2016-01-01", 10_000), candle("2017-10-01", 30_000)],
    days=[candle("2016-01-05", 10_000), candle("2017-10-17", 30_000)],
)
SALES = [
    SaleRow(date(2016, 1, 5), DUNK, Size("9"), 10_000),
    SaleRow(date(2017, 10, 16), AIR_MAX, Size("9"), 9_900),
    SaleRow(date(2017, 10, 16), DUNK, Size("10.5"), 20_000),
    SaleRow(date(2017, 10, 17), DUNK, Size("9"), 30_000),
]
REPORT = Report(
    today=TODAY,
    products={
        DUNK: ProductFigures(
            figures=Figures(
                sales=3,
                last_price=30_000,
                mean_price=20_000.0,
                high=30_000,
                low=10_000,
                year=YearFigures(2, 25_000.0, 30_000, 20_000),
                months=[candle("2016-01-01", 10_000), candle("2017-10-01", 20_000, 30_000)],
                days=[
                    candle("2016-01-05", 10_000),
                    candle("2017-10-16", 20_000),
                    candle("2017-10-17", 30_000),
                ],
            ),
            by_size={"9": NINE, "10.5": one_sale("2017-10-16", 20_000)},
            tape=[SALES[0], *SALES[2:]],
            lowest_ask=32_000,
            highest_bid=None,
        ),
        AIR_MAX: ProductFigures(
            figures=one_sale("2017-10-16", 9_900),
            by_size={"9": one_sale("2017-10-16", 9_900)},
            tape=[SALES[1]],
            lowest_ask=None,
            highest_bid=7_900,
        ),
    },
    orders={"cancelled": 3, "delivered": 4},
    solvency=SOLVENCY,
)


# ---- the JSON file -------------------------------------------------------------------------------


def test_the_file_has_the_sales_the_orders_and_the_ledger() -> None:
    written = json.loads(json.dumps(REPORT.as_json()))
    assert list(written["products"]) == [DUNK, AIR_MAX]
    assert written["products"][AIR_MAX] == ONE_SALE | {
        "by_size": {"9": ONE_SALE},
        "lowest_ask": None,
        "highest_bid": 7_900,
    }
    dunk = written["products"][DUNK]
    assert (dunk["sales"], dunk["last_price"], dunk["mean_price"]) == (3, 30_000, 20_000)
    assert (dunk["high"], dunk["low"], dunk["lowest_ask"]) == (30_000, 10_000, 32_000)
    assert [month["sales"] for month in dunk["months"]] == [1, 2]
    assert {size: told["sales"] for size, told in dunk["by_size"].items()} == {"9": 2, "10.5": 1}
    assert written["orders"] == {"cancelled": 3, "delivered": 4}
    assert written["ledger"] == {
        "balanced": True,
        "escrow": 100_000,
        "payables": 50_000,
        "fees": 17_400,
        "held": 167_400,
        "provider": 167_400,
    }


ONE_CANDLE = dict.fromkeys(("open", "high", "low", "close", "total"), 9_900) | {"sales": 1}
ONE_SALE = {
    "sales": 1,
    "last_price": 9_900,
    "mean_price": 9_900,
    "high": 9_900,
    "low": 9_900,
    "year": {"sales": 1, "mean_price": 9_900, "high": 9_900, "low": 9_900},
    "months": [ONE_CANDLE | {"starts_at": "2017-10-01T00:00:00Z"}],
    "days": [ONE_CANDLE | {"starts_at": "2017-10-16T00:00:00Z"}],
}


def test_the_parts_of_the_ledger_add_up_to_the_held_money() -> None:
    ledger = REPORT.as_json()["ledger"]
    assert ledger["escrow"] + ledger["payables"] + ledger["fees"] == ledger["held"]


# ---- the console ---------------------------------------------------------------------------------


def shown(report: Report, width: int = 120) -> list[str]:
    console = Console(file=io.StringIO(), width=width)
    report.show(console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue().splitlines()


def test_every_product_has_a_line() -> None:
    lines = shown(REPORT)
    [dunk] = [line.split() for line in lines if DUNK in line]
    assert dunk == [*DUNK.split(), "3", "$300", "$200", "$300", "$100", "$320", "-"]
    assert "Orders: 3 cancelled, 4 delivered" in lines
    assert lines[-2:] == [
        "Solvency: escrow $1,000.00 + payables $500.00 + fees $174.00 = $1,674.00",
        "The payment provider holds $1,674.00: balanced exactly",
    ]


def test_a_missing_cent_is_reported() -> None:
    solvency = replace(SOLVENCY, provider_balance=167_399)
    lines = shown(replace(REPORT, solvency=solvency))
    assert lines[-1] == "The payment provider holds $1,673.99: NOT BALANCED"


@pytest.mark.parametrize(("width", "most"), [(80, 2), (120, 1)])
def test_the_table_fits_the_console(width: int, most: int) -> None:
    product = REPORT.products[DUNK]
    figures = replace(product.figures, sales=12_345, last_price=1_234_567_89)
    dear = replace(product, figures=figures, lowest_ask=1_234_567_89)
    names = [row.name for row in read_catalogue(None, MarketRules())]
    lines = shown(replace(REPORT, products=dict.fromkeys(names, dear)), width)
    assert max(len(line) for line in lines) <= width
    rows = [line for line in lines if "12345" in line]
    assert len(rows) == len(names)
    end = lines.index(rows[-1])
    assert end - lines.index(rows[0]) < most * len(rows)
    assert all("$1,234,568" in line for line in rows)


@pytest.mark.parametrize("name", ["Nike [red]Dunk[/red]", "Nike [/] Dunk", "Nike [dunk]", "\\[x]"])
def test_markup_in_a_name_is_not_interpreted(name: str) -> None:
    assert any(
        name in line for line in shown(replace(REPORT, products={name: REPORT.products[DUNK]}))
    )


# ---- differences ---------------------------------------------------------------------------------


def differing(product: ProductFigures) -> list[str]:
    return differences(replace(REPORT, products=REPORT.products | {DUNK: product}), SALES)


def dunk(**changes: object) -> ProductFigures:
    product = REPORT.products[DUNK]
    return replace(product, figures=replace(product.figures, **changes))  # type: ignore[arg-type]  # fields by name


def test_a_market_that_equals_the_file_has_no_differences() -> None:
    assert differences(REPORT, SALES) == []


def test_a_product_without_sales_is_reported() -> None:
    without = replace(REPORT, products={AIR_MAX: REPORT.products[AIR_MAX]})
    assert differences(without, SALES) == [f"{DUNK} was not sold"]


def test_a_product_with_unexpected_sales_is_reported() -> None:
    assert differences(REPORT, [row for row in SALES if row.product == DUNK]) == [
        f"{AIR_MAX} is not in the file"
    ]


@pytest.mark.parametrize(
    ("product", "difference"),
    [
        (dunk(sales=4), "sales is 4, not 3"),
        (dunk(last_price=20_000), "last_price is 20000, not 30000"),
        (dunk(mean_price=20_000.01), "mean_price is 20000.01, not 20000.0"),
        (dunk(high=30_001), "high is 30001, not 30000"),
        (dunk(low=9_999), "low is 9999, not 10000"),
    ],
)
def test_a_different_number_is_reported(product: ProductFigures, difference: str) -> None:
    assert differing(product) == [f"{DUNK}: {difference}"]


@pytest.mark.parametrize(
    "year",
    [
        YearFigures(3, 25_000.0, 30_000, 20_000),
        YearFigures(2, 24_999.0, 30_000, 20_000),
        YearFigures(2, 25_000.0, 30_001, 20_000),
        YearFigures(2, 25_000.0, 30_000, None),
    ],
)
def test_a_different_year_is_reported(year: YearFigures) -> None:
    [difference] = differing(dunk(year=year))
    assert difference.startswith(f"{DUNK}: the last 52 weeks is YearFigures(")


OCTOBER = candle("2017-10-01", 20_000, 30_000)


@pytest.mark.parametrize(
    "months",
    [
        [candle("2017-10-01", 30_000, 20_000)],
        [replace(OCTOBER, high=30_100)],
        [replace(OCTOBER, low=19_900)],
        [replace(OCTOBER, sales=3)],
        [replace(OCTOBER, total=50_001)],
    ],
)
def test_a_different_candle_is_reported(months: list[Candle]) -> None:
    [difference] = differing(dunk(months=[candle("2016-01-01", 10_000), *months]))
    assert difference.startswith(f"{DUNK}: month 2017-10 is Candle(")


def test_a_missing_or_extra_candle_is_reported() -> None:
    days = REPORT.products[DUNK].figures.days
    fewer = differing(dunk(days=days[1:]))
    assert fewer[0] == f"{DUNK}: days is 2, not 3"
    assert fewer[1].startswith(f"{DUNK}: day 2016-01-05 is None, not Candle(")
    assert differing(dunk(days=[days[0], *days])) == [f"{DUNK}: days is 4, not 3"]


@pytest.mark.parametrize(
    ("by_size", "told"),
    [
        ({"9": NINE}, ["was not sold in 10.5"]),
        (
            {"9": NINE, "10": one_sale("2017-10-16", 20_000)},
            ["in 10 is not in the file", "was not sold in 10.5"],
        ),
        (
            {"9": replace(NINE, sales=3), "10.5": one_sale("2017-10-16", 20_000)},
            ["in 9: sales is 3, not 2"],
        ),
        (
            {"9": replace(NINE, high=40_000), "10.5": one_sale("2017-10-16", 20_000)},
            ["in 9: high is 40000, not 30000"],
        ),
    ],
)
def test_a_different_size_is_reported(by_size: dict[str, Figures], told: list[str]) -> None:
    product = replace(REPORT.products[DUNK], by_size=by_size)
    assert differing(product) == [f"{DUNK} {words}" for words in told]


def test_sales_in_another_sequence_are_reported() -> None:
    product = REPORT.products[DUNK]
    swapped = replace(product, tape=product.tape[::-1])
    assert differing(swapped) == [f"{DUNK}: its list of sales differs"]


def test_every_difference_is_reported() -> None:
    assert len(differing(dunk(sales=4, last_price=1))) == 2
